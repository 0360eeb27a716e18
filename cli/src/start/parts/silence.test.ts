// Proves: silence is told after 15 s and over after 30 s, and counts from the first question in vain, anew after an answer, a start, or
// a lane that moved.
// Does not prove: that a relayer that stands still is ended (tests/start/kills.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Silence } from './silence.ts';

const NEVER_MOVED = 0;

test('is told, then over', () => {
  const silence = new Silence();
  const asked = [100_000, 114_999, 115_000, 129_999, 130_000].map((now) => silence.unheard(now, NEVER_MOVED));
  assert.deepEqual(
    asked.map(({ forMs, isTold, isOver }) => [forMs, isTold, isOver]),
    [
      [0, false, false],
      [14_999, false, false],
      [15_000, true, false],
      [29_999, true, false],
      [30_000, true, true],
    ],
  );
});

test('an answer or a start in between counts', () => {
  const silence = new Silence();
  silence.unheard(0, NEVER_MOVED);
  silence.heard();
  assert.equal(silence.unheard(40_000, NEVER_MOVED).forMs, 0);
});

test('a lane that moved in between was not silent', () => {
  const silence = new Silence();
  silence.unheard(0, NEVER_MOVED);
  assert.equal(silence.unheard(40_000, 38_000).forMs, 2_000);
});
