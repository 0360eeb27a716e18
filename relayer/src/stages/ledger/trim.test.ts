// Proves: trimming follows what is final, once for each step forward.
// Does not prove: what goes from Redis (tests/relayer/trim.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../../testing/clock.ts';
import { followTrim } from './trim.ts';

test('each step forward is trimmed once, no step is none', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const trimmed: bigint[] = [];
  let final = 0n;
  const trimmer = { trim: async (upTo: bigint) => void trimmed.push(upTo) };
  const running = followTrim({ trimmer, settledFor: () => final, clock, pollMs: 1_000 }, stop.signal);
  for (const next of [0n, 5n, 5n, 5n, 9n, 7n, 10n]) {
    final = next;
    await clock.sleep(1_000, stop.signal);
  }
  stop.abort(new Error('stop'));
  await assert.rejects(running, /stop/);
  assert.deepEqual(trimmed, [5n, 9n, 10n]);
});
