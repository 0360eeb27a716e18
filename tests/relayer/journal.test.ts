// Proves: on a real Redis, rows come back as they were written, writes are refused to a relayer that lost the lane and may be
// repeated, finalised rows move to the settled log once, and rows of another release are refused.
// Does not prove: what operators make of dead letters (dead-letters.test.ts), or that Redis survives a crash; it is told to be append-only, and recovery does not rest on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderType, sequence, slot, tradeId } from '#client';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { newRow, withAttempt, withDeadAttempt, withLanding } from '../../relayer/src/domain/row.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade, trades } from '../../relayer/src/testing/trades.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);

async function make() {
  const keys = laneKeys(freshMarket());
  await redis.set(keys.fence, 'mine');
  return { keys, journal: createRedisJournal(redis, keys, 'mine', () => 1_234) };
}
const attempt = (signature: string) => ({
  signature,
  digest: 'ab'.repeat(32),
  bytes: Uint8Array.of(0, 255, 128),
  lastValidBlockHeight: 345_678_901,
});
const open = newRow(1, [trade(2n ** 64n - 2n, { buyer: 2 ** 32 - 1 }), trade(2n ** 64n - 1n, { takerIsBuyer: false })]);
const sent = withAttempt(newRow(1, trades(5, 9)), sequence(2n ** 63n), attempt('one'));
const dead = withDeadAttempt(withAttempt(newRow(1, trades(10, 10)), sequence(3), attempt('two')), 'two', 'expired');
const landed = withLanding(sent, sequence(7), { slot: slot(2n ** 60n), digest: 'ab', signature: 'one' });
const landedByDigest = withLanding(dead, sequence(8), { slot: slot(5), digest: 'ab' });

test('every kind of row comes back as it was written, in trade order', async () => {
  const { journal } = await make();
  for (const row of [open, landed, landedByDigest]) await journal.save(row);
  assert.deepEqual(await journal.load(), [landed, landedByDigest, open]);
  await journal.save(sent);
  assert.deepEqual((await journal.load())[0], sent);
});

test('a row and the trades refused with it are one write', async () => {
  const { journal } = await make();
  const refused = { tradeId: tradeId(6), code: 'SelfTrade', reason: 'r', advice: 'a', trade: trade(6) };
  const unreadable = { tradeId: tradeId(7), code: 'TRADE_MALFORMED', reason: 'r', advice: 'a' };
  await journal.save(sent, [unreadable, refused]);
  const ids = [tradeId(5), tradeId(6), tradeId(7)];
  assert.deepEqual(await journal.rejected(ids), [
    { ...refused, at: 1_234 },
    { ...unreadable, at: 1_234 },
  ]);
  assert.equal(await journal.openLetters(), 2);
  await journal.drop([sent], tradeId(6));
  assert.deepEqual(await journal.rejected(ids), [{ ...refused, at: 1_234 }], 'the chain has settled trade 6');
  assert.equal(await journal.openLetters(), 1);
  assert.deepEqual(await journal.load(), []);
});

test('a trade that V1 cannot say comes back whole, in a row and in a letter', async () => {
  const { journal } = await make();
  const market = { ...trade(5), orderType: OrderType.FillOrKill, feeTier: 3 };
  const row = newRow(2, [market, trade(6)]);
  await journal.save(row, [{ tradeId: tradeId(5), code: 'c', reason: 'r', advice: 'a', trade: market }]);
  assert.deepEqual(await journal.load(), [row]);
  assert.deepEqual((await journal.rejected([tradeId(5)]))[0]?.trade, market);
});

test('what the program passed over is a letter, for good, in the write that retires its row, and once', async () => {
  const { keys, journal } = await make();
  const skipped = { tradeId: tradeId(6), code: 'InsufficientBase', reason: 'r', advice: 'a', trade: trade(6) };
  await journal.save(landed);
  for (const _ of ['once', 'again']) await journal.retire([landed], [skipped]);
  assert.deepEqual(await journal.rejected([tradeId(5), tradeId(6)]), [{ ...skipped, at: 1_234 }]);
  assert.equal(await journal.openLetters(), 1);
  assert.deepEqual(JSON.parse((await redis.hget(keys.voids, '6')) ?? ''), {
    sequence: '7',
    signature: 'one',
    slot: `${2n ** 60n}`,
  });
  assert.equal(await redis.xlen(keys.settled), 1);
});

test('a finalised row moves to the settled log once', async () => {
  const { keys, journal } = await make();
  await journal.save(landed);
  await journal.retire([landed]);
  await journal.retire([landed]);
  assert.deepEqual(await journal.load(), []);
  const log = await redis.xrange(keys.settled, '-', '+');
  assert.equal(log.length, 1);
  const fields = log[0]?.[1] ?? [];
  const entry = Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : [])));
  assert.deepEqual(entry, {
    first: '5',
    last: '9',
    sequence: '7',
    version: '1',
    digest: 'ab',
    signature: 'one',
    slot: `${2n ** 60n}`,
  });
});

test('a halt stays until it is acknowledged and cleared', async () => {
  const { keys, journal } = await make();
  assert.equal(await journal.halt(), undefined);
  await journal.markHalted('why');
  const acknowledge = `redis-cli HSET '${keys.halt}' acknowledged yes`;
  assert.deepEqual(await journal.halt(), { reason: 'why', acknowledged: false, acknowledge });
  await redis.hset(keys.halt, 'acknowledged', 'yes');
  assert.equal((await journal.halt())?.acknowledged, true);
  await journal.clearHalt();
  assert.equal(await journal.halt(), undefined);
});

test('a Redis that refuses writes is told apart from a lost lane', async () => {
  const { journal } = await make();
  await redis.config('SET', 'maxmemory', '1');
  await rejects('REDIS_REFUSED', journal.save(open), /OOM/);
  await redis.config('SET', 'maxmemory', '0');
  await journal.save(open);
});

test('a key of another type is refused by name', async () => {
  const { keys, journal } = await make();
  for (const key of [keys.rows, keys.rejected, keys.halt]) await redis.set(key, 'text');
  for (const read of [journal.load(), journal.rejected([tradeId(1)]), journal.halt()]) {
    await rejects('REDIS_REFUSED', read, /refused to read lockstep:.*: WRONGTYPE/);
  }
  await rejects('REDIS_REFUSED', journal.save(open), /WRONGTYPE/);
});

test('whoever lost the lane writes nothing', async () => {
  const { keys, journal } = await make();
  await journal.save(landed);
  await redis.set(keys.fence, 'theirs');
  await rejects('LEASE_LOST', journal.save(open));
  await rejects('LEASE_LOST', journal.drop([landed], tradeId(0)));
  await rejects('LEASE_LOST', journal.retire([landed]));
  await redis.del(keys.fence);
  await rejects('LEASE_LOST', journal.save(open));
  assert.deepEqual(await journal.load(), [landed]);
});

for (const [what, text] of [
  ['no JSON', '{'],
  ['another layout', '{"version":1}'],
  ['no trades', '{"version":1,"trades":[],"attempts":[]}'],
  ['a number beyond u64', `{"version":1,"trades":[["${2n ** 64n}",1,2,"1","1",true]],"attempts":[]}`],
  ['trades of another row', '{"version":1,"trades":[["4",1,2,"1","1",true]],"attempts":[]}'],
] as const) {
  test(`a row with ${what} is refused`, async () => {
    const { keys, journal } = await make();
    await redis.hset(keys.rows, sent.key, text);
    await rejects('JOURNAL_UNREADABLE', journal.load());
  });
}
