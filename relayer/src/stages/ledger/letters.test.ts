// Proves: the gauge follows the number of open dead letters, whoever changes it, until the lane stops.
// Does not prove: how letters are counted (tests/relayer/dead-letters.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../testing/clock.ts';
import { createMemoryMetrics } from '../../testing/metrics.ts';
import { fakeJournal } from '../../testing/ports.ts';
import { followLetters } from './letters.ts';

test('the gauge follows what is open', async () => {
  const counts = [3, 3, 0, 7];
  const stop = new AbortController();
  const metrics = createMemoryMetrics();
  const seen: (number | undefined)[] = [];
  const openLetters = async () => {
    seen.push(metrics.gauges.get('dead_letters_open'));
    const next = counts.shift();
    if (next === undefined) stop.abort(new Error('stop'));
    return next ?? 0;
  };
  const deps = { journal: { ...fakeJournal(), openLetters }, clock: fakeClock(), metrics };
  await assert.rejects(followLetters(deps, stop.signal), /stop/);
  assert.deepEqual(seen, [undefined, 3, 3, 0, 7]);
});
