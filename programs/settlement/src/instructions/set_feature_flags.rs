//! Sets the feature flags.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, FeatureFlagsSet},
        limits,
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, feature_flags: u64) -> Result<()> {
    let config = ctx.accounts.open_field(field::FEATURE_FLAGS)?;
    limits::feature_flags(feature_flags)?;

    let old_feature_flags = config.feature_flags;
    config.feature_flags = feature_flags.into();
    report(&FeatureFlagsSet {
        old_feature_flags,
        feature_flags: config.feature_flags,
    });
    config.invariant()
}
