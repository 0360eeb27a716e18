//! Where the markets go when the program is replaced.

use {
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// Room for the nomination of a successor program. Nothing writes it in this release.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct Successor {
    pub program: Address,
    /// Slot from which the hand-over is allowed.
    pub unlock_slot: PodU64,
}

const _: () = assert!(
    core::mem::size_of::<Successor>()
        == 32 // program
        + 8 // unlock_slot
);
