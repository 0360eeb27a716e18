//! The one account that says who may do what. Settlement only reads it, so markets settle in parallel.

use {
    super::{field, FeeTier, Portable, ScheduledChange, Successor},
    crate::{constants::LAYOUT_VERSION, error::SettlementError, limits},
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

/// The config's account.
pub type Config = Account<Portable<GlobalConfig>>;

/// PDA `["config"]`. The first five fields keep their place in every version.
#[account]
pub struct GlobalConfig {
    pub admin: Address,
    pub is_paused: PodBool,
    pub min_batch_size: PodU32,
    /// Bit 1 allows V1, bit 2 allows V2.
    pub allowed_batch_versions: u8,
    pub active_relayer: Address,
    /// Zero when nobody is nominated.
    pub pending_admin: Address,
    pub guardian: Address,
    /// Room for the co-signer of batches; no rule reads it in this release.
    pub attestor: Address,
    pub feature_flags: PodU64,
    pub fee_tiers: [FeeTier; 4],
    pub max_batch_age_slots: PodU64,
    pub withdrawal_delay_slots: PodU64,
    pub schedule: ScheduledChange,
    pub successor: Successor,
    pub layout_version: u8,
    pub bump: u8,
    /// The program whose markets can be imported. Zero when there is none.
    pub predecessor: Address,
    /// Markets that are handed over to the successor: while there is one, the successor is fixed.
    pub handed_over: PodU32,
    /// What the withdrawal delay was before it was lowered; a lowering while it counts keeps the longer one.
    pub lowered_delay_slots: PodU64,
    /// Slot up to which `lowered_delay_slots` counts for a successor's timelock: as long as that delay lasts.
    pub lowered_until_slot: PodU64,
    /// Room for later fields without a migration.
    pub reserved: [u8; 74],
}

const _: () = assert!(
    core::mem::size_of::<GlobalConfig>()
        == 32 // admin
        + 1 // is_paused
        + 4 // min_batch_size
        + 1 // allowed_batch_versions
        + 32 // active_relayer
        + 32 // pending_admin
        + 32 // guardian
        + 32 // attestor
        + 8 // feature_flags
        + 4 * 4 // fee_tiers
        + 8 // max_batch_age_slots
        + 8 // withdrawal_delay_slots
        + 121 // schedule
        + 40 // successor
        + 1 // layout_version
        + 1 // bump
        + 32 // predecessor
        + 4 // handed_over
        + 8 // lowered_delay_slots
        + 8 // lowered_until_slot
        + 74 // reserved
);
const _: () = assert!(core::mem::offset_of!(GlobalConfig, active_relayer) == 38);
const _: () = assert!(core::mem::offset_of!(GlobalConfig, schedule) == 206);
const _: () = assert!(core::mem::offset_of!(GlobalConfig, predecessor) == 369);

impl GlobalConfig {
    /// The settings in force at `slot`.
    #[inline(always)]
    pub fn at(&self, slot: u64) -> EffectiveConfig<'_> {
        let schedule = &self.schedule;
        EffectiveConfig {
            config: self,
            scheduled: if schedule.is_active(slot) {
                schedule.mask.get()
            } else {
                0
            },
        }
    }

    /// Slots between a nomination at `slot` and the hand-over, once an activated schedule is folded. A request made up to
    /// then can be executed first, also when the delay was lowered meanwhile. Never the slot of the nomination itself.
    pub fn successor_timelock(&self, slot: u64) -> u64 {
        let mut timelock = self.withdrawal_delay_slots.get().max(self.lowered_delay(slot)).max(1);
        if self.schedule.names(field::WITHDRAWAL_DELAY_SLOTS) {
            timelock = timelock.max(self.schedule.withdrawal_delay_slots.get());
        }
        timelock
    }

    /// The delay there was before it was lowered, while that one would still have lasted; 0 afterwards.
    fn lowered_delay(&self, slot: u64) -> u64 {
        if slot < self.lowered_until_slot.get() {
            self.lowered_delay_slots.get()
        } else {
            0
        }
    }

    /// Sets the delay that is in force from `slot` on. Lowering it hurries no successor: see `successor_timelock`.
    pub fn set_withdrawal_delay(&mut self, delay_slots: u64, slot: u64) {
        let old = self.withdrawal_delay_slots.get();
        if delay_slots < old {
            let lowered = old.max(self.lowered_delay(slot));
            self.lowered_delay_slots = lowered.into();
            self.lowered_until_slot = slot.saturating_add(lowered).into();
        }
        self.withdrawal_delay_slots = delay_slots.into();
    }

    /// Makes an activated schedule the base and clears it. Returns the schedule it has folded.
    pub fn fold(&mut self, slot: u64) -> Option<ScheduledChange> {
        if !self.schedule.is_active(slot) {
            return None;
        }
        let change = self.schedule;
        if change.names(field::ALLOWED_BATCH_VERSIONS) {
            self.allowed_batch_versions = change.allowed_batch_versions;
        }
        if change.names(field::MIN_BATCH_SIZE) {
            self.min_batch_size = change.min_batch_size;
        }
        if change.names(field::ACTIVE_RELAYER) {
            self.active_relayer = change.active_relayer;
        }
        if change.names(field::ATTESTOR) {
            self.attestor = change.attestor;
        }
        if change.names(field::FEATURE_FLAGS) {
            self.feature_flags = change.feature_flags;
        }
        if change.names(field::FEE_TIERS) {
            self.fee_tiers = change.fee_tiers;
        }
        if change.names(field::MAX_BATCH_AGE_SLOTS) {
            self.max_batch_age_slots = change.max_batch_age_slots;
        }
        if change.names(field::WITHDRAWAL_DELAY_SLOTS) {
            // In force since its own slot, however late it is folded.
            self.set_withdrawal_delay(change.withdrawal_delay_slots.get(), change.activation_slot.get());
        }
        self.schedule = ScheduledChange::zeroed();
        Some(change)
    }

    /// Clears the schedule, pending or not. Returns the schedule it has cleared.
    pub fn clear_schedule(&mut self) -> Option<ScheduledChange> {
        let change = self.schedule;
        self.schedule = ScheduledChange::zeroed();
        change.is_set().then_some(change)
    }

    /// What is true of every config at the end of every instruction that writes it.
    pub fn invariant(&self) -> Result<()> {
        // Every role is held by somebody.
        limits::role(&self.admin)?;
        limits::role(&self.guardian)?;
        limits::role(&self.active_relayer)?;
        // Every setting is within its limit.
        limits::min_batch_size(self.min_batch_size.get())?;
        limits::max_batch_age(self.max_batch_age_slots.get())?;
        limits::withdrawal_delay(self.withdrawal_delay_slots.get())?;
        limits::withdrawal_delay(self.lowered_delay_slots.get())?;
        limits::feature_flags(self.feature_flags.get())?;
        limits::fee_tiers(&self.fee_tiers)?;
        // Not the versions: an older or a newer build may have stored some that this one does not settle, and the
        // kill switch must work all the same. They are checked where they are set.
        // A schedule is complete or absent.
        if self.schedule.is_set() {
            self.schedule.validate()?;
        } else {
            require!(self.schedule.mask == 0, SettlementError::InvariantViolated);
        }
        // The account has the layout of this build.
        require!(
            self.layout_version == LAYOUT_VERSION,
            SettlementError::InvariantViolated
        );
        Ok(())
    }
}

/// The config with an activated schedule laid over it. Every reader of a schedulable field reads it here.
pub struct EffectiveConfig<'a> {
    config: &'a GlobalConfig,
    /// Bits of `field` that the schedule answers for.
    scheduled: u32,
}

impl EffectiveConfig<'_> {
    #[inline(always)]
    fn is_scheduled(&self, field: u32) -> bool {
        self.scheduled & field != 0
    }

    #[inline(always)]
    pub fn allowed_batch_versions(&self) -> u8 {
        if self.is_scheduled(field::ALLOWED_BATCH_VERSIONS) {
            self.config.schedule.allowed_batch_versions
        } else {
            self.config.allowed_batch_versions
        }
    }

    #[inline(always)]
    pub fn min_batch_size(&self) -> u32 {
        if self.is_scheduled(field::MIN_BATCH_SIZE) {
            self.config.schedule.min_batch_size.get()
        } else {
            self.config.min_batch_size.get()
        }
    }

    #[inline(always)]
    pub fn active_relayer(&self) -> &Address {
        if self.is_scheduled(field::ACTIVE_RELAYER) {
            &self.config.schedule.active_relayer
        } else {
            &self.config.active_relayer
        }
    }

    #[inline(always)]
    pub fn fee_tiers(&self) -> &[FeeTier; 4] {
        if self.is_scheduled(field::FEE_TIERS) {
            &self.config.schedule.fee_tiers
        } else {
            &self.config.fee_tiers
        }
    }

    #[inline(always)]
    pub fn max_batch_age_slots(&self) -> u64 {
        if self.is_scheduled(field::MAX_BATCH_AGE_SLOTS) {
            self.config.schedule.max_batch_age_slots.get()
        } else {
            self.config.max_batch_age_slots.get()
        }
    }

    #[inline(always)]
    pub fn withdrawal_delay_slots(&self) -> u64 {
        if self.is_scheduled(field::WITHDRAWAL_DELAY_SLOTS) {
            self.config.schedule.withdrawal_delay_slots.get()
        } else {
            self.config.withdrawal_delay_slots.get()
        }
    }
}
