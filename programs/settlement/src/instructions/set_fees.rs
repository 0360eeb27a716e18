//! Sets the fee table.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, FeesSet},
        limits,
        state::{field, FeeTier},
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, fee_tiers: [FeeTier; 4]) -> Result<()> {
    let config = ctx.accounts.open_field(field::FEE_TIERS)?;
    limits::fee_tiers(&fee_tiers)?;

    let old_fee_tiers = config.fee_tiers;
    config.fee_tiers = fee_tiers;
    report(&FeesSet {
        old_fee_tiers,
        fee_tiers: config.fee_tiers,
    });
    config.invariant()
}
