// Proves: on a real Redis, BullMQ hands out pointers in order, one at a time, each once while it waits; finished and failed ones leave
// nothing behind; a rebuild forgets whatever a crashed relayer left, its pointer in work included, and cures what somebody did to
// the queue's keys; an absent Redis is told apart.
// Does not prove: that a batch settles; the row decides that, not the pointer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { tradeId } from '#client';
import { createBullQueue } from '../../relayer/src/adapters/bullmq/queue.ts';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import type { BatchKey } from '../../relayer/src/domain/row.ts';
import { batchKeyOf } from '../../relayer/src/domain/row.ts';
import { TransientError } from '../../relayer/src/errors.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile, silent } from './support.ts';

const server = await redisForThisFile();
const never = new AbortController().signal;
const key = (id: number) => batchKeyOf(tradeId(id));

function lane(market = freshMarket()) {
  const impatient = connection(server.url, { enableOfflineQueue: false });
  const patient = connection(server.url);
  const keys = laneKeys(market);
  const make = () => createBullQueue({ impatient, patient, keys, logger: silent });
  return { make, impatient, patient, keys, market };
}
const ready = (redis: { status: string }) => until(() => redis.status === 'ready');

test('pointers come in order, one at a time, and leave nothing behind', async () => {
  const { make, impatient, patient, keys } = lane();
  await ready(impatient);
  const queue = make();
  await queue.rebuild([key(1), key(2)]);
  for (const id of [3, 4, 3, 5]) await queue.add(key(id));
  const seen: BatchKey[] = [];
  let active = 0;
  queue.consume(async (batch) => {
    active += 1;
    assert.equal(active, 1);
    await new Promise((resolve) => setTimeout(resolve, 3));
    seen.push(batch);
    active -= 1;
  });
  await until(() => seen.length === 5);
  await queue.close(never);
  assert.deepEqual(seen, [1, 2, 3, 4, 5].map(key));
  assert.deepEqual(await patient.keys(`${keys.queue.prefix}:*:batch-*`), []);
});

test('a pointer may be added again once it is done, also when it failed', async () => {
  const { make, impatient } = lane();
  await ready(impatient);
  const queue = make();
  let runs = 0;
  queue.consume(async () => {
    runs += 1;
    if (runs === 1) throw new Error('failed');
  });
  await queue.add(key(1));
  await until(() => runs >= 1);
  await until(async () => {
    await queue.add(key(1));
    return runs >= 2;
  });
  await queue.close(never);
});

test('a rebuild forgets what a crashed relayer left, in work or waiting', async () => {
  const first = lane();
  await ready(first.impatient);
  const crashed = first.make();
  await crashed.rebuild([key(1), key(9)]);
  await crashed.close(never);
  const { prefix, name } = first.keys.queue;
  const worker = new Worker(name, null, { connection: first.patient, prefix });
  assert.equal((await worker.getNextJob('token of the crashed one'))?.id, `batch-${key(1)}`);
  await worker.close(true);

  const second = lane(first.market);
  await ready(second.impatient);
  const queue = second.make();
  await queue.rebuild([key(1), key(2)]);
  const seen: BatchKey[] = [];
  queue.consume(async (batch) => void seen.push(batch));
  await until(() => seen.length === 2);
  await queue.close(never);
  assert.deepEqual(seen, [key(1), key(2)]);
});

test('closing waits for the pointer in work and takes no other', async () => {
  const { make, impatient } = lane();
  await ready(impatient);
  const queue = make();
  await queue.rebuild([key(1), key(2)]);
  const seen: BatchKey[] = [];
  let finish: (() => void) | undefined;
  queue.consume(async (batch) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    seen.push(batch);
  });
  await until(() => finish !== undefined);
  const closing = queue.close(never);
  finish?.();
  await closing;
  assert.deepEqual(seen, [key(1)]);
});

test('while Redis is away adding says so at once', async () => {
  const { make, impatient } = lane();
  await ready(impatient);
  const queue = make();
  impatient.disconnect();
  await assert.rejects(
    queue.add(key(1)),
    (error) => error instanceof TransientError && error.code === 'QUEUE_UNAVAILABLE',
  );
});

const spoilers: Readonly<Record<string, (redis: Redis, key: (part: string) => string) => Promise<unknown>>> = {
  'lost pointers': (redis, key) => redis.del(key('wait'), key('marker')),
  'a queue somebody paused': (redis, key) => redis.hset(key('meta'), 'paused', '1'),
  'a text where the waiting pointers were': (redis, key) => redis.set(key('wait'), 'text'),
  'a text in place of the queue’s own hash': (redis, key) => redis.set(key('meta'), 'text'),
};
for (const [what, spoil] of Object.entries(spoilers)) {
  test(`${what}: a rebuild cures it`, async () => {
    const { make, impatient, patient, keys } = lane();
    await ready(impatient);
    const queue = make();
    await queue.rebuild([key(1)]);
    await spoil(patient, (part) => `${keys.queue.prefix}:${keys.queue.name}:${part}`);
    await queue.rebuild([key(1), key(2)]);
    const seen: BatchKey[] = [];
    queue.consume(async (batch) => void seen.push(batch));
    await until(() => seen.length === 2);
    await queue.close(never);
    assert.deepEqual(seen, [key(1), key(2)]);
  });
}
