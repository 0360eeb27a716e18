// Proves: a market's state tree moves to version 2 and back, with the old root as leaf 0; batches and pings settle on by the
// client's tree; every refusal of the three instructions; a full
// tree begins again with its own root.
// Does not prove: the shape of the tree over many leaves (programs/settlement/tests/state_tree_v2.rs).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  batchLeaf,
  payloadDigest,
  pingLeaf,
  previousTreeAddress,
  proveTrade,
  resultsDigest,
  StateTree,
  StateTreeV2,
  TreeVersion,
  tradeId,
  verifyTradeProof,
} from '#client';
import { patchHeader, u64 } from '../setup/patch.ts';
import type { World } from '../setup/world.ts';
import { build, keys, newWorld } from '../setup/world.ts';

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
const place = { program: keys.programId, market };
const kept = previousTreeAddress(keys.programId, market);
const migrate = (by = admin) => build.migrateStateTree({ admin: by, market });
const revert = (by = admin) => build.revertStateTree({ admin: by, market });
const finalize = (by = admin) => build.finalizeMigration({ admin: by, market });

function pause(world: World, isPaused = true): void {
  world.accept(build.setPaused({ authority: admin, isPaused }), keys.admin);
}

/** A batch of one trade has settled; settlement is paused. */
function settledWorld(): { world: World; first: Uint8Array; before: StateTree } {
  const world = newWorld();
  const first = world.payload(world.trades([{}]));
  world.accept(world.settle(first), keys.relayer);
  pause(world);
  const before = new StateTree();
  before.append(leafOf(first, 1n));
  return { world, first, before };
}

const leafOf = (data: Uint8Array, sequence: bigint): Uint8Array => {
  const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(Uint8Array.of(0)) };
  return batchLeaf({ ...place, sequence, version: 1, ...digests });
};

const ping = (world: World, nonce: bigint) =>
  world.accept(build.ping({ relayer: keys.relayer.publicKey, market, nonce }), keys.relayer);

describe('migrate_state_tree', () => {
  test('keeps the root as leaf 0, and what it proved stays provable', () => {
    const { world, first, before } = settledWorld();
    const { events } = world.accept(migrate(), keys.admin);
    assert.equal(events[0]?.name, 'StateTreeMigrated');
    assert.equal(events[0]?.data.oldLeafCount, 1n);
    assert.equal(world.market.header.treeVersion, TreeVersion.Growing);
    assert.equal(world.market.header.tree.leafCount, 1n);
    assert.deepEqual(world.market.header.tree.root, before.root());

    pause(world, false);
    const tree = new StateTreeV2(before.root());
    for (let number = 2n; number < 12n; number += 1n) {
      const data = world.payload(world.trades([{}]));
      world.accept(world.settle(data), keys.relayer);
      tree.append(leafOf(data, number));
      ping(world, number);
      tree.append(pingLeaf({ ...place, sequence: number + 1n, nonce: number }));
      assert.deepEqual(world.market.header.tree.root, tree.root());
      assert.equal(world.market.header.tree.leafCount, BigInt(tree.size));
      const later = { tree: before, laterTrees: [tree], leafIndex: 0, data: first, codes: Uint8Array.of(0) };
      const old = proveTrade({ ...place, ...later, tradeId: tradeId(1) });
      const recent = { tree, leafIndex: tree.size - 2, data, codes: Uint8Array.of(0) };
      const own = proveTrade({ ...place, ...recent, tradeId: tradeId(number) });
      const { root } = world.market.header.tree;
      for (const proof of [old, own]) assert.ok(verifyTradeProof(proof, { ...place, root }).settled);
    }
  });

  test('only the admin, only while paused, only once', () => {
    const { world } = settledWorld();
    world.refuse('NotAdmin', migrate(keys.stranger.publicKey), keys.stranger);
    pause(world, false);
    world.refuse('NotPaused', migrate(), keys.admin);
    pause(world);
    world.accept(migrate(), keys.admin);
    world.refuse('TreeMigrated', migrate(), keys.admin);
    world.accept(finalize(), keys.admin);
    world.refuse('TreeMigrated', migrate(), keys.admin);
  });

  test('whoever sent lamports to the address first does not stop it', () => {
    const { world } = settledWorld();
    world.chain.fund(kept, 1n);
    world.accept(migrate(), keys.admin);
  });
});

describe('revert_state_tree', () => {
  test('gives the market back byte for byte, pings meanwhile or not, and the rent', () => {
    for (const pings of [0n, 3n]) {
      const { world } = settledWorld();
      const before = world.chain.data(market);
      const { lamports = 0n } = world.chain.get(admin) ?? {};
      world.accept(migrate(), keys.admin);
      for (let nonce = 0n; nonce < pings; nonce += 1n) ping(world, nonce);
      const { events } = world.accept(revert(), keys.admin);
      assert.equal(events[0]?.name, 'StateTreeReverted');
      assert.deepEqual(world.chain.data(market), before);
      assert.equal(world.chain.get(kept), undefined);
      const FEES = 10_000n;
      assert.equal(world.chain.get(admin)?.lamports, lamports - FEES);
      world.chain.svm.expireBlockhash();
      world.accept(migrate(), keys.admin);
    }
  });

  test('not once a batch has settled', () => {
    const { world } = settledWorld();
    world.accept(migrate(), keys.admin);
    pause(world, false);
    world.acceptTrades([{}]);
    pause(world);
    world.refuse('TreeMoved', revert(), keys.admin);
  });

  test('only the admin, only while paused, only after a migration', () => {
    const { world } = settledWorld();
    world.refuse('AccountDataTooSmall', revert(), keys.admin);
    world.accept(migrate(), keys.admin);
    world.refuse('NotAdmin', revert(keys.stranger.publicKey), keys.stranger);
    pause(world, false);
    world.refuse('NotPaused', revert(), keys.admin);
    pause(world);
    world.accept(finalize(), keys.admin);
    world.refuse('AccountDataTooSmall', revert(), keys.admin);
  });
});

test('finalize_migration gives the rent back, to the admin alone', () => {
  const { world } = settledWorld();
  world.accept(migrate(), keys.admin);
  world.refuse('NotAdmin', finalize(keys.stranger.publicKey), keys.stranger);
  const before = world.chain.data(market);
  const { events } = world.accept(finalize(), keys.admin);
  assert.equal(events[0]?.name, 'MigrationFinalized');
  assert.equal(world.chain.get(kept), undefined);
  assert.deepEqual(world.chain.data(market), before);
  world.refuse('AccountDataTooSmall', finalize(), keys.admin);
});

test('a full tree of version 2 begins again with its own root', () => {
  const { world, before } = settledWorld();
  world.accept(migrate(), keys.admin);
  patchHeader(world, 'tree', u64(2n ** 32n));
  ping(world, 1n);
  const tree = new StateTreeV2(before.root());
  tree.append(pingLeaf({ ...place, sequence: 2n, nonce: 1n }));
  assert.equal(world.market.header.tree.leafCount, 2n);
  assert.deepEqual(world.market.header.tree.root, tree.root());
});

test('a version that no build knows is refused', () => {
  const { world } = settledWorld();
  for (const version of [0, 3, 255]) {
    patchHeader(world, 'tree_version', Uint8Array.of(version));
    world.refuse('InvariantViolated', build.ping({ relayer: keys.relayer.publicKey, market, nonce: 1n }), keys.relayer);
  }
});
