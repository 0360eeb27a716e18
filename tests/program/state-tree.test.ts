// Proves: the root on the chain is the one the client's tree computes, a trade's proof holds against it, and a tree of 2^32
// leaves is full, by a crafted account.
// Does not prove: the tree's arithmetic itself; client/src/tree.test.ts and the golden vectors do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import {
  batchLeaf,
  decodeBatch,
  idl,
  payloadDigest,
  pingLeaf,
  proveTrade,
  resultCodesOf,
  resultsDigest,
  StateTree,
  sequence,
  tradeId,
  verifyTradeProof,
} from '#client';
import { patchHeader, u64 } from './setup/patch.ts';
import { build, keys, lots, newWorld } from './setup/world.ts';

const market = keys.market.publicKey;
const program = keys.programId;

const leafOf = (data: Uint8Array): Uint8Array => {
  const batch = decodeBatch(data);
  const codes = resultCodesOf(batch.trades);
  const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(codes) };
  return batchLeaf({ program, market, sequence: batch.sequence, version: batch.version, ...digests });
};

test('batches and pings give the root the client computes, and each trade its proof', () => {
  const world = newWorld();
  const tree = new StateTree();
  const payloads: Uint8Array[] = [];
  for (let i = 0; i < 9; i += 1) {
    const data = world.payload(
      world.trades(Array.from({ length: i % 4 }, (_, j) => (j === 2 ? { quantity: lots(0) } : {}))),
    );
    world.accept(world.settle(data), keys.relayer);
    tree.append(leafOf(data));
    payloads.push(data);
    assert.deepEqual(world.market.header.tree.root, tree.root());
    assert.equal(world.market.header.tree.leafCount, BigInt(tree.size));
  }
  const { root } = world.market.header.tree;
  payloads.forEach((data, leafIndex) => {
    const { trades } = decodeBatch(data);
    for (const trade of trades) {
      const codes = resultCodesOf(trades);
      const proof = proveTrade({ tree, leafIndex, data, codes, program, market, tradeId: trade.tradeId });
      const { settled, code } = verifyTradeProof(proof, { program, market, root });
      assert.deepEqual([settled, code], trade.quantity === 0n ? [false, 1] : [true, 0]);
    }
  });
});

test('pings between batches count as leaves', () => {
  const world = newWorld();
  const tree = new StateTree();
  for (let i = 0; i < 5; i += 1) {
    const number = sequence(world.market.header.nextSequence);
    world.accept(build.ping({ relayer: keys.relayer.publicKey, market, nonce: BigInt(i) }), keys.relayer);
    tree.append(pingLeaf({ program, market, sequence: number, nonce: BigInt(i) }));
    const data = world.payload(world.trades([{}]));
    world.accept(world.settle(data), keys.relayer);
    tree.append(leafOf(data));
  }
  assert.deepEqual(world.market.header.tree.root, tree.root());
});

interface GoldenTree {
  full: { leaf_count: string; frontier: string[] };
}

const golden: GoldenTree = JSON.parse(readFileSync(new URL('../golden/v1/tree.json', import.meta.url), 'utf8'));

test('the last leaf fits, and then the tree is full for batches and pings', () => {
  const world = newWorld();
  const count = BigInt(golden.full.leaf_count);
  assert.equal(count, 2n ** 32n - 1n);
  const frontier = Buffer.concat(golden.full.frontier.map((hash) => Buffer.from(hash, 'hex')));
  const root = new Uint8Array(32);
  patchHeader(world, 'tree', Buffer.concat([u64(count), root, frontier]));

  const data = world.payload(world.trades([{}]));
  world.accept(world.settle(data), keys.relayer);
  assert.equal(world.market.header.tree.leafCount, 2n ** 32n);
  assert.deepEqual(world.market.header.tree.root, rootOfLast(golden.full.frontier, leafOf(data)));

  world.refuseTrades('TreeFull', [{ tradeId: tradeId(2) }]);
  world.refuseTrades('TreeFull', []);
  const ping = build.ping({ relayer: keys.relayer.publicKey, market, nonce: 1n });
  world.refuse('TreeFull', ping, keys.relayer);
});

test('a full tree is the last thing a batch is refused for', () => {
  const world = newWorld();
  patchHeader(world, 'tree', u64(2n ** 32n));
  world.refuseTrades('SelfTrade', [{ buyer: 1 }]);
  world.refuseTrades('TreeFull', [{}]);
});

/** The last leaf is the right child at every level: all its siblings wait in the frontier. */
function rootOfLast(frontier: readonly string[], leaf: Uint8Array): Uint8Array {
  return frontier.reduce(
    (child, left) => payloadDigest(Buffer.concat([Buffer.of(1), Buffer.from(left, 'hex'), child])),
    leaf,
  );
}

test('the program under test is the one the IDL was made from', () => {
  assert.ok(new PublicKey(idl.address).equals(program));
});
