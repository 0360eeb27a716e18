//! Takes a withdrawal request back: what is still pending becomes available again.

use {
    crate::{
        error::SettlementError,
        events::WithdrawalCancelled,
        state::{entry_mut, Market},
        units::{BaseLots, QuoteAtoms},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CancelWithdrawal {
    pub owner: Signer,
    #[account(mut)]
    pub market: Market,
}

impl CancelWithdrawal {
    fn validate(&mut self, index: u32) -> Result<()> {
        self.market.require_here()?;
        let entry = entry_mut(&mut self.market, index)?;
        entry.require_owner(self.owner.address())?;
        require!(entry.has_request(), SettlementError::NoWithdrawal);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<CancelWithdrawal>, index: u32) -> Result<()> {
    ctx.accounts.validate(index)?;
    let market = &mut ctx.accounts.market;
    let market_address = *market.address();

    let entry = entry_mut(market, index)?;
    let (old_base, old_quote) = (BaseLots::from(entry.base_lots), QuoteAtoms::from(entry.quote_atoms));
    let (base, quote) = entry.clear_request();
    let new_base = old_base.checked_add(base).ok_or(SettlementError::InvariantViolated)?;
    let new_quote = old_quote.checked_add(quote).ok_or(SettlementError::InvariantViolated)?;
    entry.base_lots = new_base.into();
    entry.quote_atoms = new_quote.into();
    entry.invariant()?;
    emit!(WithdrawalCancelled {
        market: market_address,
        index,
        old_base_lots: old_base.0,
        base_lots: new_base.0,
        old_quote_atoms: old_quote.0,
        quote_atoms: new_quote.0,
    });
    market.invariant()
}
