import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { AT_WORK } from '../setup/bench.ts';
import { assertTrades } from '../setup/probe.ts';
import type { RunningEngine } from '../setup/start-engine.ts';

export function checkEndings(bench: Bench): void {
  let lane: Lane;
  let engine: RunningEngine;
  before(async () => {
    lane = bench.lane(AT_WORK);
    engine = lane.start();
    await lane.untilLastId(100);
  });

  test('killed and started again, it continues without a gap and without a repeat', async () => {
    await engine.kill();
    const last = await lane.lastId();
    engine = lane.start();
    await lane.untilLastId(last + 100);
    const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
    assertTrades(await lane.entries(), 0, Number(last_id));
  });

  test('told to end, it ends well; the next one keeps the pause and does not replay again', async () => {
    const { generation, last_id } = await lane.obeyed(await lane.ask({ replay_from: '0' }));
    await engine.stop();
    assert.equal(await engine.ended, '');
    engine = lane.start();
    await lane.settled();
    assert.equal((await lane.redis.hgetall(lane.engineKey)).mode, 'pause');
    assert.equal(await lane.lastId(), Number(last_id));
    assert.equal(await lane.pointer(), generation);
  });

  test('a pause outlives the wish for it, and ends with a wish', async () => {
    const last = await lane.lastId();
    await lane.redis.del(lane.controlKey);
    await lane.settled();
    assert.equal(await lane.lastId(), last);
    await lane.obeyed(await lane.ask({ mode: 'run' }));
    await lane.untilLastId(last + 1);
    const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
    assertTrades(await lane.entries(), 0, Number(last_id));
  });
}
