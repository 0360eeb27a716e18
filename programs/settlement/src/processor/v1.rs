//! Version 1: all or nothing. The first trade that can not settle refuses the batch.

use {
    super::{
        exchange::{Deal, Exchange, Payment},
        result_code, Refusal, Tally, TradeFault,
    },
    crate::{
        error::SettlementError,
        math,
        state::TraderEntry,
        units::{BaseLots, Price, QuoteAtoms, Rate},
        wire::v1::TradeV1,
    },
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
        let Ok(exchange) = exchange_of(trade, opening.taker_rate, entries) else {
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
        self.fees = QuoteAtoms(self.fees.0.wrapping_add(exchange.payment.fee.0));
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

/// Every check of a trade, in the order of the contract. Changes nothing.
#[inline(always)]
fn exchange_of(trade: &TradeV1, taker_rate: Rate, entries: &[TraderEntry]) -> Result<Exchange, TradeFault> {
    let deal = Deal {
        buyer: trade.buyer.get() as usize,
        seller: trade.seller.get() as usize,
        price: trade.price.into(),
        quantity: trade.quantity.into(),
    };
    Exchange::of(&deal, entries, |amount| {
        let fee = amount.fee(taker_rate);
        let (paid, received) = if trade.taker_is_buyer.get() {
            (amount.checked_add(fee)?, amount)
        } else {
            (amount, amount.checked_sub(fee)?)
        };
        Some(Payment { paid, received, fee })
    })
}

/// Why a trade can not settle, asked again off the path of those that can: so they carry no reason along.
#[cold]
#[inline(never)]
fn fault_of(trade: &TradeV1, taker_rate: Rate, entries: &[TraderEntry]) -> Option<TradeFault> {
    exchange_of(trade, taker_rate, entries).err()
}
