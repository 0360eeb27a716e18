//! Pays what is still pending, once the delay and a hold have passed. Works while settlement is paused.

use {
    crate::{
        error::SettlementError,
        events::{report, WithdrawalExecuted},
        invoke::TokenTransfer,
        state::{entry_mut, require_here, Market, SEED_VAULT_AUTHORITY},
        token::TokenAccount,
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ExecuteWithdrawal {
    pub owner: Signer,
    #[account(mut)]
    pub market: Market,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump = market.vault_bump)]
    pub vault_authority: UncheckedAccount,
    #[account(mut, address = market.base_vault @ SettlementError::WrongVault)]
    pub base_vault: Account<TokenAccount>,
    #[account(mut, address = market.quote_vault @ SettlementError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    #[account(mut)]
    pub base_destination: Account<TokenAccount>,
    #[account(mut)]
    pub quote_destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl ExecuteWithdrawal {
    fn validate(&mut self, program_id: &Address, index: u32) -> Result<()> {
        require_here(&self.market, program_id)?;
        let entry = entry_mut(&mut self.market, index)?;
        entry.require_owner(self.owner.address())?;
        require!(entry.has_request(), SettlementError::NoWithdrawal);
        let slot = Clock::get()?.slot;
        require!(slot >= entry.unlock_slot.get(), SettlementError::WithdrawalLocked);
        require!(slot >= entry.held_until_slot.get(), SettlementError::WithdrawalHeld);
        require!(
            *self.base_destination.address() == entry.base_destination
                && *self.quote_destination.address() == entry.quote_destination,
            SettlementError::WrongDestination
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<ExecuteWithdrawal>, index: u32) -> Result<()> {
    ctx.accounts.validate(ctx.program_id, index)?;
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;
    let market_address = *market.address();

    let entry = entry_mut(market, index)?;
    let (base, quote) = entry.clear_request();
    let (rest_base, rest_quote) = (entry.base_lots, entry.quote_atoms);
    entry.invariant()?;
    market.release(base, quote)?;
    let base_atoms = base
        .atoms(market.base_lot_atoms)
        .ok_or(SettlementError::InvariantViolated)?;

    let vault_bump = [market.vault_bump];
    let authority_seeds: &[&[&[u8]]] = &[&[SEED_VAULT_AUTHORITY, market_address.as_ref(), &vault_bump]];
    if !base.is_zero() {
        TokenTransfer {
            token_program: &accounts.token_program,
            from: accounts.base_vault.cpi_handle_mut(),
            to: accounts.base_destination.cpi_handle_mut(),
            authority: accounts.vault_authority.cpi_handle(),
            atoms: base_atoms.0,
            signer_seeds: authority_seeds,
        }
        .invoke();
        market.require_base_covered(&accounts.base_vault)?;
    }
    if !quote.is_zero() {
        TokenTransfer {
            token_program: &accounts.token_program,
            from: accounts.quote_vault.cpi_handle_mut(),
            to: accounts.quote_destination.cpi_handle_mut(),
            authority: accounts.vault_authority.cpi_handle(),
            atoms: quote.0,
            signer_seeds: authority_seeds,
        }
        .invoke();
        market.require_quote_covered(&accounts.quote_vault)?;
    }
    report(&WithdrawalExecuted {
        market: market_address,
        index: index.into(),
        paid_base_lots: base.into(),
        paid_quote_atoms: quote.into(),
        base_lots: rest_base,
        quote_atoms: rest_quote,
    });
    market.invariant()
}
