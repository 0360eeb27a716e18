//! Proves: a schedule is in force from its slot on, for exactly the fields it names, before and after it is folded into
//! the base; what can not be scheduled; what the config's invariant refuses.
//! Does not prove: who may schedule; tests/program does.

mod setup;

use {
    bytemuck::Zeroable,
    settlement::{
        constants::*,
        error::SettlementError,
        state::{field, GlobalConfig, ScheduledChange},
    },
    setup::{address, config, fee_tiers},
};

const ACTIVATION_SLOT: u64 = 500;

/// Values that all differ from those of `setup::config`, but the versions: this build knows only one.
fn change(mask: u32) -> ScheduledChange {
    ScheduledChange {
        activation_slot: ACTIVATION_SLOT.into(),
        mask: mask.into(),
        min_batch_size: 20.into(),
        allowed_batch_versions: 1,
        active_relayer: address(30),
        attestor: address(40),
        feature_flags: 0.into(),
        fee_tiers: fee_tiers(300),
        max_batch_age_slots: 200.into(),
        withdrawal_delay_slots: 2_000.into(),
    }
}

fn scheduled(mask: u32) -> GlobalConfig {
    let mut config = config();
    config.schedule = change(mask).masked();
    config
}

/// Each field: its bit, its value in force at a slot, and its value in the base.
type Reader = fn(&GlobalConfig, Option<u64>) -> Vec<u8>;
const FIELDS: [(u32, Reader); 6] = [
    (field::ALLOWED_BATCH_VERSIONS, |c, slot| {
        vec![slot.map_or(c.allowed_batch_versions, |s| c.at(s).allowed_batch_versions())]
    }),
    (field::MIN_BATCH_SIZE, |c, slot| {
        slot.map_or(c.min_batch_size.get(), |s| c.at(s).min_batch_size())
            .to_le_bytes()
            .to_vec()
    }),
    (field::ACTIVE_RELAYER, |c, slot| {
        slot.map_or(c.active_relayer, |s| *c.at(s).active_relayer())
            .as_ref()
            .to_vec()
    }),
    (field::FEE_TIERS, |c, slot| {
        bytemuck::bytes_of(&slot.map_or(c.fee_tiers, |s| *c.at(s).fee_tiers())).to_vec()
    }),
    (field::MAX_BATCH_AGE_SLOTS, |c, slot| {
        slot.map_or(c.max_batch_age_slots.get(), |s| c.at(s).max_batch_age_slots())
            .to_le_bytes()
            .to_vec()
    }),
    (field::WITHDRAWAL_DELAY_SLOTS, |c, slot| {
        slot.map_or(c.withdrawal_delay_slots.get(), |s| c.at(s).withdrawal_delay_slots())
            .to_le_bytes()
            .to_vec()
    }),
];

#[test]
fn a_field_changes_at_its_slot_and_only_if_named() {
    for mask in 1..=field::ALL {
        let config = scheduled(mask);
        let mut changed = setup::config();
        changed.schedule = change(field::ALL);
        changed.fold(ACTIVATION_SLOT).unwrap();
        for (bit, value) in FIELDS {
            let base = value(&config, None);
            let new = if mask & bit != 0 {
                value(&changed, None)
            } else {
                base.clone()
            };
            assert_eq!(value(&config, Some(ACTIVATION_SLOT - 1)), base);
            assert_eq!(value(&config, Some(ACTIVATION_SLOT)), new);
            assert_eq!(value(&config, Some(ACTIVATION_SLOT + 1)), new);
        }
    }
}

#[test]
fn folding_changes_nothing_that_is_in_force() {
    for mask in 1..=field::ALL {
        let before = scheduled(mask);
        let mut folded = before;
        assert!(folded.fold(ACTIVATION_SLOT - 1).is_none());
        assert_eq!(bytemuck::bytes_of(&folded), bytemuck::bytes_of(&before));

        let applied = folded.fold(ACTIVATION_SLOT).unwrap();
        assert_eq!(applied.mask, mask);
        assert!(!folded.schedule.is_set());
        for (_, value) in FIELDS {
            assert_eq!(
                value(&folded, Some(ACTIVATION_SLOT)),
                value(&before, Some(ACTIVATION_SLOT))
            );
            assert_eq!(value(&folded, None), value(&before, Some(ACTIVATION_SLOT)));
        }
        let attestor = if mask & field::ATTESTOR != 0 {
            address(40)
        } else {
            address(4)
        };
        assert_eq!(folded.attestor, attestor);
        assert!(folded.fold(u64::MAX).is_none());
        folded.invariant().unwrap();
    }
}

#[test]
fn without_a_schedule_the_base_is_in_force_at_every_slot() {
    let config = config();
    for slot in [0, 1, ACTIVATION_SLOT, u64::MAX] {
        for (_, value) in FIELDS {
            assert_eq!(value(&config, Some(slot)), value(&config, None));
        }
    }
}

#[test]
fn clearing_forgets_the_schedule() {
    let mut config = scheduled(field::ALL);
    assert_eq!(config.clear_schedule().unwrap().mask, field::ALL);
    assert!(config.clear_schedule().is_none());
    config.invariant().unwrap();
}

#[test]
fn fields_outside_the_mask_are_stored_as_zero() {
    let stored = change(field::MIN_BATCH_SIZE).masked();
    let expected = ScheduledChange {
        activation_slot: ACTIVATION_SLOT.into(),
        mask: field::MIN_BATCH_SIZE.into(),
        min_batch_size: 20.into(),
        ..ScheduledChange::zeroed()
    };
    assert_eq!(bytemuck::bytes_of(&stored), bytemuck::bytes_of(&expected));
    assert_eq!(
        bytemuck::bytes_of(&change(field::ALL).masked()),
        bytemuck::bytes_of(&change(field::ALL))
    );
}

#[test]
fn a_mask_names_at_least_one_field_and_only_known_ones() {
    for mask in [0, field::ALL + 1, 1 << 31, u32::MAX] {
        let refusal = change(mask).validate().unwrap_err();
        assert_eq!(refusal, SettlementError::ScheduleMaskInvalid.into());
    }
    change(field::ALL).validate().unwrap();
}

/// One value out of its limits: what it breaks, and how it is refused.
type Breach = (u32, fn(&mut ScheduledChange), SettlementError);
const BREACHES: [Breach; 8] = [
    (
        field::ALLOWED_BATCH_VERSIONS,
        |c| c.allowed_batch_versions = 4,
        SettlementError::InvalidVersionMask,
    ),
    (
        field::ALLOWED_BATCH_VERSIONS,
        |c| c.allowed_batch_versions = 0,
        SettlementError::InvalidVersionMask,
    ),
    (
        field::MIN_BATCH_SIZE,
        |c| c.min_batch_size = (MAX_MIN_BATCH_SIZE + 1).into(),
        SettlementError::MinBatchTooLarge,
    ),
    (
        field::ACTIVE_RELAYER,
        |c| c.active_relayer = address(0),
        SettlementError::ZeroAddress,
    ),
    (
        field::FEATURE_FLAGS,
        |c| c.feature_flags = 1.into(),
        SettlementError::UnsupportedFeatureFlag,
    ),
    (
        field::FEE_TIERS,
        |c| c.fee_tiers[3].maker_bps = (MAX_FEE_BPS + 1).into(),
        SettlementError::FeeTooHigh,
    ),
    (
        field::MAX_BATCH_AGE_SLOTS,
        |c| c.max_batch_age_slots = (MAX_BATCH_AGE_SLOTS + 1).into(),
        SettlementError::MaxBatchAgeTooLong,
    ),
    (
        field::WITHDRAWAL_DELAY_SLOTS,
        |c| c.withdrawal_delay_slots = (MAX_WITHDRAWAL_DELAY_SLOTS + 1).into(),
        SettlementError::WithdrawalDelayTooLong,
    ),
];

#[test]
fn a_value_out_of_its_limits_is_refused_when_named() {
    for (bit, breach, error) in BREACHES {
        let mut broken = change(bit);
        breach(&mut broken);
        assert_eq!(broken.validate().unwrap_err(), error.into());

        let mut unnamed = change(field::ALL & !bit);
        breach(&mut unnamed);
        unnamed.validate().unwrap();
    }
}

#[test]
fn values_at_their_limits_are_allowed() {
    let mut change = change(field::ALL);
    change.min_batch_size = MAX_MIN_BATCH_SIZE.into();
    change.fee_tiers = fee_tiers(MAX_FEE_BPS);
    change.max_batch_age_slots = MAX_BATCH_AGE_SLOTS.into();
    change.withdrawal_delay_slots = MAX_WITHDRAWAL_DELAY_SLOTS.into();
    change.attestor = address(0);
    change.validate().unwrap();
}

#[test]
fn the_invariant_holds_every_setting_against_its_limit() {
    config().invariant().unwrap();
    type Breach = (fn(&mut GlobalConfig), SettlementError);
    let breaches: [Breach; 11] = [
        (|c| c.admin = address(0), SettlementError::ZeroAddress),
        (|c| c.guardian = address(0), SettlementError::ZeroAddress),
        (|c| c.active_relayer = address(0), SettlementError::ZeroAddress),
        (
            |c| c.min_batch_size = u32::MAX.into(),
            SettlementError::MinBatchTooLarge,
        ),
        (
            |c| c.max_batch_age_slots = u64::MAX.into(),
            SettlementError::MaxBatchAgeTooLong,
        ),
        (
            |c| c.withdrawal_delay_slots = u64::MAX.into(),
            SettlementError::WithdrawalDelayTooLong,
        ),
        (
            |c| c.lowered_delay_slots = (MAX_WITHDRAWAL_DELAY_SLOTS + 1).into(),
            SettlementError::WithdrawalDelayTooLong,
        ),
        (|c| c.feature_flags = 4.into(), SettlementError::UnsupportedFeatureFlag),
        (
            |c| c.fee_tiers = fee_tiers(MAX_FEE_BPS + 1),
            SettlementError::FeeTooHigh,
        ),
        (|c| c.layout_version = 2, SettlementError::InvariantViolated),
        (|c| c.schedule.mask = 1.into(), SettlementError::InvariantViolated),
    ];
    for (breach, error) in breaches {
        let mut broken = config();
        breach(&mut broken);
        assert_eq!(broken.invariant().unwrap_err(), error.into());
    }
}
