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
  /** The last id before each switch lies between what was written when it was asked for and when its answer was seen. */
  const switched: { readonly to: string; readonly least: number; readonly most: number }[] = [];
  before(async () => {
    lane = bench.lane(AT_WORK);
    engine = lane.start();
    await lane.untilLastId(SOME);
    spoken = ((await lane.redis.hget(lane.engineKey, 'emit_spoken')) ?? '').split(',');
  });
  const switchTo = async (to: string) => {
    const least = await lane.lastId();
    const { emit, last_id } = await lane.obeyed(await lane.ask({ emit: to }));
    assert.equal(emit, to);
    switched.push({ to, least, most: Number(last_id) });
  };
  const someMore = async () => lane.untilLastId((await lane.lastId()) + SOME);
  /** Pauses; all entries must be there, each in the schema that was in effect. */
  const paused = async (): Promise<Entry[]> => {
    const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
    const entries = await lane.entries();
    const lasts: number[] = [];
    for (const { to, least, most } of switched) {
      const before = lasts.at(-1) ?? 0;
      const last = entries.findIndex(({ v }, at) => at >= before && v === to);
      assert.ok(last >= least && last <= most, `schema ${to} begins behind ${last}, not in ${least} to ${most}`);
      lasts.push(last);
    }
    const schemaOf = (id: number) => switched[lasts.findLastIndex((last) => last < id)]?.to ?? '1';
    assertTrades(entries, 0, Number(last_id), schemaOf);
    return entries;
  };
  const resume = async () => lane.obeyed(await lane.ask({ mode: 'run' }));

  test('1, 2, 1, 2 while it works: each from the next trade on', async (t) => {
    if (!spoken.includes('2')) return t.skip('schema 2 is not spoken');
    for (const schema of ['2', '1', '2']) {
      await switchTo(schema);
      await someMore();
    }
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
    await paused();
    await switchTo('1');
    await resume();
    await someMore();
    await paused();
  });
}
