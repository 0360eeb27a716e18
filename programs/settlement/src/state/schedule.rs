//! A change of the config that comes into force by itself.

use {
    super::FeeTier,
    crate::{error::SettlementError, limits, wire::pod_codec},
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// Bits of `ScheduledChange::mask`: the fields a schedule can change.
pub mod field {
    pub const ALLOWED_BATCH_VERSIONS: u32 = 1;
    pub const MIN_BATCH_SIZE: u32 = 2;
    pub const ACTIVE_RELAYER: u32 = 4;
    pub const ATTESTOR: u32 = 8;
    pub const FEATURE_FLAGS: u32 = 16;
    pub const FEE_TIERS: u32 = 32;
    pub const MAX_BATCH_AGE_SLOTS: u32 = 64;
    pub const WITHDRAWAL_DELAY_SLOTS: u32 = 128;
    pub const ALL: u32 = 255;
}

/// Values that replace the config's from `activation_slot` on, without a transaction. Fields outside the mask are zero.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct ScheduledChange {
    /// 0 means that nothing is scheduled.
    pub activation_slot: PodU64,
    /// Bits of `field`.
    pub mask: PodU32,
    pub min_batch_size: PodU32,
    pub allowed_batch_versions: u8,
    pub active_relayer: Address,
    pub attestor: Address,
    pub feature_flags: PodU64,
    pub fee_tiers: [FeeTier; 4],
    pub max_batch_age_slots: PodU64,
    pub withdrawal_delay_slots: PodU64,
}

const _: () = assert!(
    core::mem::size_of::<ScheduledChange>()
        == 8 // activation_slot
        + 4 // mask
        + 4 // min_batch_size
        + 1 // allowed_batch_versions
        + 32 // active_relayer
        + 32 // attestor
        + 8 // feature_flags
        + 4 * 4 // fee_tiers
        + 8 // max_batch_age_slots
        + 8 // withdrawal_delay_slots
);

pod_codec!(ScheduledChange);

impl ScheduledChange {
    pub fn is_set(&self) -> bool {
        self.activation_slot != 0
    }

    /// Set and in force at `slot`.
    pub fn is_active(&self, slot: u64) -> bool {
        self.is_set() && slot >= self.activation_slot.get()
    }

    pub fn names(&self, field: u32) -> bool {
        self.mask.get() & field != 0
    }

    /// Refuses an empty or unknown mask, and a value its setter would refuse.
    pub fn validate(&self) -> Result<()> {
        let mask = self.mask.get();
        require!(
            mask != 0 && mask & !field::ALL == 0,
            SettlementError::ScheduleMaskInvalid
        );
        if self.names(field::ALLOWED_BATCH_VERSIONS) {
            limits::allowed_batch_versions(self.allowed_batch_versions)?;
        }
        if self.names(field::MIN_BATCH_SIZE) {
            limits::min_batch_size(self.min_batch_size.get())?;
        }
        if self.names(field::ACTIVE_RELAYER) {
            limits::role(&self.active_relayer)?;
        }
        if self.names(field::FEATURE_FLAGS) {
            limits::feature_flags(self.feature_flags.get())?;
        }
        if self.names(field::FEE_TIERS) {
            limits::fee_tiers(&self.fee_tiers)?;
        }
        if self.names(field::MAX_BATCH_AGE_SLOTS) {
            limits::max_batch_age(self.max_batch_age_slots.get())?;
        }
        if self.names(field::WITHDRAWAL_DELAY_SLOTS) {
            limits::withdrawal_delay(self.withdrawal_delay_slots.get())?;
        }
        Ok(())
    }

    /// The same change with every field outside the mask zero, so that what is stored is what will happen.
    pub fn masked(&self) -> Self {
        let mut change = Self::zeroed();
        change.activation_slot = self.activation_slot;
        change.mask = self.mask;
        if self.names(field::ALLOWED_BATCH_VERSIONS) {
            change.allowed_batch_versions = self.allowed_batch_versions;
        }
        if self.names(field::MIN_BATCH_SIZE) {
            change.min_batch_size = self.min_batch_size;
        }
        if self.names(field::ACTIVE_RELAYER) {
            change.active_relayer = self.active_relayer;
        }
        if self.names(field::ATTESTOR) {
            change.attestor = self.attestor;
        }
        if self.names(field::FEATURE_FLAGS) {
            change.feature_flags = self.feature_flags;
        }
        if self.names(field::FEE_TIERS) {
            change.fee_tiers = self.fee_tiers;
        }
        if self.names(field::MAX_BATCH_AGE_SLOTS) {
            change.max_batch_age_slots = self.max_batch_age_slots;
        }
        if self.names(field::WITHDRAWAL_DELAY_SLOTS) {
            change.withdrawal_delay_slots = self.withdrawal_delay_slots;
        }
        change
    }
}
