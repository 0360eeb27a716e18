// Proves: the C++ engine and the feeder write one market by turns, each going on where the other was stopped or killed, with one
// journal: ids have no gap, schemas and retries are remembered, and a replay by either has the bytes both wrote.
// Does not prove: anything of a release that speaks schema 1 alone. Skipped, by name, where the C++ engine is not built.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Lane } from './setup/bench.ts';
import { AT_WORK, Bench } from './setup/bench.ts';
import { commandEngine } from './setup/command-engine.ts';
import { cppCommand, NOT_BUILT } from './setup/cpp-engine.ts';
import { feederCommand } from './setup/feeder-command.ts';
import type { Entry } from './setup/probe.ts';
import type { RunningEngine } from './setup/start-engine.ts';

/** An engine that hangs must fail its test, not the run. */
const TIMEOUT_MS = 540_000;
/** Trades of a turn, at least. */
const SOME = 100;

describe('the C++ engine and the feeder by turns', {
  skip: cppCommand === undefined && NOT_BUILT,
  timeout: TIMEOUT_MS,
}, () => {
  let turn = 0;
  const startNext = [commandEngine(`${feederCommand}`), commandEngine(`${cppCommand}`)];
  const bench = new Bench((place) => {
    const start = startNext[turn % startNext.length];
    turn += 1;
    assert.ok(start !== undefined);
    return start(place);
  });

  /** Emits some, switches, emits some, emits one again; then everything so far, with the engine paused. */
  const work = async (lane: Lane, schema: string, retried: number): Promise<Entry[]> => {
    await lane.obeyed(await lane.ask({ mode: 'run' }));
    await lane.untilLastId((await lane.lastId()) + SOME);
    const { last_id } = await lane.obeyed(await lane.ask({ emit: schema }));
    await lane.untilLastId(Number(last_id) + SOME);
    const { retried_as } = await lane.obeyed(await lane.ask({ retry_id: `${retried}` }));
    await lane.untilLastId(Number(retried_as) + SOME);
    await lane.obeyed(await lane.ask({ mode: 'pause' }));
    return lane.entries();
  };
  const replayed = async (lane: Lane): Promise<Entry[]> => {
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    return lane.entries();
  };
  const end = (engine: RunningEngine, place: number) => (place % 2 === 0 ? engine.stop() : engine.kill());

  test('feeder, C++, feeder, C++: what one wrote the next one writes again', async () => {
    const lane = bench.lane(AT_WORK);
    let before: Entry[] = [];
    for (const [place, schema] of ['2', '1', '2', '1'].entries()) {
      const engine = lane.start();
      if (place > 0) assert.deepEqual(await replayed(lane), before);
      const entries = await work(lane, schema, place + 1);
      assert.deepEqual(entries.slice(0, before.length), before);
      assert.deepEqual(
        entries.map(({ id }) => id),
        entries.map((_, at) => `${at + 1}-0`),
      );
      assert.equal(entries.filter(({ r }) => r !== undefined).length, place + 1);
      before = entries;
      await end(engine, place);
    }
  });
});
