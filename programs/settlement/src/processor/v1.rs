//! Version 1: all or nothing. The first trade that can not settle refuses the batch.

use {
    super::{result_code, Refusal, Tally, TradeFault},
    crate::{
        error::SettlementError,
        math,
        state::{entry_status, TraderEntry},
        units::{BaseLots, Price, QuoteAtoms, Rate},
        wire::v1::TradeV1,
    },
    anchor_lang::prelude::PodU64,
};

/// What the market says before the batch.
pub struct Opening {
    pub last_trade_id: u64,
    pub taker_rate: Rate,
    pub base_lots_total: BaseLots,
    pub quote_atoms_total: QuoteAtoms,
}

impl Opening {
    /// Whether volumes can exceed what fits. No trade moves more than the market owes.
    fn may_exceed(&self, trades: usize) -> bool {
        let trades = trades as u64;
        math::checked_mul(self.base_lots_total.0, trades).is_none()
            || math::checked_mul(self.quote_atoms_total.0, trades).is_none()
    }
}

/// Settles `trades`, whose first id must follow the last one.
///
/// After a refusal the entries are half changed: the caller must end the transaction.
pub fn settle(trades: &[TradeV1], opening: &Opening, entries: &mut [TraderEntry]) -> Result<Tally, Refusal> {
    let mut tally = Tally::default();
    let mut last_trade_id = opening.last_trade_id;
    // A loop over the slice itself would keep a base and an offset, and add them at every read.
    let mut remaining = trades;
    while let Some((trade, rest)) = remaining.split_first() {
        remaining = rest;
        let trade_id = trade.trade_id.get();
        // Ids start at 1, so 0 follows nothing.
        if trade_id.wrapping_sub(1) != last_trade_id || trade_id == 0 {
            let is_replay = trade_id <= last_trade_id;
            return Err(Refusal::Batch(if is_replay {
                SettlementError::TradeReplay
            } else {
                SettlementError::TradeGap
            }));
        }
        last_trade_id = trade_id;
        if trade.is_malformed() {
            return Err(Refusal::Batch(SettlementError::MalformedBatch));
        }
        if trade.is_void() {
            tally.voided += 1;
            continue;
        }
        let Ok(exchange) = Exchange::of(trade, opening.taker_rate, entries) else {
            return Err(match fault_of(trade, opening.taker_rate, entries) {
                Some(fault) => Refusal::Trade {
                    index: (trade_id - opening.last_trade_id - 1) as u32,
                    trade_id,
                    fault,
                },
                None => Refusal::Batch(SettlementError::InvariantViolated),
            });
        };
        exchange.apply(entries);
        tally.add(&exchange);
    }
    if opening.may_exceed(trades.len()) {
        tally.saturate(trades);
    }
    Ok(tally)
}

impl Tally {
    /// Fees leave balances whose sum fits; volumes that can wrap are corrected by `saturate`.
    #[inline(always)]
    fn add(&mut self, exchange: &Exchange) {
        self.base_lots = BaseLots(self.base_lots.0.wrapping_add(exchange.quantity.0));
        self.quote_atoms = QuoteAtoms(self.quote_atoms.0.wrapping_add(exchange.amount.0));
        self.fees = QuoteAtoms(self.fees.0.wrapping_add(exchange.fee.0));
    }

    /// Sums the volumes of settled trades again, and stops at the largest number.
    #[cold]
    fn saturate(&mut self, trades: &[TradeV1]) {
        self.base_lots = BaseLots::ZERO;
        self.quote_atoms = QuoteAtoms::ZERO;
        for trade in trades.iter().filter(|trade| !trade.is_void()) {
            let amount = Price::from(trade.price).amount(trade.quantity.into());
            self.base_lots = self.base_lots.saturating_add(trade.quantity.into());
            self.quote_atoms = self.quote_atoms.saturating_add(amount.unwrap_or_default());
        }
    }
}

/// One result code per trade of a batch that has settled.
pub fn result_codes(trades: &[TradeV1], tally: &Tally) -> Vec<u8> {
    let mut codes = vec![result_code::SETTLED; trades.len()];
    if tally.voided > 0 {
        for (code, trade) in codes.iter_mut().zip(trades) {
            if trade.is_void() {
                *code = result_code::VOIDED;
            }
        }
    }
    codes
}

/// One trade that can settle: who, and how much goes where.
struct Exchange {
    buyer: usize,
    seller: usize,
    quantity: BaseLots,
    amount: QuoteAtoms,
    fee: QuoteAtoms,
    paid: QuoteAtoms,
    received: QuoteAtoms,
}

impl Exchange {
    /// Every check of a trade, in the order of the contract. Changes nothing.
    #[inline(always)]
    fn of(trade: &TradeV1, taker_rate: Rate, entries: &[TraderEntry]) -> Result<Self, TradeFault> {
        let price = Price::from(trade.price);
        let quantity = BaseLots::from(trade.quantity);
        if price.is_zero() {
            return Err(TradeFault::ZeroPrice);
        }
        let (buyer, seller) = parties(trade, entries)?;
        let amount = price.amount(quantity).ok_or(TradeFault::AmountOverflow)?;
        let fee = amount.fee(taker_rate);
        let (paid, received) = if trade.taker_is_buyer.get() {
            (amount.checked_add(fee).ok_or(TradeFault::AmountOverflow)?, amount)
        } else {
            (amount, amount.checked_sub(fee).ok_or(TradeFault::AmountOverflow)?)
        };
        if !covers(entries[buyer].quote_atoms, entries[buyer].pending_quote_atoms, paid.0) {
            return Err(TradeFault::InsufficientQuote);
        }
        if !covers(entries[seller].base_lots, entries[seller].pending_base_lots, quantity.0) {
            return Err(TradeFault::InsufficientBase);
        }
        Ok(Self {
            buyer,
            seller,
            quantity,
            amount,
            fee,
            paid,
            received,
        })
    }

    #[inline(always)]
    fn apply(&self, entries: &mut [TraderEntry]) {
        let bought = &mut entries[self.buyer];
        debit(&mut bought.quote_atoms, &mut bought.pending_quote_atoms, self.paid.0);
        credit(&mut bought.base_lots, self.quantity.0);
        let sold = &mut entries[self.seller];
        debit(&mut sold.base_lots, &mut sold.pending_base_lots, self.quantity.0);
        credit(&mut sold.quote_atoms, self.received.0);
    }
}

/// Why a trade can not settle, asked again off the path of those that can: so they carry no reason along.
#[cold]
#[inline(never)]
fn fault_of(trade: &TradeV1, taker_rate: Rate, entries: &[TraderEntry]) -> Option<TradeFault> {
    Exchange::of(trade, taker_rate, entries).err()
}

/// The indices of buyer and seller: two different open entries.
#[inline(always)]
fn parties(trade: &TradeV1, entries: &[TraderEntry]) -> Result<(usize, usize), TradeFault> {
    let (buyer, seller) = (trade.buyer.get() as usize, trade.seller.get() as usize);
    if buyer >= entries.len() || seller >= entries.len() {
        return Err(TradeFault::TraderIndexOutOfRange);
    }
    if entries[buyer].status != entry_status::OPEN || entries[seller].status != entry_status::OPEN {
        return Err(TradeFault::EntryNotOpen);
    }
    if buyer == seller {
        return Err(TradeFault::SelfTrade);
    }
    Ok((buyer, seller))
}

/// Whether available and pending together cover `amount`.
#[inline(always)]
fn covers(available: PodU64, pending: PodU64, amount: u64) -> bool {
    let (available, pending) = (available.get(), pending.get());
    available >= amount || pending >= amount - available
}

/// Takes an amount that is covered: from the available balance first, then from the pending withdrawal, which backs
/// trades until it is executed.
#[inline(always)]
fn debit(available: &mut PodU64, pending: &mut PodU64, amount: u64) {
    if let Some(rest) = available.get().checked_sub(amount) {
        *available = rest.into();
        return;
    }
    let short = amount - available.get();
    *available = PodU64::ZERO;
    *pending = (pending.get() - short).into();
}

/// Can not overflow: every balance is part of a market total that fits.
#[inline(always)]
fn credit(balance: &mut PodU64, amount: u64) {
    *balance = (balance.get() + amount).into();
}
