// Proves: on a real Redis and the embedded node, every id of the stream ends on-chain exactly once as settled or void, through restarts, a
// second relayer, expired blockhashes, lost and lying answers, and a pause; and what keeps a relayer from starting has a code.
// Does not prove: a killed process (process.test.ts), balances and fees (the start command's verification), or a real cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseLots, encodeBatchV1, price, sequence, settlementInstructions, tradeId, voidOf } from '#client';
import { FaultPlan } from '#localnet';
import type { Chain } from '#relayer';
import { readDeadLetters } from '#relayer';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { createMemoryMetrics } from '../../relayer/src/testing/metrics.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import type { World } from './venue.ts';
import { eventBytes, openWorld, TRADERS } from './venue.ts';

/** Trades everybody can pay, among all traders. */
const good = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => {
    const id = first + at;
    return trade(id, { buyer: id % TRADERS, seller: (id + 1) % TRADERS, takerIsBuyer: id % 3 === 0 });
  });
const all = (count: number, voids: readonly number[] = []) =>
  Array.from({ length: count }, (_, at) => [at + 1, voids.includes(at + 1) ? 'void' : 'settled']);

async function endsAs(world: World, count: number, voids: readonly number[] = []): Promise<void> {
  assert.deepEqual(await world.outcomes(), all(count, voids));
  await world.requireSound();
}

test('a few hundred trades, the impossible ones void', async (t) => {
  const world = await openWorld(t);
  const bad = new Map([
    [7, trade(7, { buyer: TRADERS })],
    [50, trade(50, { buyer: 1, seller: 1 })],
    [51, trade(51, { price: price(0) })],
    [120, trade(120, { quantity: baseLots(2_000_000) })],
    [121, trade(121, { price: price(2n ** 63n), quantity: baseLots(2n) })],
    [122, trade(122, { price: price(2n ** 40n), quantity: baseLots(1n) })],
    [300, voidOf(trade(300))],
  ]);
  const input = good(1, 300).map((one) => bad.get(Number(one.tradeId)) ?? one);
  const relayer = await world.start();
  await world.publish(input);
  await world.publishRaw(301, ['v', '1', 'p', Uint8Array.of(0xff, 0xff)]);
  await world.publishRaw(302, ['v', '1', 'p', eventBytes(trade(999))]);
  await world.publishRaw(303, ['x', 'y']);
  await world.publishRaw(304, ['v', '1', 'p', eventBytes(trade(304))]);
  await relayer.waitUntilSettled(tradeId(304), { finalized: true });

  const voids = [...bad.keys(), 301, 302, 303];
  await endsAs(world, 304, voids);
  const status = relayer.status();
  assert.equal(status.confirmed, 304);
  assert.equal(status.finalized, 304);
  assert.equal(status.pending, 0);
  assert.deepEqual(
    status.rejected.map((one) => Number(one.tradeId)).sort((a, b) => a - b),
    voids,
  );
  assert.deepEqual(
    new Map(status.rejected.map((one) => [Number(one.tradeId), one.code])),
    new Map([
      [7, 'TraderIndexOutOfRange'],
      [50, 'SelfTrade'],
      [51, 'ZeroPrice'],
      [120, 'InsufficientBase'],
      [121, 'AmountOverflow'],
      [122, 'InsufficientQuote'],
      [300, 'TRADE_MALFORMED'],
      [301, 'TRADE_MALFORMED'],
      [302, 'TRADE_MALFORMED'],
      [303, 'TRADE_MALFORMED'],
    ]),
  );
  await relayer.stop();
  const keys = laneKeys(world.market);
  const journal = createRedisJournal(world.redis, keys, 'a reader');
  const { letters } = await readDeadLetters(world.redis, world.market);
  assert.deepEqual(
    letters.map(({ tradeId: id, state, landing }) => [Number(id), state, landing?.signature === undefined]),
    voids.map((id) => [id, 'voided', false]),
  );
  assert.deepEqual(await journal.load(), [], 'finalised rows are gone');
  assert.equal(await world.redis.xlen(keys.settled), status.batches);
});

test('stopped in the middle and started again', async (t) => {
  const world = await openWorld(t);
  await world.publish(good(1, 400));
  const first = await world.start();
  await first.waitUntilSettled(tradeId(60));
  await first.stop();
  assert.equal(first.status().state, 'stopped');
  const second = await world.start();
  await world.publish(good(401, 450));
  await second.waitUntilSettled(tradeId(450));
  assert.ok(second.status().confirmed < 400);
  await endsAs(world, 450);
});

test('Redis emptied between two runs: the chain says where to go on', async (t) => {
  const world = await openWorld(t);
  await world.publish(good(1, 60));
  const first = await world.start();
  await first.waitUntilSettled(tradeId(60));
  await first.stop();
  await world.redis.flushall();
  for (const one of good(1, 90)) {
    await world.redis.xadd(`trades:${world.market}:2`, `${one.tradeId}-0`, 'v', '1', 'p', Buffer.from(eventBytes(one)));
  }
  await world.redis.set(`trades:${world.market}:generation`, '2');
  const second = await world.start();
  await second.waitUntilSettled(tradeId(90));
  await endsAs(world, 90);
});

test('a second relayer waits, and takes over', async (t) => {
  const world = await openWorld(t);
  const first = await world.start();
  await until(() => first.status().state === 'running');
  const second = await world.start();
  await world.publish(good(1, 100));
  await first.waitUntilSettled(tradeId(100));
  assert.equal(second.status().state, 'waiting');
  assert.equal(second.status().received, 0);
  await first.stop();
  await world.publish(good(101, 200));
  await second.waitUntilSettled(tradeId(200));
  await endsAs(world, 200);
});

test('blockhashes expire while nothing gets through: signed again, settled once', async (t) => {
  const faults = new FaultPlan();
  const world = await openWorld(t, { faults });
  faults.set('sendTransaction', { kind: 'answer', result: 'accepted, and forgotten' });
  const metrics = createMemoryMetrics();
  const relayer = await world.start({}, { metrics });
  await world.publish(good(1, 30));
  await until(() => metrics.counters.get('transactions_sent') !== undefined);
  world.chain.expireBlockhashes();
  await until(() => (metrics.counters.get('transactions_signed') ?? 0) > 1);
  faults.clear();
  await relayer.waitUntilSettled(tradeId(30));
  await endsAs(world, 30);
});

test('a trade that can no longer be paid is voided, once no attempt with it can land', async (t) => {
  const world = await openWorld(t);
  const metrics = createMemoryMetrics();
  let losing = true;
  const wrapChain = (chain: Chain): Chain => ({
    ...chain,
    send: async (bytes) => {
      if (!losing) await chain.send(bytes);
    },
  });
  const relayer = await world.start({}, { metrics, wrapChain });
  await world.publish([
    trade(1, { buyer: 0, seller: 1 }),
    trade(2, { buyer: 2, seller: 3, price: price(900_000_000), quantity: baseLots(1) }),
  ]);
  await until(() => metrics.counters.get('transactions_sent') !== undefined);
  await withdrawQuote(world, 2, 999_999_999n);
  assert.equal(relayer.status().rejectedCount, 0);
  world.chain.expireBlockhashes();
  await until(() => relayer.status().rejectedCount > 0);
  assert.equal(metrics.counters.get('transactions_expired'), 1);
  losing = false;
  await relayer.waitUntilSettled(tradeId(2));
  await endsAs(world, 2, [2]);
});

for (const [what, fault] of [
  ['sends whose answer is lost', ['sendTransaction', { kind: 'drop-answer' }]],
  ['sends that fail', ['sendTransaction', { kind: 'error', code: -32_005, message: 'node is behind' }]],
  ['statuses that fail', ['getSignatureStatuses', { kind: 'error', code: -32_603, message: 'internal' }]],
  [
    'statuses that say null',
    ['getSignatureStatuses', { kind: 'answer', result: { context: { slot: 1 }, value: [null] } }],
  ],
  ['simulations that fail', ['simulateTransaction', { kind: 'error', code: -32_603, message: 'internal' }]],
  ['a market that seems gone', ['getAccountInfo', { kind: 'answer', result: { context: { slot: 1 }, value: null } }]],
  ['block heights without an answer', ['getEpochInfo', { kind: 'drop-request' }]],
] as const) {
  test(`${what}, for a while`, async (t) => {
    const faults = new FaultPlan();
    const world = await openWorld(t, { faults });
    const relayer = await world.start({ rpcTimeoutMs: 200, websocket: false });
    await until(() => relayer.status().state === 'running');
    await world.publish(good(1, 20));
    const [method, kind] = fault;
    faults.set(method, kind, 12);
    await world.publish(good(21, 120));
    await relayer.waitUntilSettled(tradeId(120));
    faults.clear();
    await endsAs(world, 120);
  });
}

test('paused: the lane says so, waits, and goes on without a restart', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start();
  await world.publish(good(1, 10));
  await relayer.waitUntilSettled(tradeId(10));
  await setPaused(world, true);
  await world.publish(good(11, 40));
  await until(() => relayer.status().blocked?.code === 'Paused');
  assert.equal(relayer.status().state, 'blocked');
  await setPaused(world, false);
  await relayer.waitUntilSettled(tradeId(40));
  await endsAs(world, 40);
});

test('an unknown schema stops the lane with a code', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start();
  await world.publish(good(1, 10));
  await relayer.waitUntilSettled(tradeId(10));
  await world.publishRaw(11, ['v', '3', 'p', eventBytes(trade(11))]);
  await rejects('SCHEMA_UNKNOWN', relayer.done);
  assert.equal(relayer.status().state, 'halted');
  await endsAs(world, 10);
});

test('somebody else settles what the engine sent, with the same key: adopted, and the lane goes on after it', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start();
  await world.publish(good(1, 10));
  await relayer.waitUntilSettled(tradeId(10));
  const { nextSequence } = relayer.status();
  for (const [at, first, last] of [
    [0n, 11, 12],
    [1n, 13, 20],
  ] as const) {
    const data = encodeBatchV1({ sequence: sequence(nextSequence + at), trades: good(first, last) });
    await world.land(world.keys.relayer, build(world).settleBatch({ ...lane(world), data }));
  }
  await world.publish(good(11, 40));
  await relayer.waitUntilSettled(tradeId(40), { finalized: true });
  await endsAs(world, 40);
});

test('somebody else settles other trades with the same key: the lane halts until a person has looked, then goes on from the chain', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start();
  await world.publish(good(1, 10));
  await relayer.waitUntilSettled(tradeId(10));
  const nextSequence = relayer.status().nextSequence;
  const foreign = good(11, 12).map((one) => ({ ...one, price: price(one.price + 1n) }));
  const data = encodeBatchV1({ sequence: nextSequence, trades: foreign });
  await world.land(world.keys.relayer, build(world).settleBatch({ ...lane(world), data }));
  await world.publish(good(11, 40));
  await rejects('FOREIGN_SETTLEMENT', relayer.done);
  const unasked = await world.start();
  await rejects('FOREIGN_SETTLEMENT', unasked.done, /redis-cli HSET '.*:halt' acknowledged yes/);
  await world.redis.hset(laneKeys(world.market).halt, 'acknowledged', 'yes');
  const second = await world.start();
  await second.waitUntilSettled(tradeId(40));
  await endsAs(world, 40);
});

test('Redis restarted with its data in the middle of a run', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start();
  await world.publish(good(1, 300));
  await relayer.waitUntilSettled(tradeId(30));
  await world.restartRedis();
  await relayer.waitUntilSettled(tradeId(300));
  await endsAs(world, 300);
});

test('a mistake of our own is not told as a node that does not answer', async (t) => {
  const world = await openWorld(t);
  const mistake = new TypeError('rules of undefined');
  const wrapChain = (chain: Chain): Chain => ({ ...chain, rules: () => Promise.reject(mistake) });
  await assert.rejects(world.start({}, { wrapChain }), (error) => error === mistake);
});

test('what keeps a relayer from starting has a code', async (t) => {
  const world = await openWorld(t);
  await rejects('REDIS_UNREACHABLE', world.start({ redisUrl: 'redis://127.0.0.1:1' }));
  await rejects('CHAIN_UNREACHABLE', world.start({ rpcUrl: 'http://127.0.0.1:1', rpcTimeoutMs: 500 }));
  await rejects('MARKET_UNREADABLE', world.start({ market: 'So11111111111111111111111111111111111111112' }));
  await rejects('KEYPAIR_UNREADABLE', world.start({ keypairEnv: 'NOT_SET' }));
  await world.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const fix = new RegExp(`redis-cli -h 127.0.0.1 -p ${world.redisPort} CONFIG SET maxmemory-policy noeviction`);
  await rejects('REDIS_EVICTS', world.start(), fix);
});

test('a stop ends although Redis is gone', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start({ shutdownMs: 200 });
  await world.publish(good(1, 100));
  await relayer.waitUntilSettled(tradeId(10));
  await world.stopRedis();
  await relayer.stop();
  assert.equal(relayer.status().state, 'stopped');
});

const build = (world: World) => settlementInstructions(world.venue.program);
const lane = ({ keys, venue }: World) => ({ relayer: keys.relayer.publicKey, market: venue.market });

function setPaused(world: World, isPaused: boolean): Promise<void> {
  const { operator } = world.keys;
  return world.land(operator, build(world).setPaused({ authority: operator.publicKey, isPaused }));
}

/** Until it is executed a withdrawal still backs trades, so it is waited for. */
async function withdrawQuote(world: World, index: number, atoms: bigint): Promise<void> {
  const { market, traders, config } = world.venue;
  const { owner, base, quote } = traders[index] ?? assert.fail(`no trader ${index}`);
  const entry = { owner: owner.publicKey, market, index };
  const destinations = { baseDestination: base, quoteDestination: quote };
  const amounts = { baseLots: 0n, quoteAtoms: atoms };
  await world.land(owner, build(world).requestWithdrawal({ ...entry, ...amounts, ...destinations }));
  world.chain.advanceSlots(Number(config.withdrawalDelaySlots) + 1);
  await world.land(owner, build(world).executeWithdrawal({ ...entry, ...destinations }));
}
