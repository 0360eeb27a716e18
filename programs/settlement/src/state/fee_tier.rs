//! One tier of the fee table.

use {
    crate::wire::pod_codec,
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// Fees in basis points of the quote amount. V1 charges `taker_bps` of the first tier, and only that; V2 charges
/// both sides by the tier a trade names.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Pod, Zeroable, IdlType)]
pub struct FeeTier {
    pub maker_bps: PodU16,
    pub taker_bps: PodU16,
}

const _: () = assert!(
    core::mem::size_of::<FeeTier>()
        == 2 // maker_bps
        + 2 // taker_bps
);

pod_codec!(FeeTier);
