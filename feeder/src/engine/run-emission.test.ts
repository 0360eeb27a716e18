// Proves, on a real Redis: the feeder switches schemas where it says, the switch is in the journal before the first entry it is about, and
// whatever was replayed, restored, restarted or crashed in between, every id has the same bytes; a release that speaks schema 1 alone
// goes on after schema 2, writes replays in 1 and remembers that; other sources are still refused.
// Does not prove: the contract of any engine (tests/engine-contract), or the journal itself (journal/journal.test.ts).
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import type { TradeV2 } from '#client';
import { baseLots, LockstepError, OrderType, price, tradeId } from '#client';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';
import { until } from '../../../tests/support/until.ts';
import { openControl } from '../control/control.ts';
import { createJournal } from '../journal/journal.ts';
import { withJournal } from '../journal/source.ts';
import type { Schema } from '../stream/encode-event.ts';
import { encodeTradeEvent } from '../stream/encode-event.ts';
import { controlKey, engineKey, generationKey, tradeStreamKey } from '../stream/keys.ts';
import { openPublisher } from '../stream/publisher.ts';
import type { EngineOptions } from './run-engine.ts';
import { runEngine } from './run-engine.ts';
import type { EngineSource } from './source.ts';

const MARKET = 'market';
const V1_ALONE = { spoken: [1] };
let server: PrivateRedis;
let redis: Redis;
let dir: string;
let file: string;
let requests = 0;
before(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
  dir = await mkdtemp(join(tmpdir(), 'lockstep-emission-'));
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

const trade = (id: number, quantity = 7): TradeV2 => ({
  tradeId: tradeId(id),
  buyer: id % 7,
  seller: 8,
  price: price(5 + id),
  quantity: baseLots(quantity),
  takerIsBuyer: true,
  orderType: id % 2 === 0 ? OrderType.ImmediateOrCancel : OrderType.Limit,
  feeTier: id % 4,
});
const sourceOf = (count: number, quantity = 7): EngineSource => ({
  origin: 'the test',
  async *trades() {
    for (let id = 1; id <= count; id += 1) yield trade(id, quantity);
  },
});
const journaled = (count: number, quantity = 7) => withJournal(sourceOf(count, quantity), createJournal(file, MARKET));

function engineOf(t: TestContext, source: EngineSource, options: Partial<EngineOptions> = {}) {
  const stop = new AbortController();
  const control = openControl(redis, MARKET);
  const ended = openPublisher(redis, MARKET, control.token).then((publisher) =>
    runEngine({ source, publisher, control, signal: stop.signal, ...options }),
  );
  ended.catch(() => undefined);
  const end = () => {
    stop.abort(new Error('stop'));
    return ended;
  };
  t.after(() => end().catch(() => undefined));
  return { ended, end };
}

const status = () => redis.hgetall(engineKey(MARKET));
async function ask(kind: 'emit' | 'replay' | 'retry' | 'mode', fields: Record<string, string>) {
  requests += 1;
  const request = `r${requests}`;
  await redis.hset(controlKey(MARKET), { v: '1', ...fields, [`${kind}_request`]: request });
  await until(async () => (await status())[`${kind}_request`] === request);
  return status();
}
const emit = (schema: string) => ask('emit', { emit: schema });
const replay = (from: number) => ask('replay', { replay_from: `${from}` });

type Seen = readonly [id: string, schema: string, payload: string];
async function seen(): Promise<Seen[]> {
  const generation = BigInt((await redis.get(generationKey(MARKET))) ?? '1');
  const entries = await redis.xrangeBuffer(tradeStreamKey(MARKET, generation), '-', '+');
  return entries.map(([id, fields]) => [String(id), String(fields[1]), fields[3]?.toString('hex') ?? '']);
}
const written = (count: number) => until(async () => (await seen()).length >= count);
/** Trades 1… in these schemas. */
const stream = (schemas: string): Seen[] =>
  [...schemas].map((schema, at) => [
    `${at + 1}-0`,
    schema,
    encodeTradeEvent(trade(at + 1), schema as Schema).toString('hex'),
  ]);
const coded = (code: string) => (error: unknown) => error instanceof LockstepError && error.code === code;

/** An engine that finds this request when it starts, and ends when it has written so many trades in all. */
async function wrote(t: TestContext, count: number, schema: string) {
  requests += 1;
  await redis.hset(controlKey(MARKET), { v: '1', emit: schema, emit_request: `r${requests}` });
  const engine = engineOf(t, journaled(count));
  await written(count);
  await engine.end();
  assert.deepEqual([(await status()).emit_request, (await status()).emit_refused], [`r${requests}`, '']);
}

test('1, 2 and 1 again: each entry in the schema that was in effect, told at each start', async (t) => {
  const first = engineOf(t, journaled(3));
  await written(3);
  const { emit_spoken, emit: before } = await status();
  assert.deepEqual([emit_spoken, before], ['1,2', '1']);
  await first.end();
  await wrote(t, 6, '2');
  assert.equal((await status()).emit, '2');
  await wrote(t, 8, '1');
  assert.equal((await status()).emit, '1');
  assert.deepEqual(await seen(), stream('11122211'));
});

test('replayed, restored after Redis was emptied, and written by the next engine: the same bytes', async (t) => {
  await wrote(t, 3, '1');
  await wrote(t, 6, '2');
  await wrote(t, 8, '1');
  const before = await seen();
  assert.deepEqual(before, stream('11122211'));
  const engine = engineOf(t, journaled(8));
  await replay(0);
  assert.equal(await redis.get(generationKey(MARKET)), '2');
  assert.deepEqual(await seen(), before);
  await redis.flushall();
  await written(8);
  assert.deepEqual(await seen(), before);
  await engine.end();
  await redis.flushall();
  engineOf(t, journaled(8));
  await written(8);
  assert.deepEqual(await seen(), before);
});

test('a switch while it works: from the next trade on, all of it in the journal first', async (t) => {
  const order: string[] = [];
  const source = journaled(1_000_000);
  const { journal } = source;
  assert.ok(journal !== undefined);
  const addSwitch: typeof journal.addSwitch = async (change) => {
    await journal.addSwitch(change);
    order.push(`${change.schema} from ${change.from}, last ${(await seen()).length}`);
  };
  const engine = engineOf(
    t,
    { ...source, journal: Object.assign(Object.create(journal), { addSwitch }) },
    { rate: 500 },
  );
  await written(20);
  await emit('2');
  await written((await seen()).length + 20);
  await emit('1');
  await written((await seen()).length + 20);
  await engine.end();
  const entries = await seen();
  const two = entries.findIndex(([, schema]) => schema === '2');
  const one = entries.findLastIndex(([, schema]) => schema === '2') + 1;
  assert.deepEqual(order, [`2 from ${two + 1}, last ${two}`, `1 from ${one + 1}, last ${one}`]);
  const schemas = '1'.repeat(two) + '2'.repeat(one - two) + '1'.repeat(entries.length - one);
  assert.deepEqual(entries, stream(schemas));
});

test('ended between journal and stream, or between journal and answer: the next engine does as the journal says', async (t) => {
  const first = engineOf(t, journaled(3));
  await written(3);
  await first.end();
  const { journal } = journaled(3);
  assert.ok(journal !== undefined);
  await journal.open();
  await journal.addSwitch({ schema: '2', from: tradeId(4) });
  await journal.close();
  const request = { emit: '2', emit_request: 'unanswered' };
  await redis.hset(controlKey(MARKET), { v: '1', ...request });
  engineOf(t, journaled(6));
  await written(6);
  await until(async () => (await status()).emit_request === 'unanswered');
  const { emit: now, emit_refused } = await status();
  assert.deepEqual([now, emit_refused], ['2', '']);
  assert.deepEqual(await seen(), stream('111222'));
  assert.equal((await readFile(file, 'utf8')).match(/emit/g)?.length, 1);
});

test('what is in effect is asked for again: answered, and nothing is written down', async (t) => {
  engineOf(t, journaled(3));
  for (const schema of ['1', '2', '2']) assert.equal((await emit(schema)).emit_refused, '');
  assert.equal((await readFile(file, 'utf8')).match(/emit/g)?.length, 1);
});

test('a retry has what schema 2 says of its trade, and says it when schema 2 is written', async (t) => {
  await wrote(t, 2, '1');
  const engine = engineOf(t, journaled(2));
  assert.equal((await ask('retry', { retry_id: '2' })).retried_as, '3');
  await emit('2');
  assert.equal((await ask('retry', { retry_id: '3' })).retried_as, '4');
  const again = (id: number, schema: Schema) =>
    encodeTradeEvent({ ...trade(2), tradeId: tradeId(id) }, schema).toString('hex');
  assert.deepEqual((await seen()).slice(2), [
    ['3-0', '1', again(3, '1')],
    ['4-0', '2', again(4, '2')],
  ]);
  await engine.end();
});

test('a release that speaks 1 alone goes on in 1 after entries in 2, and the one before agrees when it is back', async (t) => {
  await wrote(t, 2, '1');
  await wrote(t, 4, '2');
  const older = engineOf(t, journaled(6), V1_ALONE);
  await written(6);
  const { emit: now, emit_spoken } = await status();
  assert.deepEqual([now, emit_spoken], ['1', '1']);
  assert.match((await emit('2')).emit_refused ?? '', /schema 2 is not spoken; this engine speaks 1/);
  assert.deepEqual(await seen(), stream('112211'));
  await replay(1);
  assert.deepEqual(await seen(), stream('111111').slice(1));
  await older.end();
  engineOf(t, journaled(7));
  await replay(0);
  await until(async () => (await seen()).length === 7);
  assert.deepEqual(await seen(), stream('1111111'));
});

test('a replay in schema 1 that never came to its end is no reason to refuse the stream as it is', async (t) => {
  await wrote(t, 4, '2');
  const { journal } = journaled(4);
  assert.ok(journal !== undefined);
  await journal.open();
  await journal.addSwitch({ schema: '1', from: tradeId(2) });
  await journal.close();
  for (const options of [V1_ALONE, {}]) {
    const engine = engineOf(t, journaled(4), options);
    assert.equal((await ask('mode', { mode: 'run' })).emit, '1');
    assert.deepEqual(await seen(), stream('2222'));
    await engine.end();
  }
  engineOf(t, journaled(4));
  await replay(0);
  assert.deepEqual(await seen(), stream('2111'));
});

test('another source, or no journal of what is in the stream, is refused whatever the release speaks', async (t) => {
  await wrote(t, 4, '2');
  for (const options of [{}, V1_ALONE]) {
    const others = [
      withJournal(sourceOf(4), createJournal(join(dir, `${Math.random()}`), MARKET)),
      sourceOf(4),
      journaled(3),
    ];
    for (const source of others) {
      await assert.rejects(engineOf(t, source, options).ended, coded('SOURCE_CHANGED'));
    }
    await assert.rejects(engineOf(t, journaled(4, 9), options).ended, coded('JOURNAL_FOREIGN'));
    const later = journaled(4);
    const changed: EngineSource = {
      ...later,
      async *trades() {
        for await (const one of later.trades()) yield one.tradeId === 4n ? { ...one, quantity: baseLots(1) } : one;
      },
    };
    await assert.rejects(engineOf(t, changed, options).ended, coded('SOURCE_CHANGED'));
  }
});

test('a schema from a later release is trusted as the journal says, and 1 is written behind it', async (t) => {
  await wrote(t, 2, '1');
  const { journal } = journaled(2);
  assert.ok(journal !== undefined);
  await journal.open();
  await journal.addSwitch({ schema: '3', from: tradeId(3) });
  await journal.close();
  await redis.xadd(tradeStreamKey(MARKET, 1n), '3-0', 'v', '3', 'p', 'what nobody here can read');
  engineOf(t, journaled(4), V1_ALONE);
  await written(4);
  assert.deepEqual((await seen())[3], stream('1111')[3]);
});

test('without a journal only 1 is spoken, and 2 is refused with that reason', async (t) => {
  engineOf(t, sourceOf(2));
  await written(2);
  assert.equal((await status()).emit_spoken, '1');
  assert.match((await emit('2')).emit_refused ?? '', /takes a journal/);
  assert.equal((await status()).emit, '1');
});

test('what no release speaks is refused, and nothing changes', async (t) => {
  engineOf(t, journaled(2));
  await emit('2');
  assert.match((await emit('3')).emit_refused ?? '', /schema 3 is not spoken; this engine speaks 1, 2/);
  assert.equal((await status()).emit, '2');
});

test('a journal that cannot be written ends the engine, and no entry in the new schema is there', async (t) => {
  const source = journaled(4);
  const { journal } = source;
  assert.ok(journal !== undefined);
  const addSwitch = async () => {
    throw new LockstepError('JOURNAL_UNWRITABLE', 'the disk is full', 'Make room.');
  };
  const spoilt = { ...source, journal: Object.assign(Object.create(journal), { addSwitch }) };
  const engine = engineOf(t, spoilt);
  await written(4);
  await redis.hset(controlKey(MARKET), { v: '1', emit: '2', emit_request: 'r' });
  await assert.rejects(engine.ended, coded('JOURNAL_UNWRITABLE'));
  assert.deepEqual(await seen(), stream('1111'));
});
