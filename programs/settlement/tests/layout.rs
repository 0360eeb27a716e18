//! Proves: the accounts have the bytes that docs/reference/program.md names. A change here is a migration.
//! Does not prove: what the bytes mean.

use {
    anchor_lang::Discriminator,
    settlement::{
        error::SettlementError,
        state::{FeeTier, GlobalConfig, Market, MarketHeader, ScheduledChange, StateTree, TraderEntry, ENTRIES_OFFSET},
    },
    std::mem::{align_of, offset_of, size_of},
};

#[test]
fn sizes() {
    assert_eq!(size_of::<GlobalConfig>(), 495);
    assert_eq!(size_of::<MarketHeader>(), 3_584);
    assert_eq!(size_of::<TraderEntry>(), 160);
    assert_eq!(size_of::<StateTree>(), 1_064);
    assert_eq!(size_of::<ScheduledChange>(), 121);
    assert_eq!(size_of::<FeeTier>(), 4);
}

#[test]
fn every_layout_is_align_1() {
    assert_eq!(align_of::<GlobalConfig>(), 1);
    assert_eq!(align_of::<MarketHeader>(), 1);
    assert_eq!(align_of::<TraderEntry>(), 1);
}

#[test]
fn the_first_five_fields_of_the_config_never_move() {
    assert_eq!(offset_of!(GlobalConfig, admin), 0);
    assert_eq!(offset_of!(GlobalConfig, is_paused), 32);
    assert_eq!(offset_of!(GlobalConfig, min_batch_size), 33);
    assert_eq!(offset_of!(GlobalConfig, allowed_batch_versions), 37);
    assert_eq!(offset_of!(GlobalConfig, active_relayer), 38);
}

#[test]
fn entries_follow_the_header_and_their_count() {
    assert_eq!(ENTRIES_OFFSET, 8 + 3_584 + 4);
    for capacity in [0, 1, 64, 65_000] {
        assert_eq!(Market::space_for(capacity), ENTRIES_OFFSET + 160 * capacity as usize);
    }
}

#[test]
fn discriminators_are_the_framework_s() {
    assert_eq!(GlobalConfig::DISCRIMINATOR, &sha256_8("account:GlobalConfig"));
    assert_eq!(MarketHeader::DISCRIMINATOR, &sha256_8("account:MarketHeader"));
}

fn sha256_8(name: &str) -> [u8; 8] {
    use sha2::{Digest, Sha256};
    Sha256::digest(name)[..8].try_into().expect("eight bytes")
}

#[test]
fn error_codes_keep_their_numbers() {
    assert_eq!(SettlementError::NotUpgradeAuthority as u32, 6000);
    assert_eq!(SettlementError::InvalidVersionMask as u32, 6020);
    assert_eq!(SettlementError::SameMint as u32, 6050);
    assert_eq!(SettlementError::EmptyBatch as u32, 6070);
    assert_eq!(SettlementError::TreeFull as u32, 6080);
    assert_eq!(SettlementError::EntryNotOpen as u32, 6108);
    assert_eq!(SettlementError::ZeroAmount as u32, 6130);
    assert_eq!(SettlementError::WrongSource as u32, 6146);
    assert_eq!(SettlementError::InvariantViolated as u32, 6199);
    assert_eq!(
        anchor_lang::Error::from(SettlementError::EmptyBatch),
        anchor_lang::Error::Custom(6070)
    );
}
