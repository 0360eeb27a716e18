//! Version 1: all or nothing. The first trade that can not settle refuses the batch.

use {
    super::{result_code, Refusal, Tally, TradeFault},
    crate::{
        error::SettlementError,
        state::{entry_status, TraderEntry},
        units::{BaseLots, Price, QuoteAtoms},
        wire::v1::TradeV1,
    },
    anchor_lang::prelude::PodU64,
};

/// Settles `trades`, whose first id must follow `last_trade_id`.
///
/// After a refusal the entries are half changed: the caller must end the transaction.
pub fn settle(
    trades: &[TradeV1],
    last_trade_id: u64,
    taker_bps: u16,
    entries: &mut [TraderEntry],
) -> Result<Tally, Refusal> {
    let mut tally = RunningTally::default();
    let mut settled_trade_id = last_trade_id;
    for trade in trades {
        let trade_id = trade.trade_id.get();
        // Ids start at 1, so 0 follows nothing.
        if trade_id.wrapping_sub(1) != settled_trade_id || trade_id == 0 {
            let is_replay = trade_id <= settled_trade_id;
            return Err(Refusal::Batch(if is_replay {
                SettlementError::TradeReplay
            } else {
                SettlementError::TradeGap
            }));
        }
        settled_trade_id = trade_id;
        if trade.is_malformed() {
            return Err(Refusal::Batch(SettlementError::MalformedBatch));
        }
        if trade.is_void() {
            tally.voided += 1;
        } else if let Err(fault) = exchange(trade, taker_bps, entries, &mut tally) {
            return Err(Refusal::Trade {
                index: (trade_id - last_trade_id - 1) as u32,
                trade_id,
                fault,
            });
        }
    }
    Ok(tally.into())
}

/// The tally while it grows. The volumes saturate, so they are kept as what still fits: on the chain a saturating
/// subtraction costs less than a saturating addition.
struct RunningTally {
    voided: u32,
    base_lots_left: u64,
    quote_atoms_left: u64,
    /// Can not overflow: fees leave balances whose sum fits.
    fees: u64,
}

impl Default for RunningTally {
    fn default() -> Self {
        Self {
            voided: 0,
            base_lots_left: u64::MAX,
            quote_atoms_left: u64::MAX,
            fees: 0,
        }
    }
}

impl From<RunningTally> for Tally {
    fn from(running: RunningTally) -> Self {
        Self {
            voided: running.voided,
            base_lots: BaseLots(u64::MAX - running.base_lots_left),
            quote_atoms: QuoteAtoms(u64::MAX - running.quote_atoms_left),
            fees: QuoteAtoms(running.fees),
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

/// Moves one trade's value between two entries.
#[inline(always)]
fn exchange(
    trade: &TradeV1,
    taker_bps: u16,
    entries: &mut [TraderEntry],
    tally: &mut RunningTally,
) -> Result<(), TradeFault> {
    let price = Price::from(trade.price);
    let quantity = BaseLots::from(trade.quantity);
    if price.is_zero() {
        return Err(TradeFault::ZeroPrice);
    }
    let (buyer, seller) = parties(trade, entries)?;

    let amount = price.amount(quantity).ok_or(TradeFault::AmountOverflow)?;
    let fee = amount.fee(taker_bps);
    let (paid, received) = if trade.taker_is_buyer.get() {
        (amount.checked_add(fee).ok_or(TradeFault::AmountOverflow)?, amount)
    } else {
        (amount, amount.checked_sub(fee).ok_or(TradeFault::AmountOverflow)?)
    };

    let bought = &mut entries[buyer];
    if !debit(&mut bought.quote_atoms, &mut bought.pending_quote_atoms, paid.0) {
        return Err(TradeFault::InsufficientQuote);
    }
    credit(&mut bought.base_lots, quantity.0);
    let sold = &mut entries[seller];
    if !debit(&mut sold.base_lots, &mut sold.pending_base_lots, quantity.0) {
        return Err(TradeFault::InsufficientBase);
    }
    credit(&mut sold.quote_atoms, received.0);

    tally.base_lots_left = tally.base_lots_left.saturating_sub(quantity.0);
    tally.quote_atoms_left = tally.quote_atoms_left.saturating_sub(amount.0);
    tally.fees += fee.0;
    Ok(())
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

/// Takes from the available balance first, then from the pending withdrawal, which backs trades until it is executed.
#[inline(always)]
fn debit(available: &mut PodU64, pending: &mut PodU64, amount: u64) -> bool {
    if let Some(rest) = available.get().checked_sub(amount) {
        *available = rest.into();
        return true;
    }
    let short = amount - available.get();
    let Some(rest) = pending.get().checked_sub(short) else {
        return false;
    };
    *available = PodU64::ZERO;
    *pending = rest.into();
    true
}

/// Can not overflow: every balance is part of a market total that fits.
#[inline(always)]
fn credit(balance: &mut PodU64, amount: u64) {
    *balance = (balance.get() + amount).into();
}
