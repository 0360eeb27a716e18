//! Prints the types that no argument, account or event reaches, for the generator that completes the IDL with them.

use {
    crate::{
        state::{TraderEntry, ENTRIES_OFFSET},
        wire::v1::{HeaderV1, TradeV1},
    },
    anchor_lang::IdlAccountType,
};

#[test]
fn print_idl_types() {
    let types = [
        TraderEntry::__idl_type_def(),
        HeaderV1::__idl_type_def(),
        TradeV1::__idl_type_def(),
    ]
    .map(|definition| definition.expect("every IdlType has a definition"));
    println!("--- settlement types ---");
    println!(
        "{{\"types\":[{}],\"entries_offset\":{ENTRIES_OFFSET}}}",
        types.join(",")
    );
    println!("--- settlement types end ---");
}
