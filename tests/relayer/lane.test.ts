// Proves: on a real Redis and the embedded node, a lane outlives what happens to its Redis while it runs: emptied, its keys taken by
// another relayer, a queue that was spoilt, a gap, foreign entries, a pointer that is gone; it asks the engine, and goes on by itself, each id once. Redis busy
// at the start is waited for.
// Does not prove: a killed process (process.test.ts, tests/e2e), or the wording of requests (engine-control.test.ts).
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { decodeBatch, tradeId } from '#client';
import { type inputSource, openControl, openPublisher, runEngine } from '#feeder';
import type { Chain } from '#relayer';
import {
  controlKey,
  engineKey,
  generationKey,
  laneKeys,
  tradeStreamKey,
} from '../../relayer/src/adapters/redis/keys.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import type { World } from './venue.ts';
import { eventBytes, openWorld, TRADERS } from './venue.ts';

const good = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => {
    const id = first + at;
    return trade(id, { buyer: id % TRADERS, seller: (id + 1) % TRADERS, takerIsBuyer: id % 3 === 0 });
  });

/** An engine that can replay, with these trades in all. */
async function engine(t: TestContext, world: World, count: number, rate: number | 'max' = 'max') {
  const stop = new AbortController();
  const redis = new Redis(world.redisPort, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const control = openControl(redis, world.market);
  const publisher = await openPublisher(redis, world.market, control.token);
  const source: ReturnType<typeof inputSource> = {
    origin: 'the test',
    async *trades() {
      yield* good(1, count);
    },
  };
  const ended = runEngine({ source, publisher, control, rate, signal: stop.signal });
  ended.catch(() => {});
  t.after(() => {
    stop.abort(new Error('stop'));
    redis.disconnect();
  });
}

async function endsAs(world: World, count: number): Promise<void> {
  assert.deepEqual(
    await world.outcomes(),
    Array.from({ length: count }, (_, at) => [at + 1, 'settled']),
  );
  await world.requireSound();
}

const spoilers: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  'Redis emptied': ({ redis }) => redis.flushall(),
  'the lane claimed by somebody who is gone again': async ({ redis, market }) => {
    const { lease, fence } = laneKeys(market);
    await redis.multi().set(lease, 'another', 'PX', 300).set(fence, 'another').exec();
  },
  'the queue’s pointers deleted': async ({ redis, market }) => {
    const { prefix, name } = laneKeys(market).queue;
    const pointers = await redis.keys(`${prefix}:${name}:*`);
    await redis.del(...pointers);
  },
  'the queue paused': ({ redis, market }) => {
    const { prefix, name } = laneKeys(market).queue;
    return redis.hset(`${prefix}:${name}:meta`, 'paused', '1');
  },
  'a text where the queue keeps its pointers': ({ redis, market }) => {
    const { prefix, name } = laneKeys(market).queue;
    return redis.set(`${prefix}:${name}:wait`, 'text');
  },
  'the pointer deleted': ({ redis, market }) => redis.del(generationKey(market)),
  'the pointer set to a generation that is none': ({ redis, market }) => redis.set(generationKey(market), 'x'),
  'the stream deleted': ({ redis, market }) => redis.del(tradeStreamKey(market, '1')),
  'the stream replaced by a text': ({ redis, market }) => redis.set(tradeStreamKey(market, '1'), 'text'),
  'the stream trimmed ahead of the lane': ({ redis, market }) => redis.xtrim(tradeStreamKey(market, '1'), 'MAXLEN', 0),
  'a stranger’s entry with a generated id': ({ redis, market }) =>
    redis.xadd(tradeStreamKey(market, '1'), '*', 'v', '1', 'p', 'junk'),
};
for (const [what, spoil] of Object.entries(spoilers)) {
  test(`${what}, while trades settle`, { timeout: 120_000 }, async (t) => {
    const world = await openWorld(t);
    await engine(t, world, 400, 400);
    const relayer = await world.start({ leaseMs: 500 });
    await relayer.waitUntilSettled(tradeId(50));
    await spoil(world);
    await relayer.waitUntilSettled(tradeId(400));
    await until(() => relayer.status().pending === 0);
    // That a queue hands out again is noticed at the next look.
    await until(() => relayer.status().state === 'running');
    await endsAs(world, 400);
  });
}

test('Redis emptied while a batch is on the wire: its sequence gets no other payload', {
  timeout: 120_000,
}, async (t) => {
  const world = await openWorld(t);
  const signed: string[] = [];
  let losing = true;
  const wrapChain = (chain: Chain): Chain => ({
    ...chain,
    sign: (payload, ...rest) => {
      signed.push(Buffer.from(payload).toString('hex'));
      return chain.sign(payload, ...rest);
    },
    send: async (bytes) => {
      if (!losing) await chain.send(bytes);
    },
  });
  await engine(t, world, 100, 400);
  const relayer = await world.start({ leaseMs: 500 }, { wrapChain });
  await until(() => signed.length > 0);
  await until(async () => Number(await world.redis.hget(engineKey(world.market), 'last_id')) > 60);
  await world.redis.flushall();
  await until(() => relayer.status().state !== 'running');
  await until(() => relayer.status().state === 'running');
  world.chain.expireBlockhashes();
  await until(() => signed.length > 1);
  losing = false;
  await relayer.waitUntilSettled(tradeId(100));
  const ofFirst = signed.filter((payload) => decodeBatch(Buffer.from(payload, 'hex')).sequence === 1n);
  assert.ok(ofFirst.length > 1);
  assert.equal(new Set(ofFirst).size, 1);
  await endsAs(world, 100);
});

test('a gap: the lane says so, asks once, and follows the replay', { timeout: 120_000 }, async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start();
  await world.publish(good(1, 10));
  await relayer.waitUntilSettled(tradeId(10), { finalized: true });
  await world.publishRaw(12, ['v', '1', 'p', eventBytes(trade(12))]);
  await until(() => relayer.status().blocked?.code === 'TRADE_GAP');
  assert.equal(relayer.status().state, 'blocked');
  assert.match(relayer.status().blocked?.reason ?? '', /has trade 12 where 11 was expected.*no engine has spoken/);
  const wishes = await world.redis.hgetall(controlKey(world.market));
  assert.equal(wishes.replay_from, '10');
  await world.redis.del(controlKey(world.market));
  await until(async () => (await world.redis.hget(controlKey(world.market), 'replay_request')) !== null);
  assert.deepEqual(await world.redis.hgetall(controlKey(world.market)), wishes);
  for (const one of good(11, 40)) {
    const stream = tradeStreamKey(world.market, '2');
    await world.redis.xadd(stream, `${one.tradeId}-0`, 'v', '1', 'p', Buffer.from(eventBytes(one)));
  }
  await world.redis.set(generationKey(world.market), '2');
  await relayer.waitUntilSettled(tradeId(40));
  await until(() => relayer.status().state === 'running');
  await endsAs(world, 40);
});

test('Redis busy with a script at the start is waited for', { timeout: 120_000 }, async (t) => {
  const world = await openWorld(t);
  await world.publish(good(1, 10));
  await world.redis.config('SET', 'lua-time-limit', '1');
  const other = new Redis(world.redisPort, { maxRetriesPerRequest: null });
  t.after(() => other.disconnect());
  const slow = other.eval('while true do end', 0).catch((error: Error) => error.message);
  await until(() =>
    world.redis.ping().then(
      () => false,
      (error: Error) => error.message.startsWith('BUSY'),
    ),
  );
  const starting = world.start();
  const early = await Promise.race([
    starting.then(
      () => 'started',
      (error: Error) => error.message,
    ),
    new Promise((resolve) => setTimeout(resolve, 300)),
  ]);
  assert.equal(early, undefined);
  await world.redis.script('KILL');
  assert.match(String(await slow), /killed/);
  await (await starting).waitUntilSettled(tradeId(10));
  await endsAs(world, 10);
});
