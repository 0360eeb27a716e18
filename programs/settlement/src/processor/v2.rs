//! Version 2: one bad trade costs only itself. What can not settle is passed over with a result code.

use {
    super::{
        exchange::{Deal, Exchange, Payment},
        result_code, Tally, TradeFault,
    },
    crate::{
        constants::FEE_TIERS,
        error::SettlementError,
        state::{FeeTier, TraderEntry},
        units::{BaseLots, Price, QuoteAtoms, Rate},
        wire::v2::{TradeV2, TradesV2},
    },
};

/// Order types this build knows, from 0: limit, market, immediate or cancel, fill or kill.
const ORDER_TYPES: u8 = 4;

/// What became of a batch.
pub struct Outcome {
    pub tally: Tally,
    /// One a trade.
    pub codes: Vec<u8>,
}

/// Settles trades whose first id follows the last one.
///
/// After a refusal the entries are half changed: the caller must end the transaction.
#[inline(never)]
pub fn settle(
    trades: &mut TradesV2,
    tiers: &[FeeTier; FEE_TIERS],
    entries: &mut [TraderEntry],
) -> Result<Outcome, SettlementError> {
    let mut tally = Tally::default();
    let mut codes = vec![result_code::SETTLED; trades.left()];
    for code in &mut codes {
        let Some(trade) = trades.next() else { break };
        if trade.is_void() {
            *code = result_code::VOIDED;
            tally.voided += 1;
            continue;
        }
        match exchange_of(&trade, tiers, entries) {
            Ok(exchange) => {
                exchange.apply(entries);
                tally.base_lots = tally.base_lots.saturating_add(exchange.quantity);
                tally.quote_atoms = tally.quote_atoms.saturating_add(exchange.amount);
                // Fees leave balances whose sum fits.
                tally.fees = QuoteAtoms(tally.fees.0.wrapping_add(exchange.payment.fee.0));
            }
            Err(fault) => {
                *code = fault as u8;
                tally.skipped += 1;
            }
        }
    }
    trades.finish()?;
    Ok(Outcome { tally, codes })
}

/// Every check of a trade, in the order of the contract. Changes nothing.
#[inline(always)]
fn exchange_of(trade: &TradeV2, tiers: &[FeeTier; FEE_TIERS], entries: &[TraderEntry]) -> Result<Exchange, TradeFault> {
    if trade.order_type >= ORDER_TYPES {
        return Err(TradeFault::UnknownOrderType);
    }
    let deal = Deal {
        buyer: trade.buyer as usize,
        seller: trade.seller as usize,
        price: Price(trade.price),
        quantity: BaseLots(trade.quantity),
    };
    let tier = &tiers[usize::from(trade.fee_tier) % FEE_TIERS];
    Exchange::of(&deal, entries, |amount| {
        let maker_fee = amount.fee(Rate::from(tier.maker_bps));
        let taker_fee = amount.fee(Rate::from(tier.taker_bps));
        let (buyer_fee, seller_fee) = if trade.taker_is_buyer {
            (taker_fee, maker_fee)
        } else {
            (maker_fee, taker_fee)
        };
        Some(Payment {
            paid: amount.checked_add(buyer_fee)?,
            received: amount.checked_sub(seller_fee)?,
            fee: QuoteAtoms(buyer_fee.0 + seller_fee.0),
        })
    })
}

/// Result codes as runs of a code and how often it comes, a LEB128 integer: two or three bytes when all trades settled.
pub fn run_lengths(codes: &[u8]) -> Vec<u8> {
    let mut runs = Vec::with_capacity(2);
    for run in codes.chunk_by(|left, right| left == right) {
        runs.push(run[0]);
        let mut length = run.len();
        while length >= 0x80 {
            runs.push(length as u8 | 0x80);
            length >>= 7;
        }
        runs.push(length as u8);
    }
    runs
}
