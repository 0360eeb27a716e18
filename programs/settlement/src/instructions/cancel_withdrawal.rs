//! Takes a withdrawal request back: what is still pending becomes available again.

use {
    crate::{
        error::SettlementError,
        events::{report, WithdrawalCancelled},
        state::{entry_mut, require_here, Market},
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
    fn validate(&mut self, program_id: &Address, index: u32) -> Result<()> {
        require_here(&self.market, program_id)?;
        let entry = entry_mut(&mut self.market, index)?;
        entry.require_owner(self.owner.address())?;
        require!(entry.has_request(), SettlementError::NoWithdrawal);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<CancelWithdrawal>, index: u32) -> Result<()> {
    ctx.accounts.validate(ctx.program_id, index)?;
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
    report(&WithdrawalCancelled {
        market: market_address,
        index: index.into(),
        old_base_lots: old_base.into(),
        base_lots: new_base.into(),
        old_quote_atoms: old_quote.into(),
        quote_atoms: new_quote.into(),
    });
    market.invariant()
}
