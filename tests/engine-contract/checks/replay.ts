import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { WRITTEN } from '../setup/bench.ts';
import type { Entry } from '../setup/probe.ts';
import { assertSameBytes, assertTrades } from '../setup/probe.ts';

/** One engine that has written all it has. */
export function checkReplay(bench: Bench): void {
  let lane: Lane;
  let first: Entry[];
  before(async () => {
    lane = bench.lane(WRITTEN);
    lane.start();
    await lane.untilLastId(WRITTEN.count);
    first = await lane.entries();
  });

  test('ids from 1 without gaps, explicit, each with its schema and a payload that decodes', async () => {
    assertTrades(first, 0, WRITTEN.count);
    assert.equal(await lane.pointer(), '1');
  });

  test('the stream refuses a repeat of its last id', async () => {
    const repeat = lane.redis.xadd(lane.streamKey('1'), `${WRITTEN.count}-0`, 'v', '1');
    await assert.rejects(repeat, /equal or smaller/);
  });

  for (const [place, from] of [
    ['the start', 0],
    ['the middle', 700],
    ['the head', WRITTEN.count],
  ] as const) {
    test(`a replay from ${place}: the same bytes in a new generation`, async () => {
      const before = await lane.pointer();
      const status = await lane.obeyed(await lane.ask({ replay_from: `${from}` }));
      assert.equal(status.generation, await lane.pointer());
      assert.ok(BigInt(status.generation ?? '') > BigInt(before));
      const entries = await lane.entries();
      assertTrades(entries, from, WRITTEN.count);
      assertSameBytes(entries, first);
      assert.equal(await lane.lastId(), WRITTEN.count);
    });
  }

  test('a generation somebody began is not continued with what he wrote', async () => {
    const begun = `${BigInt(await lane.pointer()) + 1n}`;
    for (const id of [1, 2, 3]) await lane.redis.xadd(lane.streamKey(begun), `${id}-0`, 'v', '1', 'p', 'half');
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    const entries = await lane.entries();
    assertTrades(entries, 0, WRITTEN.count);
    assertSameBytes(entries, first);
  });

  test('a replay request has one answer, however often it is looked at', async () => {
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    const generation = await lane.pointer();
    await lane.settled();
    assert.equal(await lane.pointer(), generation);
  });
}
