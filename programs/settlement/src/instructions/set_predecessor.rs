//! Names the program whose markets can be imported. The zero address ends that.

use {
    super::admin::ChangeConfig,
    crate::{
        error::SettlementError,
        events::{report, PredecessorSet},
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, program: Address) -> Result<()> {
    let own = *ctx.program_id;
    let config = ctx.accounts.open()?;
    require!(program != own, SettlementError::SameProgram);

    let old_program = config.predecessor;
    config.predecessor = program;
    report(&PredecessorSet { old_program, program });
    config.invariant()
}
