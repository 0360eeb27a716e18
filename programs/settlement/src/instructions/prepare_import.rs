//! Turns a fresh account of the program into a market that waits for one of the predecessor's.

use {
    super::admin,
    crate::{
        constants::{LAYOUT_VERSION, TREE_VERSION_GROWING},
        error::SettlementError,
        events::{report, ImportPrepared},
        state::{
            market_status, require_here, require_status, Config, Market, StateTree, SEED_CONFIG, SEED_VAULT_AUTHORITY,
        },
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct PrepareImport {
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    /// Created in the same transaction, all zero. Its signature keeps others from taking it in between.
    #[account(zeroed, signer)]
    pub market: Market,
    pub old_market: Market,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump)]
    pub vault_authority: UncheckedAccount,
}

impl PrepareImport {
    fn validate(&self, program_id: &Address) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require_here(&self.market, program_id)?;
        // No program is the system program's successor: an unset predecessor owns no market.
        require!(
            self.old_market.view().owned_by(&self.config.predecessor)
                && self.old_market.layout_version == LAYOUT_VERSION,
            SettlementError::ForeignMarket
        );
        require_status(&self.old_market, market_status::OPEN)?;
        require!(
            self.market.capacity() >= self.old_market.capacity(),
            SettlementError::MarketTooSmall
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<PrepareImport>) -> Result<()> {
    ctx.accounts.validate(ctx.program_id)?;
    let PrepareImport {
        config,
        market,
        old_market,
        ..
    } = &mut ctx.accounts;

    market.base_mint = old_market.base_mint;
    market.quote_mint = old_market.quote_mint;
    market.base_vault = old_market.base_vault;
    market.quote_vault = old_market.quote_vault;
    market.base_lot_atoms = old_market.base_lot_atoms;
    market.next_sequence = 1.into();
    market.tree.root = StateTree::EMPTY_ROOT;
    market.tree_version = TREE_VERSION_GROWING;
    market.layout_version = LAYOUT_VERSION;
    market.vault_bump = ctx.bumps.vault_authority;
    market.status = market_status::IMPORTING;
    market.predecessor_market = *old_market.address();
    report(&ImportPrepared {
        market: *market.address(),
        predecessor_program: config.predecessor,
        predecessor_market: market.predecessor_market,
        capacity: (market.capacity() as u32).into(),
    });
    market.invariant()
}
