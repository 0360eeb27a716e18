import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { LONG } from '../setup/bench.ts';
import type { Entry } from '../setup/probe.ts';
import { assertSameBytes, assertTrades } from '../setup/probe.ts';
import type { RunningEngine } from '../setup/start-engine.ts';

/** The generation readers are pointed at, and the last id of its stream, at one moment. */
const POINTER_AND_END = `
  local generation = redis.call('GET', KEYS[1])
  local info = redis.call('XINFO', 'STREAM', KEYS[2] .. generation)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return { generation, info[i + 1] } end
  end`;

export function checkLongReplay(bench: Bench): void {
  let lane: Lane;
  let engine: RunningEngine;
  let first: Entry[];
  before(async () => {
    lane = bench.lane(LONG);
    engine = lane.start();
    await lane.untilLastId(LONG.count);
    first = await lane.entries();
  });

  test('readers are pointed at a generation only when it is complete', async () => {
    const request = await lane.ask({ replay_from: '0' });
    await lane.until(async () => {
      const keys = [lane.pointerKey, lane.streamKey('')];
      const [generation, end] = (await lane.redis.eval(POINTER_AND_END, 2, ...keys)) as [string, string];
      assert.equal(end, `${LONG.count}-0`);
      return generation !== '1';
    });
    await lane.obeyed(request);
    const entries = await lane.entries();
    assertTrades(entries, 0, LONG.count);
    assertSameBytes(entries, first);
  });

  test('an engine killed while it replays comes back and fulfils the request', async () => {
    const next = `${BigInt(await lane.pointer()) + 1n}`;
    const request = await lane.ask({ replay_from: '5' });
    await lane.until(async () => (await lane.lastId(next)) > 5);
    await engine.kill();
    lane.start();
    await lane.obeyed(request);
    const entries = await lane.entries();
    assertTrades(entries, 5, LONG.count);
    assertSameBytes(entries, first);
  });
}
