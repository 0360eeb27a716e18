//! A batch of version 1: its own trades refuse it.

use {
    super::{SettleBatch, Settled},
    crate::{
        error::SettlementError,
        events::{report, TradeRejected},
        processor::{v1, Refusal},
        state::Market,
        wire::v1::BatchV1,
    },
    anchor_lang::prelude::*,
};

#[inline(never)]
pub fn settle(accounts: &mut SettleBatch, slot: u64, data: &[u8]) -> Result<Settled> {
    let batch = BatchV1::read(data).ok_or(SettlementError::MalformedBatch)?;
    let trades = batch.trades().ok_or(SettlementError::MalformedBatch)?;
    accounts.validate_size(trades.len(), slot)?;
    let market = &mut accounts.market;

    let opening = v1::Opening {
        last_trade_id: market.last_trade_id.get(),
        taker_rate: accounts.config.at(slot).fee_tiers()[0].taker_bps.into(),
        base_lots_total: market.base_lots_total.into(),
        quote_atoms_total: market.quote_atoms_total.into(),
    };
    let settled = v1::settle(trades, &opening, market.as_mut_slice());
    let tally = settled.map_err(|refusal| refuse(refusal, market, batch.header.sequence))?;
    Ok(Settled {
        first_trade_id: trades.first().map_or(0, |trade| trade.trade_id.get()),
        count: trades.len() as u32,
        tally,
        result_codes: v1::result_codes(trades, &tally),
    })
}

/// Names the trade that refuses its batch, then gives the error that ends the transaction.
#[cold]
fn refuse(refusal: Refusal, market: &Market, sequence: PodU64) -> SettlementError {
    match refusal {
        Refusal::Batch(error) => error,
        Refusal::Trade { index, trade_id, fault } => {
            report(&TradeRejected {
                market: *market.address(),
                sequence,
                index: index.into(),
                trade_id: trade_id.into(),
                code: fault as u8,
            });
            fault.into()
        }
    }
}
