//! Replaces the attestor, which no rule reads in this release. The zero address leaves the role empty.

use {
    super::admin::ChangeConfig,
    crate::{
        events::{report, AttestorSet},
        state::field,
    },
    anchor_lang::prelude::*,
};

pub fn handler(ctx: &mut Context<ChangeConfig>, attestor: Address) -> Result<()> {
    let config = ctx.accounts.open_field(field::ATTESTOR)?;

    let old_attestor = config.attestor;
    config.attestor = attestor;
    report(&AttestorSet {
        old_attestor,
        attestor: config.attestor,
    });
    config.invariant()
}
