//! Schedules a change that comes into force by itself. One at a time.

use {
    super::admin::ChangeConfig,
    crate::{
        error::SettlementError,
        events::{report, ChangeScheduled},
        state::{field, ScheduledChange},
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, change: ScheduledChange) -> Result<()> {
    let slot = Clock::get()?.slot;
    let config = ctx.accounts.open()?;
    require!(!config.schedule.is_set(), SettlementError::SchedulePending);
    require!(change.activation_slot.get() > slot, SettlementError::ScheduleInPast);
    change.validate()?;
    // The successor's timelock was counted from the delay there was.
    require!(
        !config.successor.is_nominated() || !change.names(field::WITHDRAWAL_DELAY_SLOTS),
        SettlementError::WithdrawalDelayFixed
    );

    config.schedule = change.masked();
    report(&ChangeScheduled {
        activation_slot: change.activation_slot,
        mask: change.mask,
    });
    config.invariant()
}
