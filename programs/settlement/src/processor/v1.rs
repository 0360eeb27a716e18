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

/// Settles `trades`, whose first id must follow `last_trade_id`. `codes` has one zero byte per trade.
///
/// After a refusal the entries are half changed: the caller must end the transaction.
pub fn settle(
    trades: &[TradeV1],
    last_trade_id: u64,
    taker_bps: u16,
    entries: &mut [TraderEntry],
    codes: &mut [u8],
) -> Result<Tally, Refusal> {
    let mut tally = Tally::default();
    let mut last_trade_id = last_trade_id;
    for (index, (trade, code)) in trades.iter().zip(codes).enumerate() {
        let trade_id = trade.trade_id.get();
        if last_trade_id.checked_add(1) != Some(trade_id) {
            let is_replay = trade_id <= last_trade_id;
            return Err(Refusal::Batch(if is_replay {
                SettlementError::TradeReplay
            } else {
                SettlementError::TradeGap
            }));
        }
        last_trade_id = trade_id;
        let Some(taker_is_buyer) = trade.taker_is_buyer() else {
            return Err(Refusal::Batch(SettlementError::MalformedBatch));
        };
        if trade.quantity == 0 {
            *code = result_code::VOIDED;
            tally.voided += 1;
            continue;
        }
        let moved = exchange(trade, taker_bps, taker_is_buyer, entries);
        let (amount, fee) = moved.map_err(|fault| Refusal::Trade {
            index: index as u32,
            trade_id,
            fault,
        })?;
        tally.base_lots = tally.base_lots.saturating_add(trade.quantity.into());
        tally.quote_atoms = tally.quote_atoms.saturating_add(amount);
        tally.fees = tally.fees.saturating_add(fee);
    }
    Ok(tally)
}

/// Moves one trade's value between two entries. Returns its amount and fee.
#[inline(always)]
fn exchange(
    trade: &TradeV1,
    taker_bps: u16,
    taker_is_buyer: bool,
    entries: &mut [TraderEntry],
) -> Result<(QuoteAtoms, QuoteAtoms), TradeFault> {
    let price = Price::from(trade.price);
    let quantity = BaseLots::from(trade.quantity);
    if price.is_zero() {
        return Err(TradeFault::ZeroPrice);
    }
    let [buyer, seller] = parties(entries, trade.buyer.get() as usize, trade.seller.get() as usize)?;

    let amount = price.amount(quantity).ok_or(TradeFault::AmountOverflow)?;
    let fee = amount.fee(taker_bps);
    let (paid, received) = if taker_is_buyer {
        (amount.checked_add(fee), Some(amount))
    } else {
        (Some(amount), amount.checked_sub(fee))
    };
    let paid = paid.ok_or(TradeFault::AmountOverflow)?;
    let received = received.ok_or(TradeFault::AmountOverflow)?;

    if !debit(&mut buyer.quote_atoms, &mut buyer.pending_quote_atoms, paid.0) {
        return Err(TradeFault::InsufficientQuote);
    }
    if !debit(&mut seller.base_lots, &mut seller.pending_base_lots, quantity.0) {
        return Err(TradeFault::InsufficientBase);
    }
    credit(&mut buyer.base_lots, quantity.0);
    credit(&mut seller.quote_atoms, received.0);
    Ok((amount, fee))
}

/// Buyer and seller, two different open entries.
#[inline(always)]
fn parties(entries: &mut [TraderEntry], buyer: usize, seller: usize) -> Result<[&mut TraderEntry; 2], TradeFault> {
    if buyer >= entries.len() || seller >= entries.len() {
        return Err(TradeFault::TraderIndexOutOfRange);
    }
    if entries[buyer].status != entry_status::OPEN || entries[seller].status != entry_status::OPEN {
        return Err(TradeFault::EntryNotOpen);
    }
    entries
        .get_disjoint_mut([buyer, seller])
        .map_err(|_| TradeFault::SelfTrade)
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
    *balance = balance.get().wrapping_add(amount).into();
}
