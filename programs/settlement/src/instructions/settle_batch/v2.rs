//! A batch of version 2: its bytes and its place refuse it, its trades do not.

use {
    super::{SettleBatch, Settled},
    crate::{
        error::SettlementError,
        events::{report_long, TradeResults},
        processor::v2,
        state::MarketHeader,
        wire::v2::{BatchV2, HeaderV2, TradesV2},
    },
    anchor_lang::prelude::*,
};

#[inline(never)]
pub fn settle(accounts: &mut SettleBatch, slot: u64, data: &[u8]) -> Result<Settled> {
    let batch = BatchV2::read(data).ok_or(SettlementError::MalformedBatch)?;
    let header = batch.header;
    require_link(&accounts.market, header)?;
    let count = header.count.get();
    accounts.validate_size(count.into(), slot)?;
    require_next_ids(&accounts.market, header)?;
    let mut trades = TradesV2::default();
    trades.open(&batch)?;

    let config = accounts.config.at(slot);
    let outcome = v2::settle(trades, config.fee_tiers(), accounts.market.as_mut_slice())?;
    report_long(&TradeResults {
        market: *accounts.market.address(),
        sequence: header.sequence.get(),
        skipped: outcome.tally.skipped,
        result_codes: outcome.runs(),
    });
    Ok(Settled {
        first_trade_id: header.first_trade_id.get(),
        count: count.into(),
        tally: outcome.tally,
        result_codes: outcome.codes,
    })
}

/// Refuses a batch that was not built on the payload before it.
fn require_link(market: &MarketHeader, header: &HeaderV2) -> Result<()> {
    let before = MarketHeader::digest_slot(header.sequence.get().wrapping_sub(1));
    let prefix = bytemuck::bytes_of(&header.prev_digest_prefix);
    require!(
        market.recent_digests[before].starts_with(prefix),
        SettlementError::PrevDigestMismatch
    );
    Ok(())
}

/// Refuses a batch whose first trade does not follow the last one, or whose ids run past the last one there is.
fn require_next_ids(market: &MarketHeader, header: &HeaderV2) -> Result<()> {
    let (first, last) = (header.first_trade_id.get(), market.last_trade_id.get());
    let later = u64::from(header.count.get().max(1) - 1);
    require!(first > last && u64::MAX - first >= later, SettlementError::TradeReplay);
    require!(first - 1 == last, SettlementError::TradeGap);
    Ok(())
}
