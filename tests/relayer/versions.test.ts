// Proves, with settlement 0.2.0 on the embedded node: batch versions are switched V1, both, V2, both, V1 while trades flow, and each
// id settles once and in order; what a V2 batch passed over becomes a dead letter and is not sent again, is proved with its
// code, and does not keep a forgotten batch from being adopted; a full V2 batch lands in one transaction.
// Does not prove: what happens to batches a switch finds signed (relayer/src/versions.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baseLots,
  encodeBatchV2,
  OrderType,
  price,
  readMarketHeader,
  sequence,
  settlementInstructions,
  tradeId,
  VersionBit,
} from '#client';
import { provenLaneTree } from '../../cli/src/lane-tree.ts';
import { proveFrom } from '../../cli/src/trade-proof.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';

import type { World } from './venue.ts';
import { openWorld } from './venue.ts';

const RELEASE = { release: '0.2.0' };
const { V1, V2 } = VersionBit;

const good = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => trade(first + at, { buyer: at % 2, seller: 2 + (at % 2) }));
/** More than anybody has. */
const unaffordable = (id: number) =>
  trade(id, { buyer: 0, seller: 2, quantity: baseLots(2_000_000n), price: price(1n) });
const settledIds = (count: number) => Array.from({ length: count }, (_, at) => [at + 1, 'settled'] as const);

function allow(world: World, allowedBatchVersions: number): Promise<void> {
  const { operator } = world.keys;
  const { setAllowedVersions } = settlementInstructions(world.venue.program);
  return world.land(operator, setAllowedVersions({ admin: operator.publicKey, allowedBatchVersions }));
}

test('switched to and fro while trades flow: each id once, in order', async (t) => {
  const world = await openWorld(t, RELEASE);
  const relayer = await world.start({ maxBatchTrades: 6 });
  let next = 1;
  for (const mask of [V1, V1 | V2, V2, V1 | V2, V1]) {
    await allow(world, mask);
    // The lane is in the middle of these when the next switch comes.
    await world.publish(good(next, next + 59));
    await relayer.waitUntilSettled(tradeId(next + 29));
    next += 60;
  }
  await relayer.waitUntilSettled(tradeId(next - 1));
  assert.deepEqual(await world.outcomes(), settledIds(300));
  await world.requireSound();
  assert.deepEqual([...new Set(await world.versions())].sort(), [1, 2]);
});

test('a trade that is passed over: a letter with its code, no second batch, and a proof that says so', async (t) => {
  const world = await openWorld(t, RELEASE);
  await allow(world, V1 | V2);
  const relayer = await world.start();
  await world.publish([...good(1, 3), unaffordable(4), ...good(5, 8)]);
  await relayer.waitUntilSettled(tradeId(8), { finalized: true });
  await until(() => relayer.status().rejectedCount === 1);
  const [letter] = relayer.status().rejected;
  assert.deepEqual([letter?.tradeId, letter?.code, letter?.trade?.quantity], [4n, 'InsufficientBase', 2_000_000n]);
  const outcomes = await world.outcomes();
  assert.deepEqual(outcomes[3], [4, 'passed over']);
  assert.deepEqual(outcomes.filter(([, outcome]) => outcome === 'settled').length, 7);
  const { value } = await readMarketHeader(world.venue.connection, world.venue.market, 'confirmed');
  const history = await provenLaneTree(world.venue, value.tree);
  const { outcome } = proveFrom(world.venue, history, tradeId(4));
  assert.deepEqual([outcome.settled, outcome.result], [false, 'InsufficientBase']);
  assert.equal(proveFrom(world.venue, history, tradeId(5)).outcome.settled, true);
});

test('a V2 batch that is in no row is adopted, what it passed over becomes a letter, and the lane goes on', async (t) => {
  const world = await openWorld(t, RELEASE);
  await allow(world, V1 | V2);
  const { relayer: key } = world.keys;
  const input = [...good(1, 2), unaffordable(3), ...good(4, 8)];
  const lane = await world.start({ maxBatchTrades: 4, maxBatchAgeMs: 60_000 });
  // A lane that recovers later finds the batch behind its cursor.
  await until(() => lane.status().state === 'running');
  // What this relayer does not know of: another process with its key, and a Redis since emptied.
  const trades = input.slice(0, 3).map((one) => ({ ...one, orderType: OrderType.Limit, feeTier: 0 }));
  const data = encodeBatchV2({ sequence: sequence(1), firstTradeId: tradeId(1), prevDigestPrefix: 0n, trades });
  const { settleBatch } = settlementInstructions(world.venue.program);
  await world.land(key, settleBatch({ relayer: key.publicKey, market: world.venue.market, data }));
  await world.publish(input);
  await lane.waitUntilSettled(tradeId(7), { finalized: true });
  await until(() => lane.status().rejected.some(({ tradeId: id }) => id === 3n));
  assert.deepEqual(
    lane.status().rejected.map(({ tradeId: id, code }) => [id, code]),
    [[3n, 'InsufficientBase']],
  );
  await world.requireSound();
});

test('a full V2 batch lands in one transaction', async (t) => {
  const world = await openWorld(t, RELEASE);
  await allow(world, V2);
  const relayer = await world.start({ maxBatchAgeMs: 2_000 });
  const walk = good(1, 900).map((one, at) => ({
    ...one,
    buyer: (at * 7) % 2,
    seller: 2 + ((at * 11) % 2),
    price: price(100 + ((at * 31) % 9)),
    quantity: baseLots(BigInt(1 + ((at * 97) % 120))),
  }));
  await world.publish(walk);
  await relayer.waitUntilSettled(tradeId(900));
  assert.deepEqual(await world.outcomes(), settledIds(900));
  const sizes = (await world.versions()).length;
  assert.ok(sizes <= 6, `${sizes} batches`);
});
