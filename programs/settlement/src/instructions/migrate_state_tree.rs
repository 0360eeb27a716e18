//! Begins a tree of version 2 with the present root. The old tree is kept, so that this can be taken back.

use {
    super::admin,
    crate::{
        constants::{TREE_VERSION_FIXED, TREE_VERSION_GROWING},
        error::SettlementError,
        events::{report, StateTreeMigrated},
        invoke::NewAccount,
        state::{require_here, Config, Market, PreviousTree, SEED_CONFIG, SEED_PREVIOUS_TREE},
    },
    anchor_lang::prelude::*,
    core::mem::size_of,
};

const DISCRIMINATOR_BYTES: usize = PreviousTree::DISCRIMINATOR.len();

#[derive(Accounts)]
pub struct MigrateStateTree {
    #[account(mut)]
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
    /// Created here.
    #[account(mut, seeds = [SEED_PREVIOUS_TREE, market.address().as_ref()], bump)]
    pub previous_tree: UncheckedAccount,
    pub system_program: Program<System>,
}

impl MigrateStateTree {
    fn validate(&self, program_id: &Address) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require_here(&self.market, program_id)?;
        require!(self.config.is_paused.get(), SettlementError::NotPaused);
        require!(
            self.market.tree_version == TREE_VERSION_FIXED,
            SettlementError::TreeMigrated
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<MigrateStateTree>) -> Result<()> {
    ctx.accounts.validate(ctx.program_id)?;
    let bump = [ctx.bumps.previous_tree];
    let accounts = &mut ctx.accounts;
    let mut view = *accounts.previous_tree.account();
    NewAccount {
        system_program: &accounts.system_program,
        payer: *accounts.admin.account(),
        account: view,
        owner: ctx.program_id,
        space: DISCRIMINATOR_BYTES + size_of::<PreviousTree>(),
        seeds: &[SEED_PREVIOUS_TREE, accounts.market.address().as_ref(), &bump],
    }
    .create()?;

    let market = &mut accounts.market;
    let mut data = view.try_borrow_mut()?;
    let (discriminator, body) = data.split_at_mut(DISCRIMINATOR_BYTES);
    discriminator.copy_from_slice(PreviousTree::DISCRIMINATOR);
    let previous: &mut PreviousTree = bytemuck::from_bytes_mut(body);
    previous.next_sequence = market.next_sequence;
    previous.tree = market.tree;

    market.tree.begin(previous.tree.root);
    market.tree_version = TREE_VERSION_GROWING;
    report(&StateTreeMigrated {
        market: *market.address(),
        old_root: previous.tree.root,
        old_leaf_count: previous.tree.leaf_count,
        root: market.tree.root,
    });
    market.invariant()
}
