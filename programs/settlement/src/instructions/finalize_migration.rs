//! Drops the tree that a migration has kept: from here on there is no way back.

use {
    super::revert_state_tree::LeavePreviousTree,
    crate::events::{report, MigrationFinalized},
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<LeavePreviousTree>) -> Result<()> {
    ctx.accounts.validate(ctx.program_id)?;
    report(&MigrationFinalized {
        market: *ctx.accounts.market.address(),
    });
    ctx.accounts.close()
}
