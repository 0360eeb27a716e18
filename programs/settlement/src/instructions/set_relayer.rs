//! Replaces the relayer.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, RelayerSet},
        limits,
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, active_relayer: Address) -> Result<()> {
    let config = ctx.accounts.open_field(field::ACTIVE_RELAYER)?;
    limits::role(&active_relayer)?;

    let old_active_relayer = config.active_relayer;
    config.active_relayer = active_relayer;
    report(&RelayerSet {
        old_active_relayer,
        active_relayer: config.active_relayer,
    });
    config.invariant()
}
