//! Replaces the attestor, which no rule reads in this release. The zero address leaves the role empty.

use {
    super::admin::ChangeConfig,
    crate::{events::AttestorSet, state::field},
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, attestor: Address) -> Result<()> {
    let config = ctx.accounts.open_field(field::ATTESTOR)?;

    let old_attestor = config.attestor;
    config.attestor = attestor;
    emit!(AttestorSet { old_attestor, attestor });
    config.invariant()
}
