//! Sets the age at which a market is due whatever the size of its batch.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, MaxBatchAgeSet},
        limits,
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, max_batch_age_slots: u64) -> Result<()> {
    let config = ctx.accounts.open_field(field::MAX_BATCH_AGE_SLOTS)?;
    limits::max_batch_age(max_batch_age_slots)?;

    let old_max_batch_age_slots = config.max_batch_age_slots;
    config.max_batch_age_slots = max_batch_age_slots.into();
    report(&MaxBatchAgeSet {
        old_max_batch_age_slots,
        max_batch_age_slots: config.max_batch_age_slots,
    });
    config.invariant()
}
