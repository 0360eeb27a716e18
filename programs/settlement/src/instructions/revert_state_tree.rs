//! Restores the tree that a migration has kept, as long as no batch has settled in the new one.

use {
    super::admin,
    crate::{
        constants::TREE_VERSION_FIXED,
        error::SettlementError,
        events::{report, StateTreeReverted},
        state::{require_here, Config, Market, PreviousTreeAccount, SEED_CONFIG, SEED_PREVIOUS_TREE},
    },
    anchor_lang::{prelude::*, AccountClose},
};

/// Accounts of both ways to end a migration: back, or for good.
#[derive(Accounts)]
pub struct LeavePreviousTree {
    /// Gets the rent of the tree that was kept.
    #[account(mut)]
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
    #[account(mut, seeds = [SEED_PREVIOUS_TREE, market.address().as_ref()], bump)]
    pub previous_tree: PreviousTreeAccount,
}

impl LeavePreviousTree {
    #[inline(never)]
    pub fn validate(&self, program_id: &Address) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require_here(&self.market, program_id)
    }

    #[inline(never)]
    pub fn close(&mut self) -> Result<()> {
        Ok(self.previous_tree.close(*self.admin.account())?)
    }
}

pub fn handler(ctx: &mut Context<LeavePreviousTree>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.validate(ctx.program_id)?;
    require!(accounts.config.is_paused.get(), SettlementError::NotPaused);
    let LeavePreviousTree {
        market, previous_tree, ..
    } = accounts;
    require!(
        market.next_sequence == previous_tree.next_sequence,
        SettlementError::TreeMoved
    );

    let old_root = market.tree.root;
    market.tree = previous_tree.tree;
    market.tree_version = TREE_VERSION_FIXED;
    report(&StateTreeReverted {
        market: *market.address(),
        old_root,
        root: market.tree.root,
        leaf_count: market.tree.leaf_count,
    });
    market.invariant()?;
    accounts.close()
}
