// Proves, on a real Redis: a trade is emitted once more as a new one that names it, whatever the engine is doing; its bytes and ids stay
// over replays, restarts and a lost Redis, also when the engine ended between journal and stream; what cannot be retried is refused.
// Does not prove: the file itself (journal/journal.test.ts).
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import type { TradeV1 } from '#client';
import { baseLots, LockstepError, price, tradeId } from '#client';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';
import { until } from '../../../tests/support/until.ts';
import { openControl } from '../control/control.ts';
import { createJournal } from '../journal/journal.ts';
import { withJournal } from '../journal/source.ts';
import { encodeTradeEvent } from '../stream/encode-event.ts';
import { controlKey, engineKey, generationKey, tradeStreamKey } from '../stream/keys.ts';
import { openPublisher } from '../stream/publisher.ts';
import type { EngineOptions } from './run-engine.ts';
import { runEngine } from './run-engine.ts';
import type { EngineSource } from './source.ts';

const MARKET = 'market';
let server: PrivateRedis;
let redis: Redis;
let dir: string;
let file: string;
let requests = 0;
before(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
  dir = await mkdtemp(join(tmpdir(), 'lockstep-retry-'));
});
beforeEach(async () => {
  await redis.flushall();
  file = join(dir, `${Math.random()}`);
});
after(async () => {
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true });
});

const trade = (id: bigint): TradeV1 => ({
  tradeId: tradeId(id),
  buyer: Number(id % 7n),
  seller: 8,
  price: price(5n + id),
  quantity: baseLots(7),
  takerIsBuyer: true,
});
const sourceOf = (count: number): EngineSource => ({
  origin: 'the test',
  async *trades() {
    for (let id = 1n; id <= count; id += 1n) yield trade(id);
  },
});

function engineOf(t: TestContext, source: EngineSource, options: Partial<EngineOptions> = {}) {
  const stop = new AbortController();
  const control = openControl(redis, MARKET);
  const ended = openPublisher(redis, MARKET, control.token).then((publisher) =>
    runEngine({ source, publisher, control, signal: stop.signal, ...options }),
  );
  const end = () => {
    stop.abort(new Error('stop'));
    return ended;
  };
  t.after(() => end().catch(() => undefined));
  return { ended, end };
}
const journaled = (count: number) => withJournal(sourceOf(count), createJournal(file, MARKET));

const status = () => redis.hgetall(engineKey(MARKET));
async function ask(fields: Record<string, string>, kind = 'retry'): Promise<string> {
  requests += 1;
  await redis.hset(controlKey(MARKET), { v: '1', ...fields, [`${kind}_request`]: `r${requests}` });
  return `r${requests}`;
}
async function answered(request: string, kind = 'retry') {
  await until(async () => (await status())[`${kind}_request`] === request);
  return status();
}
const retry = async (id: number) => answered(await ask({ retry_id: `${id}` }));

type Seen = readonly [id: string, payload: string, replaces: string | undefined];
async function seen(): Promise<Seen[]> {
  const generation = BigInt((await redis.get(generationKey(MARKET))) ?? '1');
  const entries = await redis.xrangeBuffer(tradeStreamKey(MARKET, generation), '-', '+');
  return entries.map(([id, fields]) => [String(id), fields[3]?.toString('hex') ?? '', fields[5]?.toString()]);
}
/** What the stream must hold when the source's trade of an id was emitted again at another. */
const stream = (ids: readonly (bigint | readonly [as: bigint, replaces: bigint])[]): Seen[] =>
  ids.map((one, at) => {
    const id = BigInt(at + 1);
    const own = typeof one === 'bigint' ? one : one[0];
    const payload = encodeTradeEvent({ ...trade(own), tradeId: tradeId(id) }).toString('hex');
    return [`${id}-0`, payload, typeof one === 'bigint' ? undefined : `${one[1]}`];
  });
const entries = (count: number) => until(async () => (await seen()).length >= count);

test('a trade is emitted again as the next one, also by an engine that has written all', async (t) => {
  engineOf(t, journaled(4));
  await entries(4);
  const answer = await retry(2);
  assert.deepEqual([answer.retry_refused, answer.retried_as, answer.last_id], ['', '5', '5']);
  assert.equal((await retry(5)).retried_as, '6', 'a retry is a trade like any other');
  assert.deepEqual(await seen(), stream([1n, 2n, 3n, 4n, [2n, 2n], [2n, 5n]]));
});

test('asked for right after the last write, before the engine has noticed that it was the last', async (t) => {
  let request: Promise<string> | undefined;
  const onProgress = () => {
    request ??= ask({ retry_id: '2' });
  };
  engineOf(t, journaled(4), { onProgress });
  await entries(5);
  assert.equal((await answered((await request) ?? '')).retried_as, '5');
});

test('overtaken between journal and stream, both are emitted, one after the other', async (t) => {
  const source = journaled(4);
  const { journal } = source;
  assert.ok(journal !== undefined);
  let second: string | undefined;
  const addRetry: typeof journal.addRetry = async (retried) => {
    await journal.addRetry(retried);
    second ??= await ask({ retry_id: '3' });
  };
  engineOf(t, { ...source, journal: Object.assign(Object.create(journal), { addRetry }) });
  await entries(4);
  await ask({ retry_id: '2' });
  await entries(6);
  assert.equal((await answered(second ?? '')).retried_as, '6');
  assert.deepEqual(await seen(), stream([1n, 2n, 3n, 4n, [2n, 2n], [3n, 3n]]));
});

test('asked for again, under whatever request, it is the same new trade', async (t) => {
  engineOf(t, journaled(4));
  await entries(4);
  assert.equal((await retry(2)).retried_as, '5');
  assert.equal((await retry(3)).retried_as, '6');
  assert.equal((await retry(2)).retried_as, '5');
  assert.equal((await seen()).length, 6);
});

test('at work the retry comes between, and the source goes on behind it', async (t) => {
  engineOf(t, journaled(1_000_000), { rate: 500 });
  await entries(20);
  const as = Number((await retry(3)).retried_as);
  await entries(as + 20);
  const ids = Array.from({ length: as + 20 }, (_, at) => {
    if (at + 1 < as) return BigInt(at + 1);
    return at + 1 === as ? ([3n, 3n] as const) : BigInt(at);
  });
  assert.deepEqual((await seen()).slice(0, as + 20), stream(ids));
});

test('replayed, restored after Redis was emptied, and after a restart: the same ids, bytes and references', async (t) => {
  const engine = engineOf(t, journaled(4));
  await entries(4);
  await retry(2);
  const before = await seen();
  await answered(await ask({ replay_from: '0' }, 'replay'), 'replay');
  assert.equal(await redis.get(generationKey(MARKET)), '2');
  assert.deepEqual(await seen(), before);
  await redis.flushall();
  await entries(5);
  assert.deepEqual(await seen(), before);
  await engine.end();
  engineOf(t, journaled(6));
  await entries(7);
  assert.deepEqual(await seen(), stream([1n, 2n, 3n, 4n, [2n, 2n], 5n, 6n]));
});

test('ended between journal and stream, it is emitted at the next start, once, before anything else', async (t) => {
  const first = engineOf(t, journaled(4));
  await entries(4);
  await first.end();
  const { journal } = journaled(4);
  assert.ok(journal !== undefined);
  await journal.open();
  await journal.addRetry({ ...trade(2n), tradeId: tradeId(5), replaces: tradeId(2) });
  await journal.close();
  const request = await ask({ retry_id: '2' });
  engineOf(t, journaled(6));
  assert.equal((await answered(request)).retried_as, '5');
  await entries(7);
  assert.deepEqual(await seen(), stream([1n, 2n, 3n, 4n, [2n, 2n], 5n, 6n]));
});

test('ended between request and journal, it is retried at the next start, once', async (t) => {
  const first = engineOf(t, journaled(4));
  await entries(4);
  await first.end();
  const request = await ask({ retry_id: '2' });
  const second = engineOf(t, journaled(4));
  assert.equal((await answered(request)).retried_as, '5');
  await second.end();
  engineOf(t, journaled(5));
  await entries(6);
  assert.equal((await status()).retried_as, '5', 'the answer outlives the engine');
  assert.deepEqual(await seen(), stream([1n, 2n, 3n, 4n, [2n, 2n], 5n]));
});

test('ended between stream and answer, the answer comes at the next start', async (t) => {
  const first = engineOf(t, journaled(4));
  await entries(4);
  const request = await ask({ retry_id: '2' });
  await answered(request);
  await first.end();
  await redis.hdel(engineKey(MARKET), 'retry_request', 'retried_as');
  engineOf(t, journaled(4));
  assert.equal((await answered(request)).retried_as, '5');
  assert.equal((await seen()).length, 5);
});

test('while it is paused nothing is emitted; the retry waits', async (t) => {
  engineOf(t, journaled(4));
  await entries(4);
  await answered(await ask({ mode: 'pause' }, 'mode'), 'mode');
  const request = await ask({ retry_id: '2' });
  await answered(await ask({ emit: '1' }, 'emit'), 'emit');
  await answered(await ask({ emit: '1' }, 'emit'), 'emit');
  assert.equal((await seen()).length, 4);
  await answered(await ask({ mode: 'run' }, 'mode'), 'mode');
  assert.equal((await answered(request)).retried_as, '5');
});

test('what cannot be retried is refused, and changes nothing', async (t) => {
  const engine = engineOf(t, journaled(4));
  await entries(4);
  for (const id of ['0', '5', 'x', '', `${2n ** 64n}`]) {
    const { retry_refused, retried_as } = await answered(await ask({ retry_id: id }));
    assert.notEqual(retry_refused, '', id);
    assert.equal(retried_as, '');
  }
  await engine.end();
  engineOf(t, sourceOf(4));
  assert.match((await retry(2)).retry_refused ?? '', /keeps no journal/);
  assert.equal((await seen()).length, 4);
});

test('without the journal a market that has retries is not written', async (t) => {
  const engine = engineOf(t, journaled(4));
  await entries(4);
  await retry(2);
  await engine.end();
  const coded = (error: unknown) => error instanceof LockstepError && error.code === 'SOURCE_CHANGED';
  await assert.rejects(engineOf(t, sourceOf(9)).ended, coded);
});
