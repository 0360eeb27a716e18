// Proves: a rate is kept by the given clock, and time that went unused is not made up for.
// Does not prove: how even the machine's own clock is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace, stepOf } from './pace.ts';

test('the next trades are due when the rate says so', () => {
  let now = 0;
  const pace = new Pace(100, () => now);
  assert.equal(pace.wait(), 0);
  pace.wrote(5);
  assert.equal(pace.wait(), 50);
  now = 20;
  assert.equal(pace.wait(), 30);
  now = 50;
  assert.equal(pace.wait(), 0);
});

test('after a pause the rate goes on, without a burst', () => {
  let now = 0;
  const pace = new Pace(10, () => now);
  pace.wrote(1);
  now = 60_000;
  pace.wrote(1);
  assert.equal(pace.wait(), 50);
});

test('as fast as possible never waits', () => {
  const pace = new Pace('max', () => 0);
  pace.wrote(1_000_000);
  assert.equal(pace.wait(), 0);
});

test('a step is at least one trade and at most what is allowed', () => {
  assert.deepEqual([stepOf(1, 500), stepOf(1_000, 500), stepOf(1_000_000, 500), stepOf('max', 500)], [1, 50, 500, 500]);
});
