import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { AT_WORK } from '../setup/bench.ts';
import { assertSameBytes, assertTrades } from '../setup/probe.ts';

/** Removes every key of a market. */
const FORGET = `
  for _, pattern in ipairs(ARGV) do
    for _, key in ipairs(redis.call('KEYS', pattern)) do redis.call('DEL', key) end
  end`;

/** One engine that has trades for longer than the tests take. */
export function checkWork(bench: Bench): void {
  let lane: Lane;
  before(async () => {
    lane = bench.lane(AT_WORK);
    lane.start();
    await lane.untilLastId(100);
  });
  const pause = async () => Number((await lane.obeyed(await lane.ask({ mode: 'pause' }))).last_id);
  const resume = async () => lane.obeyed(await lane.ask({ mode: 'run' }));

  test('a pause is acknowledged with the last id, and nothing follows it', async () => {
    const last = await pause();
    assert.equal((await lane.redis.hgetall(lane.engineKey)).mode, 'pause');
    await lane.settled();
    assert.equal(await lane.lastId(), last);
    assert.equal(await pause(), last);
  });

  test('a replay works while paused, and ends no pause', async () => {
    const { mode, generation, last_id } = await lane.obeyed(await lane.ask({ replay_from: '0' }));
    assert.equal(mode, 'pause');
    assertTrades(await lane.entries(generation), 0, Number(last_id));
  });

  test('a resume goes on at the next id', async () => {
    const last = await lane.lastId();
    assert.equal((await resume()).mode, 'run');
    await lane.untilLastId(last + 1);
    const end = await pause();
    assertTrades(await lane.entries(), 0, end);
    await resume();
  });

  test('trades go on after a replay, in the new generation', async () => {
    const first = await lane.entries();
    const { generation, last_id } = await lane.obeyed(await lane.ask({ replay_from: '50' }));
    await lane.untilLastId(Number(last_id) + 1);
    const last = await pause();
    const entries = await lane.entries(generation);
    assertTrades(entries, 50, last);
    assertSameBytes(entries, first);
    await resume();
  });

  test('a second engine of the market is refused and ends; the first goes on', async () => {
    const second = lane.start();
    assert.notEqual(await second.ended, '');
    await lane.untilLastId((await lane.lastId()) + 1);
    const end = await pause();
    assertTrades(await lane.entries(), 50, end);
    await resume();
  });

  test('a market whose keys are all gone from Redis is filled again by a replay', async () => {
    const first = await lane.entries();
    const written = 50 + first.length;
    await lane.redis.eval(FORGET, 0, `*:${lane.market}`, `*:${lane.market}:*`);
    const { generation } = await lane.obeyed(await lane.ask({ replay_from: '100' }));
    const last = await pause();
    const entries = await lane.entries(generation);
    assert.ok(last >= written);
    assertTrades(entries, 100, last);
    assertSameBytes(entries, first);
  });
}
