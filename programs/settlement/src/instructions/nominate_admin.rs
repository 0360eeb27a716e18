//! Nominates the next admin. The zero address withdraws a nomination.

use {super::admin::ChangeConfig, crate::events::AdminNominated, anchor_lang::prelude::*};

pub fn handler(ctx: &mut Context<ChangeConfig>, pending_admin: Address) -> Result<()> {
    let config = ctx.accounts.open()?;

    let old_pending_admin = config.pending_admin;
    config.pending_admin = pending_admin;
    emit!(AdminNominated {
        old_pending_admin,
        pending_admin,
    });
    config.invariant()
}
