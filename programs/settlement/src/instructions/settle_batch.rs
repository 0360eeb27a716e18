//! Settles one batch: routes by its first byte, checks who and when, and lets the version's processor move the money.

use {
    crate::{
        error::SettlementError,
        events::{report, BatchSettled},
        processor::Tally,
        state::{require_here, Config, Leaf, Market, MarketHeader, LEAF_PREFIX, SEED_CONFIG},
        units::QuoteAtoms,
        wire,
    },
    anchor_lang::prelude::*,
    core::mem::size_of,
};

#[cfg(not(feature = "v2-only"))]
mod v1;
mod v2;

#[derive(Accounts)]
pub struct SettleBatch {
    pub relayer: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
}

impl SettleBatch {
    /// Who may settle now, whatever the batch says.
    fn validate(&self, program_id: &Address, version: u8, slot: u64) -> Result<()> {
        let config = self.config.at(slot);
        require_here(&self.market, program_id)?;
        require!(!self.config.is_paused.get(), SettlementError::Paused);
        require!(
            self.relayer.address() == config.active_relayer(),
            SettlementError::NotActiveRelayer
        );
        require!(
            config.allowed_batch_versions() & version_bit(version) != 0,
            SettlementError::VersionNotAllowed
        );
        Ok(())
    }

    /// Whether the batch is the next one. Every version has its sequence right behind the version byte.
    fn validate_sequence(&self, header: &[u8]) -> Result<()> {
        let sequence: &PodU64 = bytemuck::from_bytes(&header[1..1 + size_of::<PodU64>()]);
        require!(*sequence >= self.market.next_sequence, SettlementError::SequenceSettled);
        require!(*sequence <= self.market.next_sequence, SettlementError::SequenceAhead);
        Ok(())
    }

    /// Whether the batch is large enough.
    #[inline(never)]
    fn validate_size(&self, trades: usize, slot: u64) -> Result<()> {
        let config = self.config.at(slot);
        let is_undersized = trades != 0 && trades < config.min_batch_size() as usize;
        let due_slot = self
            .market
            .last_settled_slot
            .get()
            .saturating_add(config.max_batch_age_slots());
        require!(!is_undersized || slot >= due_slot, SettlementError::BatchTooSmall);
        Ok(())
    }
}

/// The bit of `allowed_batch_versions` that allows `version`, which has been routed and so is at least 1.
fn version_bit(version: u8) -> u8 {
    1 << (version - 1)
}

pub fn handler(ctx: &mut Context<SettleBatch>, data: &[u8]) -> Result<()> {
    let version = *data.first().ok_or(SettlementError::EmptyBatch)?;
    let header_bytes = match version {
        #[cfg(not(feature = "v2-only"))]
        wire::v1::VERSION => size_of::<wire::v1::HeaderV1>(),
        wire::v2::VERSION => size_of::<wire::v2::HeaderV2>(),
        _ => return Err(SettlementError::InvalidBatchVersion.into()),
    };
    let slot = Clock::get()?.slot;
    ctx.accounts.validate(ctx.program_id, version, slot)?;
    let header = data.get(..header_bytes).ok_or(SettlementError::MalformedBatch)?;
    ctx.accounts.validate_sequence(header)?;
    let settled = match version {
        #[cfg(not(feature = "v2-only"))]
        wire::v1::VERSION => v1::settle(&mut ctx.accounts, slot, data)?,
        _ => v2::settle(&mut ctx.accounts, slot, data)?,
    };
    accept(ctx, slot, data, &settled)
}

/// A batch whose trades are done: what the market and the record still need.
struct Settled {
    /// In a V1 batch 0 without trades.
    first_trade_id: u64,
    count: u32,
    tally: Tally,
    /// One a trade.
    result_codes: Vec<u8>,
}

/// Appends the batch to the tree and moves the market's cursor behind it.
#[inline(always)]
fn accept(ctx: &mut Context<SettleBatch>, slot: u64, data: &[u8], batch: &Settled) -> Result<()> {
    let program = *ctx.program_id;
    let market = &mut ctx.accounts.market;
    let sequence = market.next_sequence;
    let payload_digest = sha256(data);
    let leaf = Leaf {
        prefix: LEAF_PREFIX,
        program,
        market: *market.address(),
        sequence,
        version: data[0],
        payload_digest,
        results_digest: sha256(&batch.result_codes),
    };
    let root_before = market.tree.root;
    market.append_leaf(leaf.hash())?;

    market.recent_digests[MarketHeader::digest_slot(sequence.get())] = payload_digest;
    market.next_sequence = sequence.checked_add(1).ok_or(SettlementError::InvariantViolated)?;
    if batch.count > 0 {
        market.last_trade_id = (batch.first_trade_id + u64::from(batch.count - 1)).into();
        market.last_settled_slot = slot.into();
    }
    let tally = &batch.tally;
    let fees = QuoteAtoms::from(market.quote_fees).checked_add(tally.fees);
    market.quote_fees = fees.ok_or(SettlementError::InvariantViolated)?.into();
    market.count(batch.count, tally);
    report(&BatchSettled {
        market: *market.address(),
        sequence,
        version: data[0],
        first_trade_id: batch.first_trade_id.into(),
        count: batch.count.into(),
        voided: tally.voided.into(),
        base_lots: tally.base_lots.into(),
        quote_atoms: tally.quote_atoms.into(),
        fees: tally.fees.into(),
        root_before,
        root: market.tree.root,
        payload_digest,
    });
    market.invariant()
}
