//! Proves: the table of zero hashes, and that roots equal a full recomputation over all leaves: from the empty tree, and
//! for the last leaf that fits.
//! Does not prove: the digests inside leaves; golden.rs does.

mod setup;

use {
    bytemuck::Zeroable,
    settlement::{
        error::SettlementError,
        state::{Leaf, StateTree, LEAF_PREFIX, TREE_CAPACITY, TREE_DEPTH, ZERO_HASHES},
    },
    setup::{address, node, sha256, Random},
};

/// The root over `leaves`, level by level, with every missing leaf zero.
fn naive_root(leaves: &[[u8; 32]]) -> [u8; 32] {
    let mut level = leaves.to_vec();
    let mut zero = [0; 32];
    for _ in 0..TREE_DEPTH {
        if level.len() % 2 == 1 || level.is_empty() {
            level.push(zero);
        }
        level = level
            .chunks(2)
            .map(|pair| node(&pair[0], pair.get(1).unwrap_or(&zero)))
            .collect();
        zero = node(&zero, &zero);
    }
    level[0]
}

fn empty_tree() -> StateTree {
    StateTree {
        root: StateTree::EMPTY_ROOT,
        ..StateTree::zeroed()
    }
}

#[test]
fn zero_hashes_are_what_they_claim() {
    let mut zero = [0; 32];
    for entry in ZERO_HASHES {
        assert_eq!(entry, zero);
        zero = node(&zero, &zero);
    }
    assert_eq!(StateTree::EMPTY_ROOT, ZERO_HASHES[TREE_DEPTH]);
}

#[test]
fn the_empty_root_covers_no_leaf() {
    assert_eq!(naive_root(&[]), StateTree::EMPTY_ROOT);
}

#[test]
fn every_root_equals_a_full_recomputation() {
    let mut random = Random(3);
    let mut tree = empty_tree();
    let mut leaves = Vec::new();
    for count in 1..=300 {
        let leaf = random.bytes();
        leaves.push(leaf);
        tree.append(leaf).unwrap();
        assert_eq!(tree.leaf_count, count);
        assert_eq!(tree.root, naive_root(&leaves), "after {count} leaves");
    }
}

#[test]
fn the_frontier_holds_the_left_siblings_that_wait() {
    let mut tree = empty_tree();
    let leaves: Vec<[u8; 32]> = (1..=5).map(|byte| [byte; 32]).collect();
    for leaf in &leaves {
        tree.append(*leaf).unwrap();
    }
    // Five leaves are one complete subtree of four, and one leaf.
    let left = node(&leaves[0], &leaves[1]);
    let right = node(&leaves[2], &leaves[3]);
    assert_eq!(tree.frontier[0], leaves[4]);
    assert_eq!(tree.frontier[2], node(&left, &right));
}

#[test]
fn a_zero_leaf_is_told_by_the_count_alone() {
    let mut tree = empty_tree();
    tree.append([7; 32]).unwrap();
    let before = tree.root;
    tree.append([0; 32]).unwrap();
    // No market gets there: its leaves are hashes.
    assert_eq!(tree.root, before);
    assert_eq!(tree.leaf_count, 2);
}

#[test]
fn the_last_leaf_fits_and_the_next_does_not() {
    let mut random = Random(4);
    let mut tree = empty_tree();
    tree.leaf_count = (TREE_CAPACITY - 1).into();
    for waiting in &mut tree.frontier {
        *waiting = random.bytes();
    }
    let leaf = random.bytes();
    let expected = tree.frontier.iter().fold(leaf, |right, left| node(left, &right));

    tree.append(leaf).unwrap();
    assert_eq!(tree.root, expected);
    assert_eq!(tree.leaf_count, TREE_CAPACITY);

    let full = tree;
    let refusal = tree.append(leaf).unwrap_err();
    assert_eq!(refusal, SettlementError::TreeFull.into());
    assert_eq!(bytemuck::bytes_of(&tree), bytemuck::bytes_of(&full));
}

#[test]
fn a_leaf_hashes_its_fields_in_order() {
    let leaf = Leaf {
        prefix: LEAF_PREFIX,
        program: address(1),
        market: address(2),
        sequence: 0x0102_0304.into(),
        version: 1,
        payload_digest: [3; 32],
        results_digest: [4; 32],
    };
    let expected = sha256(&[
        &[0],
        &[1; 32],
        &[2; 32],
        &[4, 3, 2, 1, 0, 0, 0, 0],
        &[1],
        &[3; 32],
        &[4; 32],
    ]);
    assert_eq!(leaf.hash(), expected);
}
