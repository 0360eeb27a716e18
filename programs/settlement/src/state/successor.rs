//! Where the markets go when the program is replaced.

use {
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// The program that markets can be handed over to. Zero when nobody is nominated.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct Successor {
    pub program: Address,
    /// Slot from which the hand-over is allowed: whoever wants to leave first has had the time.
    pub unlock_slot: PodU64,
}

const _: () = assert!(
    core::mem::size_of::<Successor>()
        == 32 // program
        + 8 // unlock_slot
);

impl Successor {
    pub fn is_nominated(&self) -> bool {
        self.program != Address::default()
    }
}
