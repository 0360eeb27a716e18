//! What every change of the config by the admin has in common.

use {
    crate::{
        error::SettlementError,
        events::{report, ScheduleFolded},
        state::{Config, GlobalConfig, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct ChangeConfig {
    pub admin: Signer,
    #[account(mut, seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
}

impl ChangeConfig {
    /// Opens the config for a change: refuses strangers, and makes an activated schedule the base first.
    pub fn open(&mut self) -> Result<&mut GlobalConfig> {
        require_admin(&self.admin, &self.config)?;
        fold(&mut self.config)?;
        Ok(&mut self.config)
    }

    /// `open`, and refuses a field that a pending schedule names.
    pub fn open_field(&mut self, field: u32) -> Result<&mut GlobalConfig> {
        let config = self.open()?;
        require!(!config.schedule.names(field), SettlementError::ScheduleConflict);
        Ok(config)
    }
}

pub fn require_admin(signer: &Signer, config: &GlobalConfig) -> Result<()> {
    require!(*signer.address() == config.admin, SettlementError::NotAdmin);
    Ok(())
}

/// Makes an activated schedule the base, before whatever else changes it.
pub fn fold(config: &mut Config) -> Result<()> {
    require!(config.view().is_writable(), ConstraintMut);
    if let Some(change) = config.fold(Clock::get()?.slot) {
        report(&ScheduleFolded {
            activation_slot: change.activation_slot,
            mask: change.mask,
        });
    }
    Ok(())
}
