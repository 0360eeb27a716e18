// Proves: on a real Redis, one relayer has a lane at a time; the second one waits and takes over when the first is silent or gives
// up; a lease that ran out is kept when nobody took the lane, and lost when somebody did or Redis forgot.
// Does not prove: how long a failover takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { createLease } from '../../relayer/src/adapters/redis/lease.ts';
import { systemClock } from '../../relayer/src/adapters/system-clock.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile, silent } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);
const never = new AbortController().signal;

function lane(leaseMs = 60_000) {
  const keys = laneKeys(freshMarket());
  const make = (ms = leaseMs) => createLease({ redis, keys, clock: systemClock, logger: silent, leaseMs: ms });
  return { keys, make };
}

test('the second relayer waits until the first gives the lane up', async () => {
  const { make, keys } = lane(60);
  const [first, second] = [make(60_000), make()];
  await first.claim(never);
  let claimed = false;
  const waiting = second.claim(never).then(() => {
    claimed = true;
  });
  await systemClock.sleep(100, never);
  assert.equal(claimed, false);
  await first.release();
  await waiting;
  assert.equal(await redis.get(keys.lease), second.token);
});

test('who may not claim waits, and claims once it may', async () => {
  const { make, keys } = lane(60);
  const lease = make();
  let [mayClaim, asked] = [false, 0];
  const claiming = lease.claim(never, () => {
    asked += 1;
    return mayClaim;
  });
  await until(() => asked > 2);
  assert.equal(await redis.get(keys.lease), null);
  mayClaim = true;
  await claiming;
  assert.equal(await redis.get(keys.lease), lease.token);
});

test('a silent relayer loses the lane to the one that waits', async () => {
  const { make } = lane(60);
  const [silentOne, second] = [make(), make()];
  await silentOne.claim(never);
  await second.claim(never);
  await rejects('LEASE_LOST', silentOne.keep(never));
});

test('who waits looks again when the lease it saw runs out, however long its own is', async () => {
  const { keys, make } = lane();
  const waits: number[] = [];
  const sleep = (ms: number, signal: AbortSignal) => {
    waits.push(ms);
    return systemClock.sleep(ms, signal);
  };
  await make(1_000).claim(never);
  const clock = { ...systemClock, sleep };
  await createLease({ redis, keys, clock, logger: silent, leaseMs: 60_000 }).claim(never);
  assert.ok(
    waits.every((ms) => ms <= 1_000),
    waits.join(),
  );
});

test('keeping renews the lease', async () => {
  const { make, keys } = lane(600);
  const lease = make();
  const stop = new AbortController();
  await lease.claim(never);
  const kept = lease.keep(stop.signal);
  let leftMs = Number.POSITIVE_INFINITY;
  await until(async () => {
    const before = leftMs;
    leftMs = await redis.pttl(keys.lease);
    return leftMs > before;
  });
  await until(async () => (await redis.get(keys.lease)) === lease.token);
  stop.abort(new Error('stop'));
  await assert.rejects(kept, /stop/);
});

test('a lease that ran out is kept while nobody else took the lane', async () => {
  const { make, keys } = lane(90);
  const lease = make();
  const stop = new AbortController();
  await lease.claim(never);
  await redis.del(keys.lease);
  const kept = lease.keep(stop.signal);
  await until(async () => (await redis.get(keys.lease)) === lease.token);
  stop.abort(new Error('stop'));
  await assert.rejects(kept, /stop/);
});

test('a Redis that forgot everything ends the lease', async () => {
  const { make, keys } = lane(90);
  const lease = make();
  await lease.claim(never);
  await redis.del(keys.lease, keys.fence);
  await rejects('LEASE_LOST', lease.keep(never));
});

test('giving up does not take the lane from its next owner', async () => {
  const { make, keys } = lane(60);
  const [first, second] = [make(), make()];
  await first.claim(never);
  await second.claim(never);
  await first.release();
  assert.equal(await redis.get(keys.lease), second.token);
});

test('waiting ends when told to stop', async () => {
  const { make } = lane();
  await make().claim(never);
  const stop = new AbortController();
  const waiting = make(60).claim(stop.signal);
  stop.abort(new Error('stop'));
  await assert.rejects(waiting, /stop/);
});

test('a claim tells whose the lane was last', async () => {
  const { make } = lane(60);
  const [first, second] = [make(), make()];
  assert.equal(await first.claim(never), undefined);
  await first.release();
  assert.equal(await second.claim(never), first.token);
  assert.equal(await second.claim(never), second.token, 'a claim that is repeated can not tell');
});
