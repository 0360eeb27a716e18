// Proves, on a real Redis, what is the feeder's own: it writes again what Redis lost, refuses another source, notices that it was
// replaced, says why it cannot start, and keeps no more than a write's worth of trades.
// Does not prove: the engine contract (tests/engine-contract).
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import type { TradeId, TradeV1 } from '#client';
import { baseLots, LockstepError, price, tradeId } from '#client';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';
import { until } from '../../../tests/support/until.ts';
import { openControl } from '../control/control.ts';
import { controlKey, engineKey, generationKey, leaseKey, tradeStreamKey } from '../stream/keys.ts';
import { openPublisher } from '../stream/publisher.ts';
import type { EngineOptions } from './run-engine.ts';
import { runEngine } from './run-engine.ts';
import type { EngineSource } from './source.ts';

const MARKET = 'market';
const STREAM = tradeStreamKey(MARKET, 1n);

let server: PrivateRedis;
let redis: Redis;
before(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
});
beforeEach(() => redis.flushall());
after(async () => {
  redis.disconnect();
  await server.stop();
});

const trade = (id: bigint, quantity = 7): TradeV1 => ({
  tradeId: tradeId(id),
  buyer: 0,
  seller: 1,
  price: price(5),
  quantity: baseLots(quantity),
  takerIsBuyer: true,
});

const sourceOf = (count: number, quantity = 7): EngineSource => ({
  origin: 'the test',
  async *trades() {
    for (let id = 1n; id <= count; id += 1n) yield trade(id, quantity);
  },
});

/** An engine until the test ends; `exhausted` settles when it has written all. */
async function start(t: TestContext, source: EngineSource, options: Partial<EngineOptions> = {}) {
  const stop = new AbortController();
  const control = openControl(redis, MARKET);
  const publisher = await openPublisher(redis, MARKET, control.token);
  const log: string[] = [];
  let onExhausted: (id: TradeId) => void = () => undefined;
  const exhausted = new Promise<TradeId>((resolve) => {
    onExhausted = resolve;
  });
  const ended = runEngine({
    ...{ source, publisher, control, signal: stop.signal, onExhausted, log: (line: string) => log.push(line) },
    ...options,
  });
  const end = () => {
    stop.abort(new Error('stop'));
    return ended;
  };
  t.after(() => end().catch(() => undefined));
  return { exhausted, ended, end, log };
}

const coded = (code: string) => (error: unknown) => error instanceof LockstepError && error.code === code;

test('ends with the last id and gives the market up', async (t) => {
  const engine = await start(t, sourceOf(1_234));
  assert.equal(await engine.exhausted, 1_234n);
  assert.equal(await engine.end(), 1_234n);
  assert.equal(await redis.exists(leaseKey(MARKET)), 0);
  assert.equal(await redis.hget(engineKey(MARKET), 'last_id'), '1234');
});

test('a tail that Redis lost is written again before anything new', async (t) => {
  const engine = await start(t, sourceOf(1_000_000), { rate: 1_000 });
  await until(async () => (await redis.xlen(STREAM)) >= 100);
  const kept = await redis.xrangeBuffer(STREAM, '-', '40-0');
  const loss = redis.multi().del(STREAM);
  for (const [id, fields] of kept) loss.xadd(STREAM, id, ...fields);
  await loss.exec();
  await until(async () => (await redis.xlen(STREAM)) >= 200);
  const ids = (await redis.xrange(STREAM, '-', '+')).map(([id]) => id);
  assert.deepEqual(
    ids,
    ids.map((_, at) => `${at + 1}-0`),
  );
  assert.match(engine.log.join(), /lost writes.*restored up to trade/);
});

test('an emptied Redis is filled again, even by an engine that has nothing new', async (t) => {
  const engine = await start(t, sourceOf(1_234));
  await engine.exhausted;
  await redis.flushall();
  await until(async () => (await redis.xlen(STREAM)) === 1_234);
  assert.equal(await redis.get(generationKey(MARKET)), '1');
});

test('another source than before is refused: other trades, or fewer', async (t) => {
  const engine = await start(t, sourceOf(10));
  await engine.exhausted;
  await engine.end();
  for (const source of [sourceOf(10, 8), sourceOf(9)]) {
    await assert.rejects((await start(t, source)).ended, coded('SOURCE_CHANGED'));
  }
  assert.equal(await (await start(t, sourceOf(11))).exhausted, 11n);
});

test('a source whose ids leave a gap is refused before they are written', async (t) => {
  const source: EngineSource = {
    origin: 'the test',
    async *trades() {
      yield trade(1n);
      yield trade(3n);
    },
  };
  await assert.rejects((await start(t, source)).ended, coded('SOURCE_CHANGED'));
  assert.equal(await redis.exists(STREAM), 0);
});

test('an engine that was replaced while it was away ends', async (t) => {
  const engine = await start(t, sourceOf(1_000_000), { rate: 1_000 });
  await until(async () => (await redis.exists(STREAM)) === 1);
  await redis.hset(engineKey(MARKET), 'owner', 'another');
  await assert.rejects(engine.ended, coded('PUBLISH_CONFLICT'));
});

const strangers: Readonly<Record<string, () => Promise<unknown>>> = {
  'an entry with a generated id': () => redis.xadd(STREAM, '*', 'v', '1', 'p', 'junk'),
  'an entry with the next id': () =>
    redis.eval(
      `local info = redis.call('XINFO', 'STREAM', KEYS[1])
       local at = string.match(info[8], '^%d+')
       return redis.call('XADD', KEYS[1], string.format('%.0f', at + 1) .. '-0', 'v', '1', 'p', 'junk')`,
      1,
      STREAM,
    ),
  'an entry within the last id': () =>
    redis.xadd(STREAM, '200-5', 'v', '1').catch(() => redis.xadd(STREAM, '*', 'v', '1')),
  'a pointer to another generation': () => redis.set(generationKey(MARKET), '7'),
  'a pointer that is no number': () => redis.set(generationKey(MARKET), 'x'),
  'a list in place of the pointer': () =>
    redis.multi().del(generationKey(MARKET)).lpush(generationKey(MARKET), '1').exec(),
  'a text in place of the stream': () => redis.set(STREAM, 'text'),
  'another stream in place of the stream': () =>
    redis.multi().del(STREAM).xadd(STREAM, '3-0', 'v', '1', 'p', 'junk').exec(),
};
for (const [what, write] of Object.entries(strangers)) {
  test(`${what}, by a stranger: the engine goes on in a new generation after its last id`, async (t) => {
    const engine = await start(t, sourceOf(1_000_000), { rate: 1_000 });
    await until(async () => (await redis.xlen(STREAM)) >= 100);
    await write();
    let stream = STREAM;
    await until(async () => {
      const pointer = await redis.get(generationKey(MARKET)).catch(() => 'none');
      stream = tradeStreamKey(MARKET, BigInt(/^[1-9]\d*$/.test(pointer ?? '') ? (pointer ?? '1') : '1'));
      return stream !== STREAM && (await redis.type(stream)) === 'stream' && (await redis.xlen(stream)) >= 50;
    });
    const ids = (await redis.xrange(stream, '-', '+')).map(([id]) => Number(id.replace(/-0$/, '')));
    const first = ids[0] ?? assert.fail('no entry');
    assert.ok(first > 100);
    assert.deepEqual(
      ids,
      ids.map((_, at) => first + at),
    );
    assert.match(engine.log.join(), /somebody else wrote here, going on in generation/);
    assert.equal(typeof (await engine.end()), 'bigint');
  });
}

test('what somebody asked to have again was emitted once: an engine on an empty Redis writes it without its pace', async (t) => {
  await redis.hset(controlKey(MARKET), { v: '1', replay_from: '2000', replay_request: 'R' });
  // A clock that stands: one trade is due, and none after it.
  const engine = await start(t, sourceOf(3_000), { rate: 1, now: () => 0 });
  await until(async () => (await redis.exists(STREAM)) === 1 && (await redis.xlen(STREAM)) > 2_000);
  assert.equal(await engine.end(), 2_001n);
  assert.match(engine.log.join(), /replay request R refused: 2000 is above the last id 0/);
});

test('a stranger that empties the control keys and takes the next id is left behind', async (t) => {
  const engine = await start(t, sourceOf(3), { rate: 1 });
  await until(async () => (await redis.exists(STREAM)) === 1);
  await redis.multi().xadd(STREAM, '2-0', 'v', '1', 'p', 'junk').del(engineKey(MARKET)).exec();
  await until(async () => (await redis.get(generationKey(MARKET))) === '2');
  await engine.end();
  assert.match(engine.log.join(), /somebody else wrote here.*entry 2 of the stream is not what/);
});

test('an engine whose own hash was overwritten claims it again', async (t) => {
  const engine = await start(t, sourceOf(10));
  await engine.exhausted;
  await redis.set(engineKey(MARKET), 'garbage');
  await until(async () => (await redis.type(engineKey(MARKET))) === 'hash');
  assert.equal(await engine.end(), 10n);
});

test('a pointer that is no number, and a stream that is none, are refused', async (t) => {
  await redis.set(generationKey(MARKET), 'banana');
  await assert.rejects(start(t, sourceOf(1)), coded('GENERATION_INVALID'));
  await redis.set(generationKey(MARKET), '1');
  await redis.set(STREAM, 'text');
  await assert.rejects(start(t, sourceOf(1)), coded('REDIS_REFUSED'));
});

test('a lease without an end is refused with the command that removes it', async (t) => {
  await redis.set(leaseKey(MARKET), 'somebody');
  const { ended } = await start(t, sourceOf(1));
  await assert.rejects(
    ended,
    (error) => coded('ENGINE_RUNNING')(error) && /redis-cli DEL/.test(String(Object(error).advice)),
  );
});

test('the source is never more than one write ahead of Redis', async (t) => {
  let taken = 0n;
  const source: EngineSource = {
    origin: 'the test',
    async *trades() {
      for (let id = 1n; id <= 20_000n; id += 1n) {
        taken = id;
        yield trade(id);
      }
    },
  };
  let ahead = 0n;
  const onProgress = (written: TradeId) => {
    if (taken - written > ahead) ahead = taken - written;
  };
  await (await start(t, source, { onProgress })).exhausted;
  assert.ok(ahead <= 500n);
});
