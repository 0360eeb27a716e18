//! Stops or resumes settlement. Money keeps moving: no money instruction reads the flag.

use {
    super::admin,
    crate::{
        error::SettlementError,
        events::{PausedSet, ScheduleCancelled},
        state::{GlobalConfig, SEED_CONFIG},
    },
    anchor_lang::{accounts::Account, prelude::*},
};

#[derive(Accounts)]
pub struct SetPaused {
    /// The admin, both ways; the guardian, only to stop.
    pub authority: Signer,
    #[account(mut, seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Account<GlobalConfig>,
}

impl SetPaused {
    fn validate(&self, is_paused: bool) -> Result<()> {
        if *self.authority.address() == self.config.guardian && *self.authority.address() != self.config.admin {
            require!(is_paused, SettlementError::GuardianCannotUnpause);
            return Ok(());
        }
        admin::require_admin(&self.authority, &self.config)
    }
}

pub fn handler(ctx: &mut Context<SetPaused>, is_paused: bool) -> Result<()> {
    ctx.accounts.validate(is_paused)?;
    let config = &mut ctx.accounts.config;
    admin::fold(config)?;

    if is_paused {
        // Whoever stops settlement must find it unchanged when it resumes.
        if let Some(change) = config.clear_schedule() {
            emit!(ScheduleCancelled {
                activation_slot: change.activation_slot.get(),
                mask: change.mask.get(),
            });
        }
    }
    let old_is_paused = config.is_paused.get();
    config.is_paused = is_paused.into();
    emit!(PausedSet {
        authority: *ctx.accounts.authority.address(),
        old_is_paused,
        is_paused,
    });
    ctx.accounts.config.invariant()
}
