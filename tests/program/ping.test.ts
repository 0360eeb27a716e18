// Proves: the test flight lands from the active relayer alone, also while paused, adds its leaf and nothing else.
// Does not prove: that a scheduled relayer pings; schedule.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pingLeaf, StateTree } from '#client';
import { patchHeader } from './setup/patch.ts';
import { build, keys, newWorld } from './setup/world.ts';

const market = keys.market.publicKey;
const ping = (nonce: bigint, relayer = keys.relayer.publicKey) => build.ping({ relayer, market, nonce });

test('a ping adds its leaf, reports the roots, and changes nothing else', () => {
  const world = newWorld();
  world.acceptTrades([{}]);
  const before = world.market;
  const nonce = 2n ** 64n - 1n;
  const { events } = world.accept(ping(nonce), keys.relayer);
  const after = world.market;
  assert.equal(after.header.tree.leafCount, before.header.tree.leafCount + 1n);
  assert.deepEqual({ ...after.header, tree: before.header.tree }, before.header);
  assert.deepEqual(after.traders, before.traders);
  const data = { market, nonce, rootBefore: before.header.tree.root, root: after.header.tree.root };
  assert.deepEqual(events, [{ name: 'HeartbeatLanded', data }]);
});

test('the leaf is bound to program, market, next sequence and nonce', () => {
  const world = newWorld();
  const tree = new StateTree();
  for (const nonce of [0n, 1n, 1n]) {
    world.accept(ping(nonce), keys.relayer);
    tree.append(pingLeaf({ program: keys.programId, market, sequence: 1n, nonce }));
    assert.deepEqual(world.market.header.tree.root, tree.root());
  }
});

test('a ping lands while paused', () => {
  const world = newWorld();
  world.accept(build.setPaused({ authority: keys.guardian.publicKey, isPaused: true }), keys.guardian);
  world.accept(ping(1n), keys.relayer);
});

test('nobody but the active relayer pings', () => {
  const world = newWorld();
  for (const key of [keys.admin, keys.guardian, keys.stranger]) {
    world.refuse('NotActiveRelayer', ping(1n, key.publicKey), key);
  }
});

test('a migrated market does not answer', () => {
  const world = newWorld();
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', ping(1n), keys.relayer);
});
