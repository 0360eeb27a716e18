//! Sets the size below which a batch must wait until the market is due.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, MinBatchSizeSet},
        limits,
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, min_batch_size: u32) -> Result<()> {
    let config = ctx.accounts.open_field(field::MIN_BATCH_SIZE)?;
    limits::min_batch_size(min_batch_size)?;

    let old_min_batch_size = config.min_batch_size;
    config.min_batch_size = min_batch_size.into();
    report(&MinBatchSizeSet {
        old_min_batch_size,
        min_batch_size: config.min_batch_size,
    });
    config.invariant()
}
