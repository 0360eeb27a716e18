// Proves: the growing tree has the roots and paths of RFC 6962 (golden vectors, and a recursion over random leaves); what a
// tree proved before a fork leads through the trees after it, for in-place and moved markets alike; anything changed in such a
// proof is refused.
// Does not prove: that the program grows the same tree; programs/settlement/tests and tests/program/fork do.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { decodeBatch, resultCodesOf } from './batch/batch.ts';
import { encodeBatchV1 } from './batch/v1.ts';
import { payloadDigest, resultsDigest } from './digest.ts';
import type { TradeProof } from './proof.ts';
import { proveTrade, verifyTradeProof } from './proof.ts';
import { anyRun } from './testing/arbitraries.ts';
import { refuses } from './testing/refusal.ts';
import type { ProvingTree } from './tree.ts';
import { batchLeaf, rootOfPath, StateTree, StateTreeV2 } from './tree.ts';
import { sequence } from './units.ts';

interface Golden {
  readonly leaves: readonly string[];
  readonly roots: readonly { readonly leaf_count: number; readonly root: string }[];
  readonly proofs: readonly {
    readonly leaf_count: number;
    readonly index: number;
    readonly path: readonly (string | null)[];
    readonly root: string;
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../../tests/golden/v2/tree.json', import.meta.url), 'utf8')) as Golden;
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex');

function treeOf([first, ...rest]: readonly Uint8Array[]): StateTreeV2 {
  assert.ok(first);
  const tree = new StateTreeV2(first);
  for (const leaf of rest) tree.append(leaf);
  return tree;
}

function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  assert.ok(only);
  if (leaves.length === 1) return only;
  let at = 1;
  while (at * 2 < leaves.length) at *= 2;
  const [left, right] = [naiveRoot(leaves.slice(0, at)), naiveRoot(leaves.slice(at))];
  return new Uint8Array(createHash('sha256').update('\u0001').update(left).update(right).digest());
}

describe('golden vectors', () => {
  test('roots', () => {
    const leaves = golden.leaves.map(bytes);
    assert.ok(golden.roots.length > 30);
    for (const { leaf_count, root } of golden.roots) {
      assert.equal(hexOf(treeOf(leaves.slice(0, leaf_count)).root()), root);
    }
  });

  test('paths', () => {
    assert.ok(golden.proofs.length > 30);
    for (const { leaf_count, index, path, root } of golden.proofs) {
      const tree = treeOf(golden.leaves.slice(0, leaf_count).map(bytes));
      const own = tree.proof(index);
      assert.deepEqual(
        own.map((sibling) => sibling && hexOf(sibling)),
        path,
      );
      assert.equal(hexOf(rootOfPath(bytes(golden.leaves[index] ?? ''), index, own)), root);
    }
  });
});

test('roots and paths of any leaves', () => {
  const anyLeaves = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 70 });
  fc.assert(
    fc.property(anyLeaves, (leaves) => {
      const tree = treeOf(leaves);
      assert.equal(tree.size, leaves.length);
      assert.deepEqual(tree.root(), naiveRoot(leaves));
      leaves.forEach((leaf, index) => {
        assert.deepEqual(rootOfPath(leaf, index, tree.proof(index)), tree.root());
      });
    }),
    { numRuns: 30 },
  );
});

test('a leaf that the tree has not has no path', () => {
  const tree = treeOf(golden.leaves.slice(0, 5).map(bytes));
  for (const index of [-1, 5, 0.5]) refuses('LEAF_UNKNOWN', () => tree.proof(index));
});

const key = (byte: number): PublicKey => new PublicKey(new Uint8Array(32).fill(byte));
const places = [0, 0, 1, 2].map((fork) => ({ program: key(1 + fork), market: key(11 + fork) }));

const histories = fc
  .array(
    anyRun.filter((batch) => batch.trades.length > 0),
    { minLength: 4, maxLength: 12 },
  )
  .map((batches) => batches.map((batch, i) => ({ ...batch, sequence: sequence(i + 1) })));

/** Some trade's proof through up to three forks: the tree's migration, then two moves to other programs. */
const proven = fc
  .tuple(histories, fc.nat(), fc.array(fc.nat({ max: 3 }), { minLength: 12, maxLength: 12 }))
  .map(([batches, pick, eras]) => {
    const order = batches.map((_, i) => eras[i] ?? 0).sort();
    const trees: ProvingTree[] = [new StateTree()];
    const settled = batches.map((batch, i) => {
      const era = order[i] ?? 0;
      while (trees.length <= era) trees.push(new StateTreeV2((trees.at(-1) ?? assert.fail()).root()));
      const [tree, place] = [trees[era] ?? assert.fail(), places[era] ?? assert.fail()];
      const data = encodeBatchV1(batch);
      const codes = resultCodesOf(batch.trades);
      const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(codes) };
      tree.append(batchLeaf({ ...place, sequence: batch.sequence, version: 1, ...digests }));
      return { data, codes, era, leafIndex: tree.size - 1, ...place };
    });
    const chosen = settled[pick % settled.length] ?? assert.fail();
    const trade = decodeBatch(chosen.data).trades[0] ?? assert.fail();
    const tree = trees[chosen.era] ?? assert.fail();
    const laterTrees = trees.slice(chosen.era + 1);
    const proof = proveTrade({ ...chosen, tree, laterTrees, tradeId: trade.tradeId });
    const present = places[trees.length - 1] ?? assert.fail();
    return { proof, trade, expected: { ...present, root: (trees.at(-1) ?? tree).root() } };
  });

test('a proof through forks says what became of its trade, also through JSON', () => {
  fc.assert(
    fc.property(proven, ({ proof, trade, expected }) => {
      const read = JSON.parse(JSON.stringify(proof)) as TradeProof;
      assert.equal(verifyTradeProof(read, expected).trade.tradeId, trade.tradeId);
    }),
    { numRuns: 60 },
  );
});

test('anything changed in a proof through forks is refused', () => {
  const flip = (hex: string, at: number): string => {
    const place = at % hex.length;
    const digit = (Number.parseInt(hex.charAt(place), 16) ^ 1).toString(16);
    return hex.slice(0, place) + digit + hex.slice(place + 1);
  };
  type Path = TradeProof['path'];
  /** Every way to change one path: a node, its absence, one too few, one too many, two exchanged. */
  const changedPaths = (path: Path, at: number): Path[] => {
    const level = at % Math.max(path.length, 1);
    const sibling = path[level];
    const replaced = (by: string | null): Path => path.map((node, i) => (i === level ? by : node));
    const swapped = path.toReversed();
    return [
      ...(sibling === undefined ? [] : [replaced(sibling === null ? '00'.repeat(32) : flip(sibling, at))]),
      ...(typeof sibling === 'string' ? [replaced(null)] : []),
      ...(path.length > 0 ? [path.slice(1), path.slice(0, -1)] : []),
      ...(JSON.stringify(swapped) === JSON.stringify(path) ? [] : [swapped]),
      [...path, null],
      [null, ...path],
      [...path, '00'.repeat(32)],
    ];
  };
  fc.assert(
    fc.property(proven, fc.nat(), ({ proof, expected }, at) => {
      const { onward = [] } = proof;
      const withOnward = (changed: readonly Path[]): TradeProof => ({ ...proof, onward: changed });
      const changed: TradeProof[] = [
        { ...proof, payload: flip(proof.payload, at) },
        { ...proof, resultCodes: flip(proof.resultCodes, at) },
        { ...proof, leafIndex: proof.leafIndex ^ (1 << (at % 31)) },
        { ...proof, leafIndex: proof.leafIndex + 2 ** proof.path.length },
        { ...proof, program: key(77).toBase58() },
        { ...proof, market: key(78).toBase58() },
        { ...proof, program: 'nobody' },
        { ...proof, tradeId: '99999' },
        ...changedPaths(proof.path, at).map((path) => ({ ...proof, path })),
        ...onward.flatMap((path, i) =>
          changedPaths(path, at).map((other) => withOnward(onward.map((own, j) => (i === j ? other : own)))),
        ),
        withOnward([...onward, []]),
        withOnward([...onward, ['00'.repeat(32)]]),
        ...(onward.length > 0 ? [withOnward(onward.slice(1)), withOnward(onward.slice(0, -1))] : []),
        withOnward(Array.from({ length: 65 }, () => ['00'.repeat(32)])),
        { ...proof, onward: 'all' as unknown as [] },
        { ...proof, onward: [7 as unknown as []] },
      ];
      for (const wrong of changed) refuses('PROOF_INVALID', () => verifyTradeProof(wrong, expected));
      const { root: _, ...place } = expected;
      refuses('PROOF_INVALID', () => verifyTradeProof(proof, { ...place, root: new Uint8Array(32) }));
    }),
    { numRuns: 60 },
  );
});

test('without a fork, the program and the market must be those expected', () => {
  const withoutForks = fc.sample(proven, 60).filter(({ proof }) => proof.onward === undefined);
  assert.ok(withoutForks.length > 0);
  for (const { proof, expected } of withoutForks) {
    refuses('PROOF_INVALID', () => verifyTradeProof(proof, { ...expected, market: key(99) }));
    refuses('PROOF_INVALID', () => verifyTradeProof(proof, { ...expected, program: key(99) }));
  }
});
