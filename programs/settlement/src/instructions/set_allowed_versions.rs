//! Chooses the batch versions that may settle.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, AllowedVersionsSet},
        limits,
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, allowed_batch_versions: u8) -> Result<()> {
    let config = ctx.accounts.open_field(field::ALLOWED_BATCH_VERSIONS)?;
    limits::allowed_batch_versions(allowed_batch_versions)?;

    let old_allowed_batch_versions = config.allowed_batch_versions;
    config.allowed_batch_versions = allowed_batch_versions;
    report(&AllowedVersionsSet {
        old_allowed_batch_versions,
        allowed_batch_versions: config.allowed_batch_versions,
    });
    config.invariant()
}
