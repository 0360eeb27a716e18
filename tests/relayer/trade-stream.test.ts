// Proves: on a real Redis, entries are read from the pointer's generation after the given id, whatever their bytes; a new generation
// is followed; entries that break the contract and keys of another type are refused, a pointer that is no generation is said
// once and waited for, a busy Redis is waited for; a stop ends a blocked read.
// Does not prove: that an engine writes such a stream; feeder's tests do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import { generationKey, tradeStreamKey } from '../../relayer/src/adapters/redis/keys.ts';
import { createTradeStream } from '../../relayer/src/adapters/redis/trade-stream.ts';
import { systemClock } from '../../relayer/src/adapters/system-clock.ts';
import type { Blocked } from '../../relayer/src/domain/blocked.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { connection, freshMarket, redisForThisFile, silent, until } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);
const never = new AbortController().signal;

function lane() {
  const market = freshMarket();
  const blocked: (string | undefined)[] = [];
  const onBlocked = (cause: Blocked | undefined) => blocked.push(cause?.code);
  const source = createTradeStream({ redis: connection(url), market, clock: systemClock, logger: silent, onBlocked });
  const add = (generation: string, id: string, ...fields: (string | Buffer)[]) =>
    redis.xadd(tradeStreamKey(market, generation), id, ...fields);
  const point = (generation: string) => redis.set(generationKey(market), generation);
  const read = async (after: number, max = 10) => {
    const entries = await source.read(tradeId(after), max, 5, never);
    return entries.map((entry) => Number(entry.tradeId));
  };
  return { market, source, add, point, read, blocked };
}

test('entries after an id, at most as many as asked for', async () => {
  const { add, point, read } = lane();
  await point('1');
  for (const id of [1, 2, 3, 4]) await add('1', `${id}-0`, 'v', '1', 'p', Buffer.of(id));
  assert.deepEqual(await read(0), [1, 2, 3, 4]);
  assert.deepEqual(await read(2), [3, 4]);
  assert.deepEqual(await read(1, 2), [2, 3]);
  assert.deepEqual(await read(4), []);
});

test('bytes arrive unchanged, other fields are ignored, missing ones are missing', async () => {
  const { add, point, source } = lane();
  await point('1');
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  await add('1', '1-0', 'ref', 'order-7', 'p', bytes, 'v', '1');
  await add('1', '2-0', 'x', 'v');
  const [full, empty] = await source.read(tradeId(0), 10, 5, never);
  assert.deepEqual(full, { tradeId: 1n, schema: '1', payload: bytes });
  assert.deepEqual(empty, { tradeId: 2n, schema: undefined, payload: undefined });
});

test('ids up to 2^64-1', async () => {
  const { add, point, source } = lane();
  await point('1');
  await add('1', `${2n ** 64n - 1n}-0`, 'v', '1');
  const [entry] = await source.read(tradeId(2n ** 64n - 2n), 10, 5, never);
  assert.equal(entry?.tradeId, 2n ** 64n - 1n);
});

test('without a pointer there is nothing to read yet', async () => {
  const { add, read } = lane();
  await add('1', '1-0', 'v', '1');
  assert.deepEqual(await read(0), []);
});

test('a new generation is followed, and what it repeats is dropped', async () => {
  const { add, point, read } = lane();
  await point('1');
  await add('1', '1-0', 'v', '1');
  assert.deepEqual(await read(0), [1]);
  for (const id of [1, 2]) await add('2', `${id}-0`, 'v', '1');
  assert.deepEqual(await read(1), []);
  await point('2');
  assert.deepEqual(await read(1), [2]);
});

test('an id that is not a trade’s is refused', async () => {
  const { add, point, source } = lane();
  await point('1');
  await add('1', '1-1', 'v', '1');
  await rejects('STREAM_ENTRY_INVALID', source.read(tradeId(0), 10, 5, never), /1-1/);
});

test('a pointer that is no generation is said once and waited for', async () => {
  const { add, point, read, blocked } = lane();
  await add('1', '1-0', 'v', '1');
  for (const wrong of ['one', 'one', '0', '']) {
    await point(wrong);
    assert.deepEqual(await read(0), []);
  }
  await point('1');
  assert.deepEqual(await read(0), [1]);
  assert.deepEqual(blocked, ['GENERATION_INVALID', 'GENERATION_INVALID', 'GENERATION_INVALID', undefined]);
});

test('keys of another type are refused by name', async () => {
  const { market, point, source } = lane();
  await point('1');
  await redis.set(tradeStreamKey(market, '1'), 'text');
  await rejects('REDIS_REFUSED', source.read(tradeId(0), 10, 5, never), /read trades:market-\d+:1: WRONGTYPE/);
  await redis.del(generationKey(market));
  await redis.lpush(generationKey(market), '1');
  await rejects('REDIS_REFUSED', source.read(tradeId(0), 10, 5, never), /:generation: WRONGTYPE/);
});

test('a Redis busy with a script is waited for', async () => {
  const { add, point, read } = lane();
  await point('1');
  await add('1', '1-0', 'v', '1');
  await redis.config('SET', 'lua-time-limit', '1');
  const slow = connection(url)
    .eval('while true do end', 0)
    .catch((error: Error) => error.message);
  const isBusy = () =>
    redis.ping().then(
      () => false,
      (error: Error) => error.message.startsWith('BUSY'),
    );
  await until(isBusy);
  const reading = read(0);
  await assert.rejects(redis.get('any'), /^ReplyError: BUSY/);
  await redis.script('KILL');
  assert.match(String(await slow), /killed/);
  assert.deepEqual(await reading, [1]);
});

test('a stop ends a blocked read', async () => {
  const { point, source } = lane();
  await point('1');
  const stop = new AbortController();
  const reading = source.read(tradeId(0), 10, 60_000, stop.signal);
  setTimeout(() => stop.abort(new Error('stop')), 20);
  assert.deepEqual(await reading, []);
  assert.deepEqual(await source.read(tradeId(0), 10, 60_000, stop.signal), []);
});
