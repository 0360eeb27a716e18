// Proves: on a real Redis, entries are read from the pointer's generation after the given id, whatever their bytes, up to the first
// that does not follow; a new generation is followed; what a silent stream stands before is named, whoever spoilt or removed which
// key; a busy Redis is waited for; a stop ends a blocked read.
// Does not prove: that an engine writes such a stream (feeder's tests), or what is done about a silent one (repair.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import { generationKey, tradeStreamKey } from '../../relayer/src/adapters/redis/keys.ts';
import { createTradeStream } from '../../relayer/src/adapters/redis/trade-stream.ts';
import { systemClock } from '../../relayer/src/adapters/system-clock.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);
const never = new AbortController().signal;

function lane() {
  const market = freshMarket();
  const source = createTradeStream({ redis: connection(url), market, clock: systemClock });
  const add = (generation: string, id: string, ...fields: (string | Buffer)[]) =>
    redis.xadd(tradeStreamKey(market, generation), id, ...fields);
  const point = (generation: string) => redis.set(generationKey(market), generation);
  const read = async (after: number, max = 10) => {
    const entries = await source.read(tradeId(after), max, 5, never);
    return entries.map((entry) => Number(entry.tradeId));
  };
  /** What a reader after this id stands before, in short. */
  const silence = async (after: number) => {
    const found = await source.silence(tradeId(after));
    return found.kind === 'sound' ? 'sound' : `${found.kind} ${found.flaw.code}: ${found.flaw.reason}`;
  };
  return { market, source, add, point, read, silence };
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

test('reading ends before a gap and before an id that is not a trade’s', async () => {
  const { add, point, read } = lane();
  await point('1');
  for (const id of ['1-0', '2-0', '4-0']) await add('1', id, 'v', '1');
  await point('2');
  for (const id of ['1-0', '1-1', '2-0']) await add('2', id, 'v', '1');
  assert.deepEqual(await read(0), [1]);
  assert.deepEqual(await read(1), []);
  await point('1');
  assert.deepEqual(await read(0), [1, 2]);
  assert.deepEqual(await read(2), []);
});

test('a stream that ends with the reader, or goes on after it, is sound', async () => {
  const { add, point, silence, market } = lane();
  await point('1');
  for (const id of [1, 2, 3]) await add('1', `${id}-0`, 'v', '1');
  assert.equal(await silence(3), 'sound');
  assert.equal(await silence(2), 'sound');
  await redis.xtrim(tradeStreamKey(market, '1'), 'MAXLEN', 0);
  assert.equal(await silence(3), 'sound');
});

test('a gap is named: skipped, trimmed, or an entry of a stranger', async () => {
  const { add, point, silence, market } = lane();
  const stream = tradeStreamKey(market, '1');
  await point('1');
  for (const id of ['1-0', '4-0', '4-7', '1700000000000-0']) await add('1', id, 'v', '1');
  assert.equal(await silence(1), `broken TRADE_GAP: ${stream} has trade 4 where 2 was expected`);
  assert.equal(await silence(4), `broken STREAM_ENTRY_INVALID: ${stream} has an entry 4-7 where 5-0 was expected`);
  await redis.xdel(stream, '4-7');
  assert.match(await silence(4), /^broken TRADE_GAP: .* has trade 1700000000000 where 5 was expected$/);
  await redis.xtrim(stream, 'MAXLEN', 0);
  assert.equal(await silence(4), `broken TRADE_GAP: ${stream} ends with 1700000000000-0 and has no trade 5 any more`);
});

test('a stream that ends below the reader is behind it', async () => {
  const { add, point, source } = lane();
  await point('1');
  await add('1', '3-0', 'v', '1');
  const found = await source.silence(tradeId(5));
  assert.ok(found.kind === 'behind');
  assert.equal(found.end, 3n);
});

test('no pointer or no stream: known to have been there, or never seen', async () => {
  const isKnown = async (of: ReturnType<typeof lane>, after: number) => {
    const found = await of.source.silence(tradeId(after));
    return found.kind === 'absent' ? found.isKnown : found.kind;
  };
  const fresh = lane();
  assert.equal(await isKnown(fresh, 0), false);
  assert.equal(await isKnown(fresh, 1), true);
  await fresh.point('1');
  assert.equal(await isKnown(fresh, 0), false, 'an engine that has begun and written nothing');
  assert.equal(await isKnown(fresh, 1), true);
  await fresh.read(0);
  await redis.del(generationKey(fresh.market));
  assert.equal(await isKnown(fresh, 0), true);
});

test('a pointer that is no generation is waited for and named', async () => {
  const { add, point, read, silence, market } = lane();
  const pointer = generationKey(market);
  await add('1', '1-0', 'v', '1');
  for (const wrong of ['one', '0', '']) {
    await point(wrong);
    assert.deepEqual(await read(0), []);
    assert.ok((await silence(0)).startsWith(`broken GENERATION_INVALID: ${pointer} holds "${wrong}"`), wrong);
  }
  await redis.del(pointer);
  await redis.lpush(pointer, '1');
  assert.deepEqual(await read(0), []);
  assert.ok((await silence(0)).startsWith(`broken GENERATION_INVALID: ${pointer} is a list`));
  await point('1');
  assert.deepEqual(await read(0), [1]);
});

test('something else in place of the stream is waited for and named', async () => {
  const { market, point, read, silence } = lane();
  const stream = tradeStreamKey(market, '1');
  await point('1');
  await redis.set(stream, 'text');
  assert.deepEqual(await read(0), []);
  assert.equal(await silence(0), `broken STREAM_ENTRY_INVALID: ${stream} is a string and no stream`);
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
