//! Nominates the program that markets can be handed over to. The zero address withdraws the nomination.

use {
    super::admin::ChangeConfig,
    crate::{
        error::SettlementError,
        events::{report, SuccessorSet},
        state::Successor,
    },
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, program: Address) -> Result<()> {
    let slot = Clock::get()?.slot;
    let own = *ctx.program_id;
    let config = ctx.accounts.open()?;
    require!(program != own, SettlementError::SameProgram);
    // An abort gives the vaults back to this program, and the markets that went must all go to one.
    require!(config.handed_over == 0, SettlementError::SuccessorInUse);

    let old_program = config.successor.program;
    let mut successor = Successor::zeroed();
    if program != Address::default() {
        successor.program = program;
        successor.unlock_slot = slot.saturating_add(config.successor_timelock(slot)).into();
    }
    config.successor = successor;
    report(&SuccessorSet {
        old_program,
        program,
        unlock_slot: successor.unlock_slot,
    });
    config.invariant()
}
