//! What the framework's IDL leaves out: the layouts inside `settle_batch`'s bytes, a market's entries and the limits.
//! `tools/idl-builder` runs this test and merges what it prints, so that the IDL is the one description of the wire.

use {
    crate::{
        constants::*,
        state::{TraderEntry, ENTRIES_OFFSET},
        wire::v2::{HeaderV2, TradeV2},
    },
    anchor_lang::{prelude::*, IdlAccountType},
    core::mem::size_of,
};

/// `{"name", "type", "value"}` as the IDL spells a constant. A `usize` has no IDL type, so the type is named here.
macro_rules! constants {
    ($($name:literal: $ty:literal = $value:expr),* $(,)?) => {
        [$(format!(r#"{{"name":"{}","type":"{}","value":"{}"}}"#, $name, $ty, $value)),*]
    };
}

/// A batch of version 1, byte for byte.
#[cfg(not(feature = "v2-only"))]
#[allow(dead_code, reason = "read by the IDL alone; the program reads batches in place")]
#[derive(IdlType)]
struct BatchV1 {
    /// Always 1.
    version: u8,
    sequence: u64,
    trades: Vec<crate::wire::v1::TradeV1>,
}

/// What a batch of version 2 says. Its bytes are the header, then one column for each field of the trades but their ids, as
/// docs/reference/program.md has it.
#[allow(dead_code, reason = "read by the IDL alone; the program reads batches in place")]
#[derive(IdlType)]
struct BatchV2 {
    header: HeaderV2,
    trades: Vec<TradeV2>,
}

#[test]
fn print_idl_extras() {
    let (mut accounts, mut types) = (Vec::new(), Vec::new());
    BatchV2::__register_idl_deps(&mut accounts, &mut types);
    HeaderV2::__register_idl_deps(&mut accounts, &mut types);
    TradeV2::__register_idl_deps(&mut accounts, &mut types);
    TraderEntry::__register_idl_deps(&mut accounts, &mut types);
    let mut constants = constants![
        "BPS_PER_ONE": "u64" = BPS_PER_ONE,
        "FEE_TIERS": "u32" = FEE_TIERS,
        "HEADER_V2_BYTES": "u32" = size_of::<HeaderV2>(),
        "INDEX_REUSE_TRADES": "u64" = INDEX_REUSE_TRADES,
        "LAYOUT_VERSION": "u8" = LAYOUT_VERSION,
        "MARKET_COUNT_OFFSET": "u32" = ENTRIES_OFFSET - size_of::<u32>(),
        "MARKET_ENTRIES_OFFSET": "u32" = ENTRIES_OFFSET,
        "MARKET_GROWTH_BYTES": "u32" = MARKET_GROWTH_BYTES,
        "MAX_BATCH_AGE_SLOTS": "u64" = MAX_BATCH_AGE_SLOTS,
        "MAX_FEE_BPS": "u16" = MAX_FEE_BPS,
        "MAX_HOLD_SLOTS": "u64" = MAX_HOLD_SLOTS,
        "MAX_MARKET_BYTES": "u32" = MAX_MARKET_BYTES,
        "MAX_MIN_BATCH_SIZE": "u32" = MAX_MIN_BATCH_SIZE,
        "MAX_TRADES_V2": "u32" = MAX_TRADES_V2,
        "MAX_WITHDRAWAL_DELAY_SLOTS": "u64" = MAX_WITHDRAWAL_DELAY_SLOTS,
        "MIN_MARKET_CAPACITY": "u32" = MIN_MARKET_CAPACITY,
        "RECENT_DIGESTS": "u32" = RECENT_DIGESTS,
        "SUPPORTED_FLAGS": "u64" = SUPPORTED_FLAGS,
        "SUPPORTED_VERSIONS": "u8" = SUPPORTED_VERSIONS,
        "TRADER_DEPOSIT_LAMPORTS": "u64" = TRADER_DEPOSIT_LAMPORTS,
        "TRADER_ENTRY_BYTES": "u32" = size_of::<TraderEntry>(),
        "TREE_VERSION": "u8" = TREE_VERSION_FIXED,
        "TREE_VERSION_GROWING": "u8" = TREE_VERSION_GROWING,
    ]
    .to_vec();
    #[cfg(not(feature = "v2-only"))]
    {
        use crate::wire::v1::{HeaderV1, TradeV1};
        BatchV1::__register_idl_deps(&mut accounts, &mut types);
        HeaderV1::__register_idl_deps(&mut accounts, &mut types);
        TradeV1::__register_idl_deps(&mut accounts, &mut types);
        constants.extend(constants![
            "HEADER_V1_BYTES": "u32" = size_of::<HeaderV1>(),
            "TRADE_V1_BYTES": "u32" = size_of::<TradeV1>(),
        ]);
    }
    assert!(accounts.is_empty(), "these are no accounts of their own");
    println!("--- IDL begin extras ---");
    println!(
        r#"{{"types":[{}],"constants":[{}]}}"#,
        types.join(","),
        constants.join(",")
    );
    println!("--- IDL end extras ---");
}
