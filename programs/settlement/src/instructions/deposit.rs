//! Moves the owner's tokens into the vaults and credits the entry. Works while settlement is paused.

use {
    crate::{
        error::SettlementError,
        events::{report, Deposited},
        invoke::TokenTransfer,
        state::{entry_mut, require_here, Market},
        token::TokenAccount,
        units::{BaseLots, QuoteAtoms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct Deposit {
    pub owner: Signer,
    #[account(mut)]
    pub market: Market,
    #[account(mut, address = market.base_vault @ SettlementError::WrongVault)]
    pub base_vault: Account<TokenAccount>,
    #[account(mut, address = market.quote_vault @ SettlementError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    #[account(mut)]
    pub base_source: Account<TokenAccount>,
    #[account(mut)]
    pub quote_source: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl Deposit {
    fn validate(&mut self, program_id: &Address, index: u32, base: BaseLots, quote: QuoteAtoms) -> Result<()> {
        require_here(&self.market, program_id)?;
        require!(!base.is_zero() || !quote.is_zero(), SettlementError::ZeroAmount);
        let owner = self.owner.address();
        for (source, mint) in [
            (&self.base_source, self.market.base_mint),
            (&self.quote_source, self.market.quote_mint),
        ] {
            require!(source.mint == mint, SettlementError::WrongMint);
            require!(source.owner == *owner, SettlementError::WrongSource);
        }
        let entry = entry_mut(&mut self.market, index)?;
        entry.require_owner(owner)?;
        entry.require_open()
    }
}

pub fn handler(ctx: &mut Context<Deposit>, index: u32, base_lots: u64, quote_atoms: u64) -> Result<()> {
    let (base, quote) = (BaseLots(base_lots), QuoteAtoms(quote_atoms));
    ctx.accounts.validate(ctx.program_id, index, base, quote)?;
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;

    let base_atoms = base
        .atoms(market.base_lot_atoms)
        .ok_or(SettlementError::BalanceOverflow)?;
    market.owe(base, quote)?;
    let market_address = *market.address();
    let entry = entry_mut(market, index)?;
    let (old_base, old_quote) = (BaseLots::from(entry.base_lots), QuoteAtoms::from(entry.quote_atoms));
    let new_base = old_base.checked_add(base).ok_or(SettlementError::BalanceOverflow)?;
    let new_quote = old_quote.checked_add(quote).ok_or(SettlementError::BalanceOverflow)?;
    entry.base_lots = new_base.into();
    entry.quote_atoms = new_quote.into();
    entry.invariant()?;

    if !base.is_zero() {
        TokenTransfer {
            token_program: &accounts.token_program,
            from: accounts.base_source.cpi_handle_mut(),
            to: accounts.base_vault.cpi_handle_mut(),
            authority: accounts.owner.cpi_handle(),
            atoms: base_atoms.0,
            signer_seeds: &[],
        }
        .invoke();
        market.require_base_covered(&accounts.base_vault)?;
    }
    if !quote.is_zero() {
        TokenTransfer {
            token_program: &accounts.token_program,
            from: accounts.quote_source.cpi_handle_mut(),
            to: accounts.quote_vault.cpi_handle_mut(),
            authority: accounts.owner.cpi_handle(),
            atoms: quote.0,
            signer_seeds: &[],
        }
        .invoke();
        market.require_quote_covered(&accounts.quote_vault)?;
    }
    report(&Deposited {
        market: market_address,
        index: index.into(),
        old_base_lots: old_base.into(),
        base_lots: new_base.into(),
        old_quote_atoms: old_quote.into(),
        quote_atoms: new_quote.into(),
    });
    market.invariant()
}
