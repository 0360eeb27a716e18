// Proves: accounts that release 0.1.0 left are taken on by 0.2.0 after an upgrade in place by the loader itself: not a byte of them
// moves, V1 goes on as if nothing had happened, V2 sleeps until it is allowed, and 0.1.0 takes the accounts back. The V2-only
// build takes them on too, and refuses V1.
// Does not prove: who may upgrade; that is the loader's rule.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baseLots, digestPrefix, encodeBatchV2, sequence, tradeId } from '#client';
import { readDump, restored } from './setup/dump.ts';
import { upgrade } from './setup/loader.ts';
import { releasedObject } from './setup/object.ts';
import { execute, request } from './setup/withdrawals.ts';
import type { World } from './setup/world.ts';
import { build, deposit, keys, WITHDRAWAL_DELAY } from './setup/world.ts';

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
const dump = readDump('0.1.0');
const both = releasedObject('0.2.0');
const v2Only = releasedObject('0.2.0+v2-only');

/** The dump's world, upgraded step by step. */
function upgraded(...objects: readonly Uint8Array[]): World {
  const world = restored(dump);
  for (const object of objects) upgrade(world.chain, keys.upgradeAuthority, object);
  return world;
}

function allow(world: World, allowedBatchVersions: number): void {
  world.accept(build.setAllowedVersions({ admin, allowedBatchVersions }), keys.admin);
}

const pause = (isPaused: boolean) => build.setPaused({ authority: admin, isPaused });

/** The next V2 batch: one trade, and the same one to the seller themselves. */
function payloadV2(world: World): Uint8Array {
  const { nextSequence, lastTradeId, recentDigests } = world.market.header;
  const trade = { ...world.trade(), orderType: 1, feeTier: 0 } as const;
  return encodeBatchV2({
    sequence: sequence(nextSequence),
    firstTradeId: tradeId(lastTradeId + 1n),
    prevDigestPrefix: digestPrefix(recentDigests[Number((nextSequence - 1n) % 64n)] ?? new Uint8Array(8)),
    trades: [
      { ...trade, tradeId: tradeId(lastTradeId + 1n) },
      { ...trade, tradeId: tradeId(lastTradeId + 2n), seller: trade.buyer },
    ],
  });
}

const settleV2 = (world: World) => world.accept(world.settle(payloadV2(world)), keys.relayer);

/** What a day brings, in V1. */
function aDay(world: World): void {
  world.acceptTrades([{}, { buyer: 2 }, { quantity: baseLots(0) }]);
  world.accept(build.ping({ relayer: keys.relayer.publicKey, market, nonce: 3n }), keys.relayer);
  const carol = world.trader(2);
  world.accept(deposit(carol, { baseLots: 3n, quoteAtoms: 4n }), carol.key);
  world.accept(request(carol), carol.key);
  world.chain.warpTo(world.chain.slot + WITHDRAWAL_DELAY);
  world.accept(execute(carol), carol.key);
  world.accept(build.collectFees({ admin, market, destination: carol.quote, amount: 1n }), keys.admin);
}

describe('0.1.0 to 0.2.0', () => {
  test("a market of 0.1.0's making gets a tree of version 2, settles on in it, and has it taken back", () => {
    const world = upgraded(both);
    const { tree } = world.market.header;
    world.accept(pause(true), keys.admin);
    const before = world.chain.data(market);
    world.accept(build.migrateStateTree({ admin, market }), keys.admin);
    world.accept(build.revertStateTree({ admin, market }), keys.admin);
    assert.deepEqual(world.chain.data(market), before);
    world.chain.svm.expireBlockhash();
    world.accept(build.migrateStateTree({ admin, market }), keys.admin);
    assert.deepEqual(world.market.header.tree.root, tree.root);
    assert.deepEqual([world.market.header.treeVersion, world.market.header.tree.leafCount], [2, 1n]);
    world.accept(pause(false), keys.admin);
    aDay(world);
    assert.equal(world.market.header.tree.leafCount, 3n);
    world.accept(pause(true), keys.admin);
    world.refuse('TreeMoved', build.revertStateTree({ admin, market }), keys.admin);
  });

  test('no byte of an account moves', () => {
    const world = upgraded(both);
    for (const { address, data } of dump.accounts) {
      const found = world.chain.svm.getAccount(address as never);
      assert.ok(found.exists);
      assert.equal(Buffer.from(found.data).toString('base64'), data, address);
    }
  });

  test('a day of V1 leaves the same bytes in both releases', () => {
    const [before, after] = [restored(dump), upgraded(both)];
    before.chain.warpTo(after.chain.slot);
    for (const world of [before, after]) aDay(world);
    assert.deepEqual(after.chain.data(market), before.chain.data(market));
    assert.deepEqual(after.config, before.config);
  });

  test('0.1.0 does not know V2; 0.2.0 does, and waits for the config', () => {
    const world = restored(dump);
    world.refuse('InvalidBatchVersion', world.settle(payloadV2(world)), keys.relayer);
    upgrade(world.chain, keys.upgradeAuthority, both);
    world.refuse('VersionNotAllowed', world.settle(payloadV2(world)), keys.relayer);
    allow(world, 3);
    settleV2(world);
    world.acceptTrades([{}]);
    assert.equal(world.market.header.tradesSkipped, 1n);
  });

  test('0.1.0 takes the accounts back, once V1 alone is allowed', () => {
    const world = upgraded(both);
    allow(world, 3);
    settleV2(world);
    allow(world, 1);
    upgrade(world.chain, keys.upgradeAuthority, releasedObject('0.1.0'));
    aDay(world);
    world.accept(pause(true), keys.admin);
  });

  test('0.1.0 with both versions allowed still settles V1, but takes no change of the config before that is set right', () => {
    const world = upgraded(both);
    allow(world, 3);
    upgrade(world.chain, keys.upgradeAuthority, releasedObject('0.1.0'));
    world.acceptTrades([{}]);
    world.refuse('InvalidVersionMask', pause(true), keys.admin);
    allow(world, 1);
    world.accept(pause(true), keys.admin);
  });
});

describe('0.2.0 to the V2-only build', () => {
  test('V2 goes on, V1 is not routed any more', () => {
    const world = upgraded(both);
    allow(world, 2);
    upgrade(world.chain, keys.upgradeAuthority, v2Only);
    settleV2(world);
    world.refuseTrades('InvalidBatchVersion', [{}]);
    for (const versions of [1, 3]) {
      const set = build.setAllowedVersions({ admin, allowedBatchVersions: versions });
      world.refuse('InvalidVersionMask', set, keys.admin);
    }
  });

  test('the kill switch works even when the config still allows V1', () => {
    const world = upgraded(both);
    allow(world, 3);
    upgrade(world.chain, keys.upgradeAuthority, v2Only);
    settleV2(world);
    world.accept(pause(true), keys.admin);
    world.refuse('Paused', world.settle(payloadV2(world)), keys.relayer);
    world.accept(pause(false), keys.admin);
    settleV2(world);
  });
});
