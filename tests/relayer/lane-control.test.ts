// Proves: on a real Redis, a lane's control is written, read and refused as docs/reference/relayer.md says, garbage in its place is named,
// the answer is fenced and goes with the relayer; on the embedded node with settlement 0.2.0, a lane under load that is paused and told to
// write V1 comes to a point where no row of V2 is left, and settles each id once, whatever is asked of it in between.
// Does not prove: what becomes of single rows (relayer/src/control.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settlementInstructions, tradeId, VersionBit } from '#client';
import { clearLaneControl, readLaneState, setLaneControl } from '#relayer';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { createLaneWishes } from '../../relayer/src/adapters/redis/lane-wishes.ts';
import { newRow } from '../../relayer/src/domain/row.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade, trades } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';
import type { World } from './venue.ts';
import { openWorld } from './venue.ts';

const { url } = await redisForThisFile();
const redis = connection(url);
const ops = { by: 'ops', reason: 'a test' };

async function lane() {
  const market = freshMarket();
  const keys = laneKeys(market);
  await redis.set(keys.fence, 'me');
  return { market, keys, wishes: createLaneWishes(redis, keys, 'me') };
}

test('what is asked for stands in the hash as a whole, and is gone when it is cleared', async () => {
  const { market, keys, wishes } = await lane();
  assert.deepEqual(await wishes.read(), {});
  const request = await setLaneControl(redis, market, { maxVersion: 1, ...ops });
  assert.deepEqual(await redis.hgetall(keys.control), { v: '1', request, max_version: '1', ...ops });
  const asV1To = tradeId(2n ** 64n - 1n);
  await setLaneControl(redis, market, { request: 'r2', asV1To, ...ops });
  assert.deepEqual(await redis.hgetall(keys.control), { v: '1', request: 'r2', as_v1_to: `${asV1To}`, ...ops });
  assert.deepEqual(await wishes.read(), { control: { request: 'r2', asV1To, ...ops } });
  assert.equal(await clearLaneControl(redis, market), true);
  assert.equal(await clearLaneControl(redis, market), false);
  assert.deepEqual(await wishes.read(), {});
});

for (const [input, why] of [
  [{}, /neither/],
  [{ maxVersion: 0 }, /max_version "0"/],
  [{ maxVersion: -1 }, /max_version "-1"/],
  [{ maxVersion: 256 }, /max_version "256"/],
  [{ maxVersion: 1.5 }, /max_version "1.5"/],
  [{ maxVersion: 1, request: 'not an id' }, /request "not an id"/],
  [{ maxVersion: 1, request: '' }, /request ""/],
] as const) {
  test(`refused, and nothing is written: ${JSON.stringify(input)}`, async () => {
    const { market, keys } = await lane();
    await rejects('CONTROL_INVALID', setLaneControl(redis, market, { ...input, ...ops }), why);
    assert.equal(await redis.exists(keys.control), 0);
  });
}

for (const [fields, why] of [
  [{ max_version: '1', request: 'r' }, /v is null/],
  [{ v: '2', max_version: '1', request: 'r' }, /v is "2"/],
  [{ v: '1', max_version: '1' }, /request "" is no id/],
  [{ v: '1', max_version: 'x'.repeat(1_000), request: 'r' }, /^max_version "x{40}" /],
  [{ v: '1', max_version: '-1', request: 'r' }, /max_version "-1"/],
  [{ v: '1', max_version: '01', request: 'r' }, /max_version "01"/],
  [{ v: '1', max_version: '1', as_v1_to: '-5', request: 'r' }, /as_v1_to "-5"/],
  [{ v: '1', as_v1_to: '18446744073709551616', request: 'r' }, /as_v1_to "18446744073709551616"/],
  [{ v: '1', request: 'r' }, /neither/],
  [{ something: 'else' }, /v is null/],
] as const) {
  test(`named and ignored: ${JSON.stringify(fields).slice(0, 80)}`, async () => {
    const { market, keys, wishes } = await lane();
    await redis.hset(keys.control, fields);
    const reading = await wishes.read();
    assert.equal(reading.control, undefined);
    assert.match(reading.ignored ?? '', why);
    assert.deepEqual((await readLaneState(redis, market)).wanted, reading);
  });
}

test('a key of another type holds no control, and is no obstacle to an answer', async () => {
  const { market, keys, wishes } = await lane();
  await redis.set(keys.control, 'text');
  await redis.set(keys.lane, 'text');
  assert.match((await wishes.read()).ignored ?? '', /is no hash/);
  assert.equal((await readLaneState(redis, market)).inEffect, undefined);
  await wishes.answer({ ignored: 'x' }, { 1: 0, 2: 0 });
  assert.deepEqual((await readLaneState(redis, market)).inEffect, { ignored: 'x' });
  await setLaneControl(redis, market, { maxVersion: 1, ...ops });
  assert.equal((await wishes.read()).control?.maxVersion, 1);
});

test('an answer says what is in effect, as a whole, for a while; rows count by what Redis has or the relayer says', async () => {
  const { market, keys, wishes } = await lane();
  assert.deepEqual(await readLaneState(redis, market), { wanted: {}, inEffect: undefined, rows: { 1: 0, 2: 0 } });
  const journal = createRedisJournal(redis, keys, 'me');
  await journal.save(newRow(2, trades(1, 3)));
  await journal.save(newRow(1, trades(4, 5)));
  const control = { request: 'r', maxVersion: 1, asV1To: tradeId(7), ...ops };
  await wishes.answer({ control, ignored: 'x' }, { 1: 0, 2: 3 });
  assert.deepEqual(await readLaneState(redis, market), {
    wanted: {},
    inEffect: { control: { request: 'r', maxVersion: 1, asV1To: 7n, by: '', reason: '' }, ignored: 'x' },
    rows: { 1: 1, 2: 3 },
  });
  assert.ok((await redis.pttl(keys.lane)) > 0);
  await wishes.answer({}, { 1: 0, 2: 0 });
  const state = await readLaneState(redis, market);
  assert.deepEqual([state.inEffect, state.rows], [{}, { 1: 1, 2: 1 }]);
  await redis.hset(keys.lane, 'rows', 'junk');
  await rejects('JOURNAL_UNREADABLE', readLaneState(redis, market));
});

test('a relayer that lost the lane answers nothing', async () => {
  const { keys, wishes } = await lane();
  await redis.set(keys.fence, 'another');
  await rejects('LEASE_LOST', wishes.answer({}, {}));
  assert.equal(await redis.exists(keys.lane), 0);
});

const good = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => trade(first + at, { buyer: at % 2, seller: 2 + (at % 2) }));
const settledIds = (count: number) => Array.from({ length: count }, (_, at) => [at + 1, 'settled'] as const);

function operator(world: World) {
  const { operator: key } = world.keys;
  const program = settlementInstructions(world.venue.program);
  return {
    pause: (isPaused: boolean) => world.land(key, program.setPaused({ authority: key.publicKey, isPaused })),
    allow: (allowedBatchVersions: number) =>
      world.land(key, program.setAllowedVersions({ admin: key.publicKey, allowedBatchVersions })),
  };
}

async function openBoth(t: Parameters<typeof openWorld>[0]) {
  const world = await openWorld(t, { release: '0.2.0' });
  const { pause, allow } = operator(world);
  await allow(VersionBit.V1 | VersionBit.V2);
  return { world, pause, allow };
}

test('under load: paused, told to write V1, no row of V2 is left; unpaused, all of it settles as V1', {
  timeout: 240_000,
}, async (t) => {
  const { world, pause, allow } = await openBoth(t);
  const first = await world.start({ maxBatchTrades: 8 });
  await world.publish(good(1, 200));
  await first.waitUntilSettled(tradeId(40));
  await pause(true);
  await world.publish(good(201, 300));
  const request = await setLaneControl(world.redis, world.market, { maxVersion: 1, ...ops });
  const state = () => readLaneState(world.redis, world.market);
  await until(async () => {
    const { inEffect, rows } = await state();
    return inEffect?.control?.request === request && rows[2] === 0;
  });
  assert.equal(first.status().blocked?.code, 'Paused');
  const before = (await world.versions()).length;
  await first.stop();
  assert.equal((await state()).rows[2], 0);
  await allow(VersionBit.V1);
  const second = await world.start({ maxBatchTrades: 8 });
  await pause(false);
  await second.waitUntilSettled(tradeId(300));
  assert.deepEqual(await world.outcomes(), settledIds(300));
  assert.deepEqual([...new Set((await world.versions()).slice(before))], [1]);
  await world.requireSound();
});

test('asked for, ignored and cleared in turn under load, over pauses: each id once, in order', {
  timeout: 240_000,
}, async (t) => {
  const { world, pause } = await openBoth(t);
  const relayer = await world.start({ maxBatchTrades: 6 });
  const { redis, market } = world;
  const turns = [
    () => setLaneControl(redis, market, { maxVersion: 1, ...ops }),
    () => pause(true),
    () => redis.hset(laneKeys(market).control, 'max_version', 'junk'),
    () => pause(false),
    () => clearLaneControl(redis, market),
    () => setLaneControl(redis, market, { maxVersion: 1, asV1To: tradeId(1_000), ...ops }),
    () => redis.del(laneKeys(market).control),
  ];
  let next = 1;
  for (const turn of [...turns, ...turns]) {
    await world.publish(good(next, next + 29));
    next += 30;
    await turn();
    if (!relayer.status().blocked)
      await until(() => relayer.status().lastTradeId >= BigInt(next) / 3n || relayer.status().blocked !== undefined);
  }
  await relayer.waitUntilSettled(tradeId(next - 1));
  assert.deepEqual(await world.outcomes(), settledIds(next - 1));
  await world.requireSound();
});
