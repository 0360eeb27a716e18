// Proves, on a real Redis: an engine that ends between any two steps of an order (read, journaled, written, answered) goes on with the same
// trades and answers; a pause is acknowledged when what was matched is written, and orders are rejected in it; orders and trades
// outlive an emptied Redis; keys of another type, trimmed streams and entries that are no orders keep nothing up; a retry and
// orders get along.
// Does not prove: what an order does (orders/desk.test.ts); the end of a process (tests/engine-contract/process-orders.test.ts).
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import { LockstepError } from '#client';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';
import { OrderWriter } from '../../../tests/support/orders.ts';
import { until } from '../../../tests/support/until.ts';
import { openControl } from '../control/control.ts';
import { createJournal } from '../journal/journal.ts';
import { withJournal } from '../journal/source.ts';
import { OrderDesk, orderSource } from '../orders/desk.ts';
import { createOrderJournal } from '../orders/journal.ts';
import type { OrderMessage } from '../orders/schema.ts';
import { openOrderStream } from '../orders/stream.ts';
import { controlKey, engineKey, generationKey, orderAnswersKey, ordersKey, tradeStreamKey } from '../stream/keys.ts';
import { openPublisher } from '../stream/publisher.ts';
import { runEngine } from './run-engine.ts';

let market = '';
let markets = 0;
let server: PrivateRedis;
let redis: Redis;
let dir: string;
let orders = new OrderWriter();
let requests = 0;
before(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
  dir = await mkdtemp(join(tmpdir(), 'lockstep-run-orders-'));
});
beforeEach(fresh);
after(async () => {
  redis.disconnect();
  await server.stop();
  await rm(dir, { recursive: true });
});

function fresh(): void {
  markets += 1;
  market = `market-${markets}`;
  orders = new OrderWriter();
}

type Step = 'append' | 'publish' | 'answer';
type Moment = 'before' | 'after';
class Died extends Error {}

/** Ends the engine the first time it comes to this step. */
function mortal<Args extends readonly unknown[]>(
  dies: Moment | undefined,
  step: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    if (dies === 'before') throw new Died();
    await step(...args);
    if (dies === 'after') throw new Died();
  };
}

function engine(t: TestContext, deaths: { readonly [step in Step]?: Moment } = {}, log: string[] = []) {
  const stop = new AbortController();
  const note = (line: string) => void log.push(line);
  const control = openControl(redis, market);
  const file = join(dir, market);
  const journal = createOrderJournal(`${file}.orders`, market);
  const append = mortal(deaths.append, journal.append);
  const stream = openOrderStream(redis, { market, token: control.token }, note);
  const answer = mortal(deaths.answer, stream.answer);
  // Getters stay getters: what is open is known later.
  const desk = new OrderDesk({
    ...{ journal: Object.create(journal, { append: { value: append } }), stream: { ...stream, answer } },
    ...{ traders: 8, takerBps: 10, log: note },
  });
  const ended = openPublisher(redis, market, control.token).then((publisher) => {
    const publish = mortal(deaths.publish, publisher.publish);
    return runEngine({
      ...{ control, signal: stop.signal, log: note },
      publisher: Object.create(publisher, { publish: { value: publish } }),
      source: withJournal(orderSource(desk, journal), createJournal(file, market)),
    });
  });
  ended.catch(() => undefined);
  const end = () => {
    stop.abort(new Error('stop'));
    return ended;
  };
  t.after(() => end().catch(() => undefined));
  return { ended, end };
}

const add = async (...messages: readonly OrderMessage[]) => {
  for (const message of messages) await redis.xadd(ordersKey(market), '*', 'v', '1', 'o', JSON.stringify(message));
};

async function answers(): Promise<Record<string, string>[]> {
  const entries = await redis.xrange(orderAnswersKey(market), '-', '+');
  return entries.map(([, fields]) =>
    Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? ''] as const] : []))),
  );
}

async function answerTo({ order }: OrderMessage): Promise<Record<string, string>> {
  let found: Record<string, string> | undefined;
  await until(async () => {
    found = (await answers()).findLast((answer) => answer.order === order);
    return found !== undefined;
  });
  return found ?? {};
}

async function trades(): Promise<string[]> {
  const generation = BigInt((await redis.get(generationKey(market))) ?? '1');
  const entries = await redis.xrangeBuffer(tradeStreamKey(market, generation), '-', '+');
  return entries.map(([id, fields]) => `${id} ${fields.map((field) => field.toString('hex')).join(' ')}`);
}

async function ask(fields: Readonly<Record<string, string>>, kind: string): Promise<string> {
  requests += 1;
  await redis.hset(controlKey(market), { v: '1', ...fields, [`${kind}_request`]: `r${requests}` });
  return `r${requests}`;
}

async function answered(request: string, kind: string): Promise<Record<string, string>> {
  await until(async () => (await redis.hget(engineKey(market), `${kind}_request`)) === request);
  return redis.hgetall(engineKey(market));
}
const mode = async (wanted: 'run' | 'pause') => answered(await ask({ mode: wanted }, 'mode'), 'mode');

/** Two rounds of orders that meet: what is left of the first one meets the second. */
function rounds(): [OrderMessage[], OrderMessage[]] {
  orders = new OrderWriter();
  const sale = orders.limit('sell', 1, 100, 9);
  return [
    [sale, orders.limit('sell', 2, 101, 4), orders.limit('buy', 3, 100, 2), orders.market('buy', 4, 9)],
    [
      orders.limit('buy', 5, 200, 3),
      orders.cancel(2, sale),
      orders.limit('sell', 1, 90, 2),
      orders.market('buy', 3, 1),
    ],
  ];
}

interface Lived {
  readonly trades: readonly string[];
  readonly answers: ReadonlyMap<string | undefined, Record<string, string>>;
}

/** Both rounds, the engine dying where it is told to, and started again. */
async function lived(t: TestContext, deaths: { readonly [step in Step]?: Moment }): Promise<Lived> {
  const [first, second] = rounds();
  const mortalEngine = engine(t, deaths);
  await add(...first);
  if (Object.keys(deaths).length > 0) await assert.rejects(mortalEngine.ended, Died);
  const lasting = Object.keys(deaths).length > 0 ? engine(t) : mortalEngine;
  for (const order of first) await answerTo(order);
  await add(...second);
  for (const order of second) await answerTo(order);
  await lasting.end();
  const said = new Map<string | undefined, Record<string, string>>();
  for (const { at_ms: _, ...answer } of await answers()) {
    assert.deepEqual(said.get(answer.order) ?? answer, answer, 'an answer that came twice is the same');
    said.set(answer.order, answer);
  }
  return { trades: await trades(), answers: said };
}

test('ended at any step of an order, it goes on with the same trades and answers', async (t) => {
  const whole = await lived(t, {});
  assert.equal(whole.trades.length, 6);
  for (const step of ['append', 'publish', 'answer'] as const) {
    for (const moment of ['before', 'after'] as const) {
      fresh();
      assert.deepEqual(await lived(t, { [step]: moment }), whole, `${moment} ${step}`);
    }
  }
});

test('an answer comes when its trades are in the stream, and names them', async (t) => {
  engine(t);
  const taker = orders.limit('buy', 2, 100, 5);
  await add(orders.limit('sell', 1, 100, 2), orders.limit('sell', 1, 100, 3), taker);
  const { state, trades: ids, at_ms } = await answerTo(taker);
  assert.deepEqual([state, ids], ['filled', '["1","2"]']);
  assert.match(at_ms ?? '', /^\d{13}$/);
  assert.equal((await trades()).length, 2);
});

test('paused: new orders are rejected, those still unread too; what waits can be cancelled, and trades afterwards', async (t) => {
  engine(t);
  const [kept, gone] = [orders.limit('sell', 1, 100, 2), orders.limit('sell', 1, 99, 2)];
  await add(kept, gone);
  await answerTo(gone);
  assert.equal((await mode('pause')).last_id, '0');
  const [refused, cancel] = [orders.market('buy', 2, 9), orders.cancel(1, gone)];
  await add(refused, cancel);
  assert.deepEqual([(await answerTo(refused)).code, (await answerTo(cancel)).state], ['MAINTENANCE', 'cancelled']);
  assert.deepEqual(await trades(), []);
  await mode('run');
  const taker = orders.market('buy', 2, 9);
  await add(refused, taker);
  assert.deepEqual([(await answerTo(taker)).trades, (await trades()).length], ['["1"]', 1]);
  assert.equal((await answerTo(refused)).code, 'MAINTENANCE', 'an order id is answered once and for good');
});

test('a pause is acknowledged with the id behind which nothing is matched, however orders come in', async (t) => {
  engine(t);
  for (let round = 0; round < 10; round += 1) {
    const batch = Array.from({ length: 20 }, () => [
      orders.limit('sell', 1, 5, 1),
      orders.limit('buy', 2, 5, 1),
    ]).flat();
    const adding = add(...batch);
    const { last_id } = await mode('pause');
    await adding;
    for (const order of batch) await answerTo(order);
    assert.equal((await trades()).length, Number(last_id));
    const named = (await answers()).flatMap(({ trades: ids = '[]' }) => JSON.parse(ids) as string[]);
    assert.equal(new Set(named).size, Number(last_id));
    await mode('run');
  }
});

test('an emptied Redis: trades are written again, orders that were read still wait, known ones are not taken twice', async (t) => {
  const running = engine(t);
  const [sale, buy] = [orders.limit('sell', 1, 100, 5), orders.limit('buy', 2, 100, 2)];
  await add(sale, buy);
  await answerTo(buy);
  const before = await trades();
  await redis.del(...(await redis.keys(`*${market}*`)));
  await until(async () => (await trades()).length === 1);
  const more = orders.limit('buy', 3, 100, 2);
  await add(buy, more);
  assert.equal((await answerTo(more)).trades, '["2"]');
  assert.equal((await answerTo(buy)).trades, '["1"]');
  await running.end();
  await redis.del(...(await redis.keys(`*${market}*`)));
  engine(t);
  await until(async () => (await trades()).length === 2);
  assert.deepEqual((await trades()).slice(0, 1), before);
});

test('a stream that begins anew with lower ids is read from its start', async (t) => {
  engine(t);
  const first = orders.limit('sell', 1, 100, 5);
  await add(first);
  await answerTo(first);
  const second = orders.limit('buy', 2, 100, 5);
  await redis
    .multi()
    .del(ordersKey(market))
    .xadd(ordersKey(market), '1-1', 'v', '1', 'o', JSON.stringify(second))
    .exec();
  assert.equal((await answerTo(second)).trades, '["1"]');
});

test('keys of another type in place of the streams are named and passed over, until they are gone', async (t) => {
  const log: string[] = [];
  await redis.set(ordersKey(market), 'x');
  await redis.set(orderAnswersKey(market), 'x');
  engine(t, {}, log);
  await until(() => log.some((line) => line.includes(`${ordersKey(market)} is a string`)));
  await redis.del(ordersKey(market));
  const order = orders.limit('sell', 1, 100, 5);
  await add(order);
  await until(() => log.some((line) => line.includes(`${orderAnswersKey(market)} is a string`)));
  await redis.del(orderAnswersKey(market));
  await add(order);
  assert.equal((await answerTo(order)).state, 'accepted');
});

test('a retry takes an id between the trades of orders, and answers name the ids that are in the stream', async (t) => {
  engine(t);
  const [sale, buy] = [orders.limit('sell', 1, 100, 9), orders.limit('buy', 2, 100, 1)];
  await add(sale, buy);
  assert.equal((await answerTo(buy)).trades, '["1"]');
  const retried = await answered(await ask({ retry_id: '1' }, 'retry'), 'retry');
  assert.equal(retried.retried_as, '2');
  const next = orders.limit('buy', 2, 100, 1);
  await add(next, buy);
  assert.equal((await answerTo(next)).trades, '["3"]');
  const before = await trades();
  await answered(await ask({ replay_from: '0' }, 'replay'), 'replay');
  assert.deepEqual(await trades(), before);
});

test('an order journal that lacks trades of the stream is refused', async (t) => {
  const running = engine(t);
  const buy = orders.limit('buy', 2, 100, 1);
  await add(orders.limit('sell', 1, 100, 9), buy);
  await answerTo(buy);
  await running.end();
  await rm(join(dir, `${market}.orders`));
  await rm(join(dir, market));
  const coded = (error: unknown) => error instanceof LockstepError && error.code === 'SOURCE_CHANGED';
  await assert.rejects(engine(t).ended, coded);
});
