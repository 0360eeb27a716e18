//! Opens a market again that was handed over. Only its vaults say whether it may: an import that has ended never gives them back.

use {
    super::admin,
    crate::{
        error::SettlementError,
        events::{report, MarketTakenBack},
        state::{market_status, require_ours, Config, Market, SEED_CONFIG, SEED_VAULT_AUTHORITY},
        token::TokenAccount,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct TakeBack {
    pub admin: Signer,
    #[account(mut, seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump = market.vault_bump)]
    pub vault_authority: UncheckedAccount,
    #[account(address = market.base_vault @ SettlementError::WrongVault)]
    pub base_vault: Account<TokenAccount>,
    #[account(address = market.quote_vault @ SettlementError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
}

impl TakeBack {
    fn validate(&self, program_id: &Address) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require_ours(&self.market, program_id)?;
        require!(
            self.market.status == market_status::MIGRATED,
            SettlementError::NotHandedOver
        );
        let authority = self.vault_authority.address();
        require!(
            self.base_vault.owner == *authority && self.quote_vault.owner == *authority,
            SettlementError::VaultsNotReturned
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<TakeBack>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    accounts.validate(ctx.program_id)?;
    admin::fold(&mut accounts.config)?;

    let handed_over = accounts.config.handed_over.checked_sub(1);
    accounts.config.handed_over = handed_over.ok_or(SettlementError::InvariantViolated)?;
    let market = &mut accounts.market;
    let old_successor_market = market.successor_market;
    market.status = market_status::OPEN;
    market.successor_market = Address::default();
    report(&MarketTakenBack {
        market: *market.address(),
        old_successor_market,
    });
    market.invariant()?;
    accounts.config.invariant()
}
