//! Sets the delay of later withdrawal requests; pending ones keep theirs.

use {
    super::admin::ChangeConfig,
    crate::{
        error::SettlementError,
        events::{report, WithdrawalDelaySet},
        limits,
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, withdrawal_delay_slots: u64) -> Result<()> {
    let slot = Clock::get()?.slot;
    let config = ctx.accounts.open_field(field::WITHDRAWAL_DELAY_SLOTS)?;
    limits::withdrawal_delay(withdrawal_delay_slots)?;
    // The successor's timelock was counted from the delay there was.
    require!(
        !config.successor.is_nominated() || withdrawal_delay_slots <= config.withdrawal_delay_slots.get(),
        SettlementError::WithdrawalDelayFixed
    );

    let old_withdrawal_delay_slots = config.withdrawal_delay_slots;
    config.set_withdrawal_delay(withdrawal_delay_slots, slot);
    report(&WithdrawalDelaySet {
        old_withdrawal_delay_slots,
        withdrawal_delay_slots: config.withdrawal_delay_slots,
    });
    config.invariant()
}
