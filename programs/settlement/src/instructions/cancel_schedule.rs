//! Cancels the pending schedule. From its activation slot on it is in force and can only be changed back.

use {
    super::admin::{require_admin, ChangeConfig},
    crate::{
        error::SettlementError,
        events::{report, ScheduleCancelled},
    },
    anchor_lang::prelude::*,
};

/// Does not fold: an activated schedule must be refused by its own error, and a refusal changes nothing.
fn validate(accounts: &ChangeConfig) -> Result<()> {
    require_admin(&accounts.admin, &accounts.config)?;
    let schedule = &accounts.config.schedule;
    require!(schedule.is_set(), SettlementError::NoSchedule);
    require!(
        !schedule.is_active(Clock::get()?.slot),
        SettlementError::ScheduleAlreadyActive
    );
    Ok(())
}

pub fn handler(ctx: &mut Context<ChangeConfig>) -> Result<()> {
    validate(&ctx.accounts)?;
    let config = &mut ctx.accounts.config;

    if let Some(change) = config.clear_schedule() {
        report(&ScheduleCancelled {
            activation_slot: change.activation_slot,
            mask: change.mask,
        });
    }
    config.invariant()
}
