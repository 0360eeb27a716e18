//! Settles one batch: routes by its first byte, checks who and when, and lets the version's processor move the money.

use {
    crate::{
        error::SettlementError,
        events::{report, BatchSettled, TradeRejected},
        processor::{
            v1::{result_codes, settle, Opening},
            Refusal, Tally,
        },
        state::{require_here, Config, Leaf, Market, MarketHeader, LEAF_PREFIX, SEED_CONFIG},
        units::QuoteAtoms,
        wire::v1::{self, BatchV1, TradeV1},
    },
    anchor_lang::prelude::*,
};

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

    /// Whether the batch is the next one and large enough.
    fn validate_batch<'a>(&self, batch: &BatchV1<'a>, slot: u64) -> Result<&'a [TradeV1]> {
        let sequence = batch.header.sequence;
        require!(sequence >= self.market.next_sequence, SettlementError::SequenceSettled);
        require!(sequence <= self.market.next_sequence, SettlementError::SequenceAhead);
        let trades = batch.trades().ok_or(SettlementError::MalformedBatch)?;
        let config = self.config.at(slot);
        let is_undersized = !trades.is_empty() && trades.len() < config.min_batch_size() as usize;
        let due_slot = self
            .market
            .last_settled_slot
            .get()
            .saturating_add(config.max_batch_age_slots());
        require!(!is_undersized || slot >= due_slot, SettlementError::BatchTooSmall);
        Ok(trades)
    }
}

/// The bit of `allowed_batch_versions` that allows `version`, which has been routed and so is at least 1.
fn version_bit(version: u8) -> u8 {
    1 << (version - 1)
}

pub fn handler(ctx: &mut Context<SettleBatch>, data: &[u8]) -> Result<()> {
    let version = *data.first().ok_or(SettlementError::EmptyBatch)?;
    match version {
        v1::VERSION => settle_v1(ctx, data),
        _ => Err(SettlementError::InvalidBatchVersion.into()),
    }
}

fn settle_v1(ctx: &mut Context<SettleBatch>, data: &[u8]) -> Result<()> {
    let slot = Clock::get()?.slot;
    ctx.accounts.validate(ctx.program_id, v1::VERSION, slot)?;
    let batch = BatchV1::read(data).ok_or(SettlementError::MalformedBatch)?;
    let trades = ctx.accounts.validate_batch(&batch, slot)?;
    let market = &mut ctx.accounts.market;

    let opening = Opening {
        last_trade_id: market.last_trade_id.get(),
        taker_rate: ctx.accounts.config.at(slot).fee_tiers()[0].taker_bps.into(),
        base_lots_total: market.base_lots_total.into(),
        quote_atoms_total: market.quote_atoms_total.into(),
    };
    let settled = settle(trades, &opening, market.as_mut_slice());
    let tally = settled.map_err(|refusal| refuse(refusal, market, batch.header.sequence))?;
    let accepted = Accepted {
        version: v1::VERSION,
        first_trade_id: trades.first().map_or(0, |trade| trade.trade_id.get()),
        count: trades.len() as u32,
        tally,
        payload_digest: sha256(data),
        results_digest: sha256(&result_codes(trades, &tally)),
    };
    accept(ctx, slot, &accepted)
}

/// A batch whose trades are done: what the market and the record still need.
struct Accepted {
    version: u8,
    /// 0 without trades.
    first_trade_id: u64,
    count: u32,
    tally: Tally,
    payload_digest: [u8; 32],
    results_digest: [u8; 32],
}

/// Appends the batch to the tree and moves the market's cursor behind it.
#[inline(always)]
fn accept(ctx: &mut Context<SettleBatch>, slot: u64, batch: &Accepted) -> Result<()> {
    let program = *ctx.program_id;
    let market = &mut ctx.accounts.market;
    let sequence = market.next_sequence;
    let leaf = Leaf {
        prefix: LEAF_PREFIX,
        program,
        market: *market.address(),
        sequence,
        version: batch.version,
        payload_digest: batch.payload_digest,
        results_digest: batch.results_digest,
    };
    let root_before = market.tree.root;
    market.tree.append(leaf.hash())?;

    market.recent_digests[MarketHeader::digest_slot(sequence.get())] = batch.payload_digest;
    market.next_sequence = sequence.checked_add(1).ok_or(SettlementError::InvariantViolated)?;
    if batch.count > 0 {
        market.last_trade_id = (batch.first_trade_id + u64::from(batch.count - 1)).into();
        market.last_settled_slot = slot.into();
    }
    let tally = &batch.tally;
    let fees = QuoteAtoms::from(market.quote_fees).checked_add(tally.fees);
    market.quote_fees = fees.ok_or(SettlementError::InvariantViolated)?.into();
    market.count(
        batch.count - tally.voided,
        tally.voided,
        tally.base_lots,
        tally.quote_atoms,
    );
    report(&BatchSettled {
        market: *market.address(),
        sequence,
        version: batch.version,
        first_trade_id: batch.first_trade_id.into(),
        count: batch.count.into(),
        voided: tally.voided.into(),
        base_lots: tally.base_lots.into(),
        quote_atoms: tally.quote_atoms.into(),
        fees: tally.fees.into(),
        root_before,
        root: market.tree.root,
        payload_digest: batch.payload_digest,
    });
    market.invariant()
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
