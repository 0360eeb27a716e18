//! The guardian holds one withdrawal request, once, while its delay runs.

use {
    crate::{
        constants::MAX_HOLD_SLOTS,
        error::SettlementError,
        events::{report, WithdrawalHeld},
        state::{entry_mut, require_here, Config, Market, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct HoldWithdrawal {
    pub guardian: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
}

impl HoldWithdrawal {
    fn validate(&mut self, program_id: &Address, index: u32, hold_slots: u64) -> Result<()> {
        require!(
            *self.guardian.address() == self.config.guardian,
            SettlementError::NotGuardian
        );
        require_here(&self.market, program_id)?;
        require!(hold_slots != 0, SettlementError::ZeroAmount);
        require!(hold_slots <= MAX_HOLD_SLOTS, SettlementError::HoldTooLong);
        let entry = entry_mut(&mut self.market, index)?;
        require!(entry.has_request(), SettlementError::NoWithdrawal);
        require!(entry.held_until_slot == 0, SettlementError::AlreadyHeld);
        require!(
            Clock::get()?.slot < entry.unlock_slot.get(),
            SettlementError::HoldTooLate
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<HoldWithdrawal>, index: u32, hold_slots: u64) -> Result<()> {
    ctx.accounts.validate(ctx.program_id, index, hold_slots)?;
    let market = &mut ctx.accounts.market;
    let market_address = *market.address();

    let entry = entry_mut(market, index)?;
    let unlock_slot = entry.unlock_slot.get();
    entry.held_until_slot = unlock_slot.saturating_add(hold_slots).into();
    entry.invariant()?;
    report(&WithdrawalHeld {
        market: market_address,
        index: index.into(),
        unlock_slot: entry.unlock_slot,
        held_until_slot: entry.held_until_slot,
    });
    market.invariant()
}
