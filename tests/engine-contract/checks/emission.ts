import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { AT_WORK } from '../setup/bench.ts';
import type { Entry } from '../setup/probe.ts';
import { assertSameBytes, assertTrades } from '../setup/probe.ts';
import type { RunningEngine } from '../setup/start-engine.ts';

/** Trades between two switches. */
const SOME = 100;

/** One engine that has trades for longer than the tests take, and speaks schema 2; one that does not is not asked. */
export function checkEmission(bench: Bench): void {
  let lane: Lane;
  let engine: RunningEngine;
  let spoken: readonly string[];
  /** Each switch's last id before it. */
  const switched: { readonly after: number; readonly to: string }[] = [];
  before(async () => {
    lane = bench.lane(AT_WORK);
    engine = lane.start();
    await lane.untilLastId(SOME);
    spoken = ((await lane.redis.hget(lane.engineKey, 'emit_spoken')) ?? '').split(',');
  });
  const schemaOf = (id: number) => switched.findLast(({ after }) => after < id)?.to ?? '1';
  const switchTo = async (to: string) => {
    const { emit, last_id } = await lane.obeyed(await lane.ask({ emit: to }));
    assert.equal(emit, to);
    switched.push({ after: Number(last_id), to });
    await lane.untilLastId(Number(last_id) + SOME);
  };
  const paused = async (): Promise<Entry[]> => {
    const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
    const entries = await lane.entries();
    assertTrades(entries, 0, Number(last_id), schemaOf);
    return entries;
  };
  const resume = async () => lane.obeyed(await lane.ask({ mode: 'run' }));

  test('1, 2, 1, 2 while it works: each from the next trade on', async (t) => {
    if (!spoken.includes('2')) return t.skip('schema 2 is not spoken');
    for (const schema of ['2', '1', '2']) await switchTo(schema);
    await paused();
    await resume();
  });

  test('a replay across the switches has the same schemas and bytes', async (t) => {
    if (!spoken.includes('2')) return t.skip('schema 2 is not spoken');
    const first = await paused();
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    assertSameBytes(await paused(), first);
    await resume();
  });

  test('killed, it goes on in the schema it had, and a replay has the same bytes again', async (t) => {
    if (!spoken.includes('2')) return t.skip('schema 2 is not spoken');
    const first = await paused();
    await resume();
    await engine.kill();
    engine = lane.start();
    await lane.untilLastId(first.length + SOME);
    assert.equal(await lane.redis.hget(lane.engineKey, 'emit'), '2');
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    assertSameBytes(await paused(), first);
    await resume();
  });

  test('switched while it is paused: from the first trade after the pause on', async (t) => {
    if (!spoken.includes('2')) return t.skip('schema 2 is not spoken');
    const { length } = await paused();
    const { last_id } = await lane.obeyed(await lane.ask({ emit: '1' }));
    assert.equal(Number(last_id), length);
    switched.push({ after: length, to: '1' });
    await resume();
    await lane.untilLastId(length + SOME);
    await paused();
  });
}
