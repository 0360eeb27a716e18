//! What a market's state tree was before it was migrated, kept so that the migration can be taken back.

use {
    super::{Portable, StateTree},
    anchor_lang::prelude::*,
};

/// The account, from `migrate_state_tree` to `revert_state_tree` or `finalize_migration`.
pub type PreviousTreeAccount = Account<Portable<PreviousTree>>;

/// PDA `["tree", market]`.
#[account]
pub struct PreviousTree {
    /// The market's at the migration: once it has moved, there is no way back.
    pub next_sequence: PodU64,
    pub tree: StateTree,
}

const _: () = assert!(
    core::mem::size_of::<PreviousTree>()
        == 8 // next_sequence
        + 1_064 // tree
);
