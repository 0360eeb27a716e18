// Proves: a long reading of a market's history says how far it is, every three seconds and not before, on standard error.
// Does not prove: that commands read with it (tests/start/forked-history.test.ts sees the reading itself being told).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capture } from '../../tests/support/lockstep.ts';
import { historyProgress } from './history-progress.ts';

test('a line every three seconds, and none of a short history', () => {
  const { texts, streams } = capture();
  let nowMs = 0;
  const told = historyProgress(streams, () => nowMs);
  for (const [at, read] of [
    [0, 16],
    [2_999, 32],
    [3_000, 1_600],
    [4_000, 1_616],
    [6_000, 3_200],
  ] as const) {
    nowMs = at;
    told(read, 5_000);
  }
  assert.equal(texts.stdout, '');
  assert.deepEqual(texts.stderr.trimEnd().split('\n'), [
    "reading the market's transactions: 1,600 of 5,000",
    "reading the market's transactions: 3,200 of 5,000",
  ]);
});
