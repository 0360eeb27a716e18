// Proves: on a real Redis, only what is final is trimmed, never the stream's last id; older generations go once the current one reaches
// back far enough and ahead far enough; a lane that was lost, and keys of another kind, are left alone; an engine goes on after it.
// Does not prove: when a relayer trims (tests/relayer/lane.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import { openPublisher } from '#feeder';
import { generationKey, laneKeys, tradeStreamKey } from '../../relayer/src/adapters/redis/keys.ts';
import { createTrimmer } from '../../relayer/src/adapters/redis/trim.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trades } from '../../relayer/src/testing/trades.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);

async function lane() {
  const market = freshMarket();
  const keys = laneKeys(market);
  await redis.set(keys.fence, 'me');
  const make = () => createTrimmer(redis, keys, market, 'me');
  const trimmer = make();
  const stream = (generation: number) => tradeStreamKey(market, `${generation}`);
  const fill = async (generation: number, first: number, last: number) => {
    await redis.set(generationKey(market), `${generation}`);
    for (let id = first; id <= last; id += 1) await redis.xadd(stream(generation), `${id}-0`, 'v', '1');
  };
  return {
    ...{ market, keys, stream, fill, make },
    trim: (finalized: number) => trimmer.trim(tradeId(finalized)),
    first: async (generation: number) => (await redis.xrange(stream(generation), '-', '+', 'COUNT', 1))[0]?.[0],
    exists: async (generation: number) => (await redis.exists(stream(generation))) === 1,
  };
}

test('what is final goes, and nothing above it', async () => {
  const { fill, trim, first } = await lane();
  await fill(1, 1, 1_000);
  await trim(550);
  assert.equal(await first(1), '551-0');
});

test('a stream whose trades are all final keeps the newest, and an engine goes on after it', async () => {
  const { market, trim, stream, first } = await lane();
  await (await openPublisher(redis, market)).publish(trades(1, 500));
  await trim(500);
  assert.equal(await first(1), '500-0');
  assert.equal(await redis.xlen(stream(1)), 1);
  const again = await openPublisher(redis, market);
  assert.equal(again.lastId, 500n);
  await again.publish(trades(501, 502));
});

test('older generations go when the current one has all that is still needed', async () => {
  const { fill, trim, exists } = await lane();
  await fill(1, 1, 10);
  await fill(2, 1, 10);
  await fill(4, 8, 20);
  await trim(6);
  assert.deepEqual(await Promise.all([1, 2, 4].map(exists)), [true, true, true], 'trade 7 is in the older ones alone');
  await trim(7);
  assert.deepEqual(await Promise.all([1, 2, 4].map(exists)), [false, false, true]);
});

test('a generation that does not reach the final trades replaces nothing', async () => {
  const { fill, trim, exists, first } = await lane();
  await fill(1, 1, 10);
  await fill(2, 1, 5);
  await trim(8);
  assert.deepEqual([await exists(1), await first(2)], [true, '1-0']);
});

test('an empty generation counts from its last id', async () => {
  const { fill, trim, exists, stream } = await lane();
  await fill(1, 1, 10);
  await fill(2, 10, 10);
  await redis.xtrim(stream(2), 'MAXLEN', 0);
  await trim(9);
  assert.equal(await exists(1), true);
  await trim(10);
  assert.equal(await exists(1), false);
});

test('what is no pointer or no stream is left alone', async () => {
  const { market, trim, stream, exists, fill } = await lane();
  await trim(5);
  await fill(1, 1, 10);
  for (const pointer of ['x', '', '9', '1'.repeat(16)]) {
    await redis.set(generationKey(market), pointer);
    await trim(5);
  }
  await redis.set(stream(9), 'text');
  await redis.set(generationKey(market), '9');
  await trim(5);
  await redis.del(generationKey(market));
  await redis.lpush(generationKey(market), '1');
  await trim(5);
  assert.equal(await exists(1), true);
});

test('a relayer that lost the lane trims nothing', async () => {
  const { keys, fill, trim, first } = await lane();
  await fill(1, 1, 300);
  await redis.set(keys.fence, 'another');
  await rejects('LEASE_LOST', trim(300));
  assert.equal(await first(1), '1-0');
});
