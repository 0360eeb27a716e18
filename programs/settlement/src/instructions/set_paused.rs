//! Stops or resumes settlement. Money keeps moving: no money instruction reads the flag.

use {
    super::admin,
    crate::{
        error::SettlementError,
        events::{report, PausedSet, ScheduleCancelled},
        state::{Config, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct SetPaused {
    /// The admin, both ways; the guardian, only to stop.
    pub authority: Signer,
    #[account(mut, seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
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
            report(&ScheduleCancelled {
                activation_slot: change.activation_slot,
                mask: change.mask,
            });
        }
    }
    let old_is_paused = config.is_paused;
    config.is_paused = is_paused.into();
    report(&PausedSet {
        authority: *ctx.accounts.authority.address(),
        old_is_paused,
        is_paused: config.is_paused,
    });
    ctx.accounts.config.invariant()
}
