// Proves: the incremental tree has the root and the paths of a tree computed from all its leaves at once.
// Does not prove: 2^32 leaves; TreeFull is proved against a crafted account in tests/program.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { refuses } from './testing/refusal.ts';
import { emptyRoot, rootOfPath, StateTree } from './tree.ts';

const anyLeaf = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyLeaves = fc.array(anyLeaf, { maxLength: 40 });

/** Level by level, each padded with the empty subtree of its height. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const node = (left: Uint8Array, right: Uint8Array) =>
    new Uint8Array(createHash('sha256').update('\u0001').update(left).update(right).digest());
  let level = [...leaves];
  let zero: Uint8Array = new Uint8Array(32);
  for (let height = 0; height < 32; height += 1) {
    const parents: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) parents.push(node(level[i] ?? zero, level[i + 1] ?? zero));
    level = parents;
    zero = node(zero, zero);
  }
  return level[0] ?? zero;
}

function treeOf(leaves: readonly Uint8Array[]): StateTree {
  const tree = new StateTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

test('the root is that of all leaves at once, after each append', () => {
  fc.assert(
    fc.property(anyLeaves, (leaves) => {
      const tree = new StateTree();
      assert.deepEqual(tree.root(), emptyRoot());
      leaves.forEach((leaf, i) => {
        tree.append(leaf);
        assert.equal(tree.size, i + 1);
        assert.deepEqual(tree.root(), naiveRoot(leaves.slice(0, i + 1)));
      });
    }),
    { numRuns: 20 },
  );
});

test('every leaf has a path to the root', () => {
  fc.assert(
    fc.property(anyLeaves, (leaves) => {
      const tree = treeOf(leaves);
      leaves.forEach((leaf, i) => {
        assert.deepEqual(rootOfPath(leaf, i, tree.proof(i)), tree.root());
      });
    }),
    { numRuns: 20 },
  );
});

test('there is no path of a leaf that is not there', () => {
  const tree = treeOf([new Uint8Array(32)]);
  for (const index of [-1, 1, 0.5, Number.NaN]) refuses('LEAF_UNKNOWN', () => tree.proof(index));
});

test('the tree keeps no reference to what it took or gave', () => {
  const leaf = new Uint8Array(32).fill(1);
  const tree = treeOf([leaf]);
  const before = tree.root();
  leaf.fill(2);
  tree.root().fill(3);
  tree.append(new Uint8Array(32).fill(4));
  assert.deepEqual(tree.proof(1)[0], new Uint8Array(32).fill(1));
  assert.notDeepEqual(tree.root(), before);
});
