//! Asks for a withdrawal and fixes where it goes. Works while settlement is paused.

use {
    crate::{
        error::SettlementError,
        events::{report, WithdrawalRequested},
        state::{entry_mut, require_here, Config, Market, SEED_CONFIG},
        token::TokenAccount,
        units::{BaseLots, QuoteAtoms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct RequestWithdrawal {
    pub owner: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
    pub base_destination: Account<TokenAccount>,
    pub quote_destination: Account<TokenAccount>,
}

impl RequestWithdrawal {
    fn validate(&mut self, program_id: &Address, index: u32, base: BaseLots, quote: QuoteAtoms) -> Result<()> {
        require_here(&self.market, program_id)?;
        require!(!base.is_zero() || !quote.is_zero(), SettlementError::ZeroAmount);
        let owner = self.owner.address();
        for (destination, mint) in [
            (&self.base_destination, self.market.base_mint),
            (&self.quote_destination, self.market.quote_mint),
        ] {
            require!(destination.mint == mint, SettlementError::WrongMint);
            require!(destination.owner == *owner, SettlementError::WrongDestination);
        }
        let entry = entry_mut(&mut self.market, index)?;
        entry.require_owner(owner)?;
        entry.require_open()?;
        require!(!entry.has_request(), SettlementError::WithdrawalPending);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<RequestWithdrawal>, index: u32, base_lots: u64, quote_atoms: u64) -> Result<()> {
    let (base, quote) = (BaseLots(base_lots), QuoteAtoms(quote_atoms));
    ctx.accounts.validate(ctx.program_id, index, base, quote)?;
    let accounts = &mut ctx.accounts;
    let market_address = *accounts.market.address();
    let entry = entry_mut(&mut accounts.market, index)?;

    let rest_base = BaseLots::from(entry.base_lots).checked_sub(base);
    let rest_quote = QuoteAtoms::from(entry.quote_atoms).checked_sub(quote);
    entry.base_lots = rest_base.ok_or(SettlementError::InsufficientBalance)?.into();
    entry.quote_atoms = rest_quote.ok_or(SettlementError::InsufficientBalance)?.into();
    entry.pending_base_lots = base.into();
    entry.pending_quote_atoms = quote.into();
    let slot = Clock::get()?.slot;
    let delay_slots = accounts.config.at(slot).withdrawal_delay_slots();
    // Never 0, which means that there is no request: a chain's slot 0 is as good as its slot 1.
    entry.unlock_slot = slot.saturating_add(delay_slots).max(1).into();
    entry.base_destination = *accounts.base_destination.address();
    entry.quote_destination = *accounts.quote_destination.address();
    entry.invariant()?;
    report(&WithdrawalRequested {
        market: market_address,
        index: index.into(),
        base_lots: entry.base_lots,
        quote_atoms: entry.quote_atoms,
        pending_base_lots: entry.pending_base_lots,
        pending_quote_atoms: entry.pending_quote_atoms,
        unlock_slot: entry.unlock_slot,
        base_destination: entry.base_destination,
        quote_destination: entry.quote_destination,
    });
    accounts.market.invariant()
}
