//! What each setting may be. Used by `initialize`, the setters, schedules and the config's invariant.

use {
    crate::{constants::*, error::SettlementError, state::FeeTier},
    anchor_lang::prelude::*,
};

pub fn allowed_batch_versions(versions: u8) -> Result<()> {
    require!(
        versions != 0 && versions & !SUPPORTED_VERSIONS == 0,
        SettlementError::InvalidVersionMask
    );
    Ok(())
}

pub fn min_batch_size(trades: u32) -> Result<()> {
    require!(trades <= MAX_MIN_BATCH_SIZE, SettlementError::MinBatchTooLarge);
    Ok(())
}

pub fn max_batch_age(slots: u64) -> Result<()> {
    require!(slots <= MAX_BATCH_AGE_SLOTS, SettlementError::MaxBatchAgeTooLong);
    Ok(())
}

pub fn withdrawal_delay(slots: u64) -> Result<()> {
    require!(
        slots <= MAX_WITHDRAWAL_DELAY_SLOTS,
        SettlementError::WithdrawalDelayTooLong
    );
    Ok(())
}

pub fn feature_flags(flags: u64) -> Result<()> {
    require!(flags & !SUPPORTED_FLAGS == 0, SettlementError::UnsupportedFeatureFlag);
    Ok(())
}

pub fn fee_tiers(tiers: &[FeeTier; FEE_TIERS]) -> Result<()> {
    for tier in tiers {
        require!(
            tier.maker_bps.get() <= MAX_FEE_BPS && tier.taker_bps.get() <= MAX_FEE_BPS,
            SettlementError::FeeTooHigh
        );
    }
    Ok(())
}

/// A role that must always be held by somebody.
pub fn role(holder: &Address) -> Result<()> {
    require!(*holder != Address::default(), SettlementError::ZeroAddress);
    Ok(())
}
