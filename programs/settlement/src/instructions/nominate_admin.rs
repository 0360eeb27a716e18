//! Nominates the next admin. The zero address withdraws a nomination.

use {
    super::admin::ChangeConfig,
    crate::events::{report, AdminNominated},
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, pending_admin: Address) -> Result<()> {
    let config = ctx.accounts.open()?;

    let old_pending_admin = config.pending_admin;
    config.pending_admin = pending_admin;
    report(&AdminNominated {
        old_pending_admin,
        pending_admin: config.pending_admin,
    });
    config.invariant()
}
