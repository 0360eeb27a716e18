//! The nominated admin takes over.

use {
    super::admin,
    crate::{
        error::SettlementError,
        events::{report, AdminAccepted},
        state::{Config, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct AcceptAdmin {
    pub pending_admin: Signer,
    #[account(mut, seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
}

impl AcceptAdmin {
    /// Nobody can sign for the zero address, so an empty nomination is accepted by nobody.
    fn validate(&self) -> Result<()> {
        require!(
            *self.pending_admin.address() == self.config.pending_admin,
            SettlementError::NotPendingAdmin
        );
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<AcceptAdmin>) -> Result<()> {
    ctx.accounts.validate()?;
    let config = &mut ctx.accounts.config;
    admin::fold(config)?;

    let old_admin = config.admin;
    config.admin = config.pending_admin;
    config.pending_admin = Address::default();
    report(&AdminAccepted {
        old_admin,
        admin: config.admin,
    });
    config.invariant()
}
