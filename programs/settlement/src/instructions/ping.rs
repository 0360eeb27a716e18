//! The test flight: a heartbeat in the tree that moves neither the cursor nor any balance. Allowed while paused.

use {
    crate::{
        error::SettlementError,
        events::{report, HeartbeatLanded},
        state::{require_here, Config, Leaf, Market, LEAF_PREFIX, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

/// The version byte of a heartbeat's leaf: no batch has it.
const PING_VERSION: u8 = 0;

#[derive(Accounts)]
pub struct Ping {
    pub relayer: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
}

impl Ping {
    fn validate(&self, program_id: &Address) -> Result<()> {
        require_here(&self.market, program_id)?;
        let slot = Clock::get()?.slot;
        require!(
            self.relayer.address() == self.config.at(slot).active_relayer(),
            SettlementError::NotActiveRelayer
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<Ping>, nonce: u64) -> Result<()> {
    ctx.accounts.validate(ctx.program_id)?;
    let market = &mut ctx.accounts.market;

    let leaf = Leaf {
        prefix: LEAF_PREFIX,
        program: *ctx.program_id,
        market: *market.address(),
        sequence: market.next_sequence,
        version: PING_VERSION,
        payload_digest: sha256(&nonce.to_le_bytes()),
        results_digest: sha256(&[]),
    };
    let root_before = market.tree.root;
    market.append_leaf(leaf.hash())?;
    report(&HeartbeatLanded {
        market: *market.address(),
        nonce: nonce.into(),
        root_before,
        root: market.tree.root,
    });
    market.invariant()
}
