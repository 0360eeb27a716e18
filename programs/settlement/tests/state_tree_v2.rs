//! Proves: roots of the growing tree equal those of RFC 6962 over all leaves (golden vectors, and a naive recursion over random
//! ones), also for the last leaf that fits; a full tree begins again with its own root; a new tree has nothing of an older one.
//! Does not prove: who may begin one; tests/program/fork does.

mod setup;

use {
    bytemuck::Zeroable,
    settlement::state::{StateTree, TREE_CAPACITY},
    setup::{
        golden::{digest, golden, number},
        node, Random,
    },
};

fn begun(root: [u8; 32]) -> StateTree {
    let mut tree = StateTree::zeroed();
    tree.begin(root);
    tree
}

/// RFC 6962's definition: split at the largest power of two below the count.
fn naive_root(leaves: &[[u8; 32]]) -> [u8; 32] {
    if let [only] = leaves {
        return *only;
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    node(&naive_root(left), &naive_root(right))
}

#[test]
fn every_root_equals_a_full_recomputation() {
    let mut random = Random(7);
    let mut leaves = vec![random.bytes()];
    let mut tree = begun(leaves[0]);
    assert_eq!(tree.root, leaves[0]);
    for count in 2..=600 {
        let leaf = random.bytes();
        leaves.push(leaf);
        tree.append_growing(leaf);
        assert_eq!(tree.leaf_count, count);
        assert_eq!(tree.root, naive_root(&leaves), "after {count} leaves");
    }
}

#[test]
fn golden_roots() {
    let vectors = golden("v2/tree.json");
    let leaves = vectors["leaves"].as_array().unwrap();
    let mut tree = begun(digest(&leaves[0]));
    for expected in vectors["roots"].as_array().unwrap() {
        let count = number(&expected["leaf_count"]);
        if count > 1 {
            tree.append_growing(digest(&leaves[count as usize - 1]));
        }
        assert_eq!(tree.leaf_count, count);
        assert_eq!(tree.root, digest(&expected["root"]), "after {count} leaves");
    }
}

#[test]
fn a_full_tree_begins_again_with_its_own_root() {
    let full = &golden("v2/tree.json")["full"];
    let mut tree = StateTree::zeroed();
    tree.leaf_count = number(&full["leaf_count"]).into();
    for (waiting, given) in tree.frontier.iter_mut().zip(full["frontier"].as_array().unwrap()) {
        *waiting = digest(given);
    }
    tree.append_growing(digest(&full["leaf"]));
    assert_eq!(tree.leaf_count, TREE_CAPACITY);
    assert_eq!(tree.root, digest(&full["root"]));

    tree.append_growing(digest(&full["next_leaf"]));
    assert_eq!(tree.leaf_count, 2);
    assert_eq!(tree.root, digest(&full["next_root"]));
}

#[test]
fn a_new_tree_has_nothing_of_an_older_one() {
    let mut random = Random(8);
    let mut tree = begun(random.bytes());
    for _ in 0..100 {
        tree.append_growing(random.bytes());
    }
    let root = tree.root;
    tree.begin(root);
    assert_eq!(bytemuck::bytes_of(&tree), bytemuck::bytes_of(&begun(root)));
}
