//! Everything a market has settled, as one root. Append only.
//!
//! Version 1 has a fixed depth of 32. Version 2 is as deep as its leaves need, shaped as RFC 6962 has it; it begins with the root
//! that came before it as leaf 0, so that whatever that root proved stays provable.

use {
    super::ZERO_HASHES,
    crate::error::SettlementError,
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// Levels between a leaf and the root.
pub const TREE_DEPTH: usize = 32;

/// The frontier holds, per level, the left sibling that waits for its right one.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct StateTree {
    pub leaf_count: PodU64,
    pub root: [u8; 32],
    pub frontier: [[u8; 32]; 32],
}

const _: () = assert!(
    core::mem::size_of::<StateTree>()
        == 8 // leaf_count
        + 32 // root
        + 32 * TREE_DEPTH // frontier
);

/// Leaves that fit.
pub const TREE_CAPACITY: u64 = 1 << TREE_DEPTH;

/// First byte of a hashed leaf: a leaf can not pass for a node.
pub const LEAF_PREFIX: u8 = 0;

/// First byte of a hashed node.
pub const NODE_PREFIX: u8 = 1;

impl StateTree {
    pub const EMPTY_ROOT: [u8; 32] = ZERO_HASHES[TREE_DEPTH];

    /// Begins a tree of version 2 with the root that came before it. It stays the root until a leaf follows.
    pub fn begin(&mut self, root: [u8; 32]) {
        *self = Self {
            leaf_count: 1.into(),
            root,
            ..Self::zeroed()
        };
        self.frontier[0] = root;
    }

    /// Appends a leaf by the rules of version 2: one hash for each bit of the old count that is set. A full tree begins again
    /// with its own root.
    #[inline(never)]
    pub fn append_growing(&mut self, leaf: [u8; 32]) {
        if self.leaf_count == TREE_CAPACITY {
            self.begin(self.root);
        }
        let mut rest = self.leaf_count.get();
        self.leaf_count = PodU64::from(rest + 1);
        let mut children = Children::default();
        let mut node = leaf;
        let mut is_complete = true;
        for waiting in &mut self.frontier {
            if rest & 1 == 1 {
                node = children.hash(waiting, &node);
            } else if is_complete {
                // The highest subtree that the leaf completes: it waits here for its right sibling.
                *waiting = node;
                is_complete = false;
            }
            rest >>= 1;
            if rest == 0 && !is_complete {
                break;
            }
        }
        self.root = node;
    }

    /// Appends a leaf by the rules of version 1: recomputes the root in one pass from the leaf upwards.
    pub fn append(&mut self, leaf: [u8; 32]) -> Result<()> {
        let index = self.leaf_count.get();
        require!(index < TREE_CAPACITY, SettlementError::TreeFull);
        let mut children = Children::default();
        let mut node = leaf;
        let mut is_complete = true;
        let mut rest = index;
        for (waiting, zero) in self.frontier.iter_mut().zip(&ZERO_HASHES) {
            let is_right = rest & 1 == 1;
            rest >>= 1;
            if is_complete && !is_right {
                // The highest subtree that the leaf completes: it waits here for its right sibling.
                *waiting = node;
                is_complete = false;
            }
            node = if is_right {
                children.hash(waiting, &node)
            } else {
                children.hash(&node, zero)
            };
        }
        self.root = node;
        self.leaf_count = PodU64::from(index + 1);
        Ok(())
    }
}

/// What a node hashes: `0x01 ‖ left ‖ right`. One buffer for all levels.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Children {
    prefix: u8,
    left: [u8; 32],
    right: [u8; 32],
}

impl Default for Children {
    fn default() -> Self {
        Self {
            prefix: NODE_PREFIX,
            ..Self::zeroed()
        }
    }
}

impl Children {
    fn hash(&mut self, left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
        self.left = *left;
        self.right = *right;
        sha256(bytemuck::bytes_of(self))
    }
}

/// What a leaf commits to: one accepted batch or ping of one market of one program.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Leaf {
    /// Always `LEAF_PREFIX`.
    pub prefix: u8,
    pub program: Address,
    pub market: Address,
    pub sequence: PodU64,
    /// 0 for a ping.
    pub version: u8,
    pub payload_digest: [u8; 32],
    pub results_digest: [u8; 32],
}

impl Leaf {
    /// `sha256(0x00 ‖ the fields in order)`.
    pub fn hash(&self) -> [u8; 32] {
        sha256(bytemuck::bytes_of(self))
    }
}
