//! Replaces the guardian.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, GuardianSet},
        limits,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, guardian: Address) -> Result<()> {
    let config = ctx.accounts.open()?;
    limits::role(&guardian)?;

    let old_guardian = config.guardian;
    config.guardian = guardian;
    report(&GuardianSet {
        old_guardian,
        guardian: config.guardian,
    });
    config.invariant()
}
