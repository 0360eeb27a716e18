//! Pays collected fees out of a market.

use {
    super::admin,
    crate::{
        error::SettlementError,
        events::{report, FeesCollected},
        invoke::TokenTransfer,
        state::{require_here, Config, Market, SEED_CONFIG, SEED_VAULT_AUTHORITY},
        token::TokenAccount,
        units::{BaseLots, QuoteAtoms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CollectFees {
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump = market.vault_bump)]
    pub vault_authority: UncheckedAccount,
    #[account(mut, address = market.quote_vault @ SettlementError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    /// Any account of the quote mint but the vault itself, which as a second writable account is refused on loading.
    #[account(mut)]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl CollectFees {
    /// Returns the fees that stay.
    fn validate(&self, program_id: &Address, amount: QuoteAtoms) -> Result<QuoteAtoms> {
        admin::require_admin(&self.admin, &self.config)?;
        require_here(&self.market, program_id)?;
        require!(!amount.is_zero(), SettlementError::ZeroAmount);
        require!(
            self.destination.mint == self.market.quote_mint,
            SettlementError::WrongMint
        );
        let rest = QuoteAtoms::from(self.market.quote_fees).checked_sub(amount);
        Ok(rest.ok_or(SettlementError::InsufficientFees)?)
    }
}

pub fn handler(ctx: &mut Context<CollectFees>, amount: u64) -> Result<()> {
    let amount = QuoteAtoms(amount);
    let quote_fees = ctx.accounts.validate(ctx.program_id, amount)?;
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;

    let old_quote_fees = market.quote_fees;
    market.quote_fees = quote_fees.into();
    market.release(BaseLots::ZERO, amount)?;

    TokenTransfer {
        token_program: &accounts.token_program,
        from: accounts.quote_vault.cpi_handle_mut(),
        to: accounts.destination.cpi_handle_mut(),
        authority: accounts.vault_authority.cpi_handle(),
        atoms: amount.0,
        signer_seeds: &[&[SEED_VAULT_AUTHORITY, market.address().as_ref(), &[market.vault_bump]]],
    }
    .invoke();
    market.require_quote_covered(&accounts.quote_vault)?;
    report(&FeesCollected {
        market: *market.address(),
        destination: *accounts.destination.address(),
        old_quote_fees,
        quote_fees: market.quote_fees,
    });
    market.invariant()
}
