// Proves: ready only with Redis, cluster and a lane that works or stands by, otherwise with a reason; any number of probes is one
// check, kept for a second and never asked again while it hangs; a check that hangs or throws ends in an answer.
// Does not prove: a real Redis or node (tests/relayer/http.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../testing/clock.ts';
import type { LaneState } from './progress.ts';
import { createReadiness } from './readiness.ts';

function make(state: LaneState = 'running') {
  const clock = fakeClock();
  const world = {
    clock,
    state,
    writes: 0,
    reads: 0,
    write: async () => {},
    readSlot: async () => 9n,
  };
  const ask = createReadiness({
    status: () => world,
    write: () => {
      world.writes += 1;
      return world.write();
    },
    readSlot: () => {
      world.reads += 1;
      return world.readSlot();
    },
    clock,
  });
  return { world, ask };
}

for (const state of ['running', 'blocked', 'waiting'] as const) {
  test(`${state} with everything there is ready`, async () => {
    const { ask } = make(state);
    assert.deepEqual(await ask(), { ready: true, state, redis: { ok: true }, rpc: { ok: true, slot: 9n } });
  });
}

for (const state of ['recovering', 'halted', 'stopped'] as const) {
  test(`${state} is not ready, and says so`, async () => {
    const { ready, reason, redis } = await make(state).ask();
    assert.deepEqual([ready, reason, redis], [false, `the lane is ${state}`, { ok: true }]);
  });
}

test('Redis and cluster are told apart, with why', async () => {
  const { ask, world } = make();
  world.write = () => Promise.reject(new Error('READONLY'));
  const first = await ask();
  assert.deepEqual(first.redis, { ok: false, reason: 'READONLY' });
  assert.equal(first.reason, 'redis does not take writes');
  assert.equal(first.rpc.ok, true);
  world.clock.advance(1_000);
  world.write = async () => {};
  world.readSlot = () => Promise.reject(new Error('gone'));
  const second = await ask();
  assert.deepEqual(second.rpc, { ok: false, reason: 'gone' });
  assert.equal(second.reason, 'the cluster does not answer');
  assert.equal(second.ready, false);
});

test('what hangs ends in an answer, and is not asked again while it hangs', async () => {
  const { ask, world } = make();
  world.write = () => new Promise(() => {});
  assert.deepEqual((await ask()).redis, { ok: false, reason: 'no answer within 2000 ms' });
  world.clock.advance(1_000);
  assert.equal((await ask()).ready, false);
  assert.equal(world.writes, 1);
  assert.equal(world.reads, 2);
});

test('any number of probes is one check a second; the state is told as it is', async () => {
  const { ask, world } = make();
  await Promise.all(Array.from({ length: 50 }, ask));
  assert.deepEqual([world.writes, world.reads], [1, 1]);
  world.clock.advance(999);
  world.state = 'halted';
  assert.equal((await ask()).ready, false);
  assert.equal(world.writes, 1);
  world.clock.advance(1);
  await ask();
  assert.deepEqual([world.writes, world.reads], [2, 2]);
});
