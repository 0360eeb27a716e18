import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Bench, Lane } from '../setup/bench.ts';
import { WRITTEN } from '../setup/bench.ts';
import { assertSameBytes, assertTrades } from '../setup/probe.ts';
import type { RunningEngine } from '../setup/start-engine.ts';

/** One engine that has written all it has. It may refuse every retry; what it emits again must be right. */
export function checkRetry(bench: Bench): void {
  let lane: Lane;
  let engine: RunningEngine;
  before(async () => {
    lane = bench.lane(WRITTEN);
    engine = lane.start();
    await lane.untilLastId(WRITTEN.count);
  });
  const [retried, next] = [3, WRITTEN.count + 1];

  test('a retry is refused with a reason, or the next entry is the trade again and names it', async (t) => {
    const { retry_refused, retried_as, last_id } = await lane.answered(await lane.ask({ retry_id: `${retried}` }));
    const entries = await lane.entries();
    if (retry_refused !== '') {
      assert.equal(entries.length, WRITTEN.count);
      return t.skip(retry_refused);
    }
    assert.equal(retried_as, `${next}`);
    assert.equal(last_id, `${next}`);
    assertTrades(entries, 0, next);
    const [before, again] = [entries[retried - 1], entries[next - 1]];
    assert.deepEqual([before?.r, again?.r], [undefined, `${retried}`]);
    assert.ok(before !== undefined && again !== undefined);
    assert.deepEqual({ ...lane.tradeOf(again), tradeId: `${retried}` }, lane.tradeOf(before));
  });

  test('a trade is emitted again once, however often that is asked for; over a replay and a restart too', async (t) => {
    const first = await lane.entries();
    if (first.length === WRITTEN.count) return t.skip('retries are refused');
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    await engine.kill();
    engine = lane.start();
    assert.equal((await lane.obeyed(await lane.ask({ retry_id: `${retried}` }))).retried_as, `${next}`);
    await lane.obeyed(await lane.ask({ replay_from: '0' }));
    const entries = await lane.entries();
    assertTrades(entries, 0, next);
    assertSameBytes(entries, first);
    assert.deepEqual(
      entries.map(({ r }) => r),
      first.map(({ r }) => r),
    );
  });

  test('a retry of a trade that was never written, or of no id, is refused', async () => {
    const last = await lane.lastId();
    for (const id of ['0', `${last + 1}`, `${2n ** 64n - 1n}`, '-1', '01', 'x', '']) {
      await lane.refused(await lane.ask({ retry_id: id }));
    }
    assert.equal(await lane.lastId(), last);
  });
}
