import assert from 'node:assert/strict';
import { afterEach, before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { WRITTEN } from '../setup/bench.ts';
import { assertTrades } from '../setup/probe.ts';

export function checkGarbage(bench: Bench): void {
  let lane: Lane;
  before(async () => {
    lane = bench.lane(WRITTEN);
    lane.start();
    await lane.untilLastId(WRITTEN.count);
  });
  afterEach(async () => {
    assert.equal(await lane.pointer(), '1');
    assert.equal((await lane.redis.hgetall(lane.engineKey)).mode, 'run');
    assertTrades(await lane.entries(), 0, WRITTEN.count);
  });

  test('emission: schema 1 is spoken, one that is not is refused with a reason, and nothing changes', async () => {
    assert.equal((await lane.obeyed(await lane.ask({ emit: '1' }))).emit, '1');
    const { emit_spoken = '' } = await lane.redis.hgetall(lane.engineKey);
    const unspoken = ['2', '3', '999'].filter((schema) => !emit_spoken.split(',').includes(schema));
    for (const emit of unspoken) assert.match(await lane.refused(await lane.ask({ emit })), new RegExp(emit));
    assert.equal((await lane.redis.hgetall(lane.engineKey)).emit, '1');
  });

  test('a mode that is none is refused by name', async () => {
    for (const mode of ['stop', '', 'PAUSE', 'pause ']) await lane.refused(await lane.ask({ mode }));
  });

  test('a schema that is none is refused by name', async () => {
    for (const emit of ['one', '0', '-1', '1.0', '']) await lane.refused(await lane.ask({ emit }));
  });

  test('a replay from no id, or from one that was never written, is refused by name', async () => {
    const above = [`${WRITTEN.count + 1}`, `${2n ** 64n - 1n}`];
    for (const from of ['-1', 'x', '', '01', '1-0', `${2n ** 64n}`, ...above]) {
      await lane.refused(await lane.ask({ replay_from: from }));
    }
  });

  const unanswerable: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    'a wish without a request id': (key) => lane.redis.hset(key, { v: '1', mode: 'pause' }),
    'a request id of other characters': (key) =>
      lane.redis.hset(key, { v: '1', replay_from: '0', replay_request: 'no good\n' }),
    'another version of the keys': (key) => lane.redis.hset(key, { v: '2', mode: 'pause', mode_request: 'r' }),
    'no version': (key) => lane.redis.hset(key, { mode: 'pause', mode_request: 'r' }),
    'a text in place of the hash': (key) => lane.redis.set(key, 'pause'),
    'a stream in place of the hash': (key) => lane.redis.xadd(key, '*', 'mode', 'pause'),
  };
  for (const [what, write] of Object.entries(unanswerable)) {
    test(`${what} is passed over and named; the next request is obeyed`, async () => {
      await lane.redis.del(lane.controlKey);
      await write(lane.controlKey);
      await lane.until(async () => ((await lane.redis.hget(lane.engineKey, 'ignored')) ?? '') !== '');
      await lane.redis.del(lane.controlKey);
      await lane.settled();
      assert.equal(await lane.redis.hget(lane.engineKey, 'ignored'), '');
    });
  }
}
