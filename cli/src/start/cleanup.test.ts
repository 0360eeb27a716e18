// Proves: everything is undone, last first, once, whatever fails on the way.
// Does not prove: that everything is registered (tests/start looks for leftovers).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cleanup } from './cleanup.ts';

test('last first, and only once', async () => {
  const cleanup = new Cleanup();
  const done: number[] = [];
  for (const i of [1, 2, 3]) cleanup.add(async () => void done.push(i));
  await cleanup.run();
  await cleanup.run();
  assert.deepEqual(done, [3, 2, 1]);
});

test('a failure is told after the rest was undone', async () => {
  const cleanup = new Cleanup();
  const done: number[] = [];
  cleanup.add(async () => void done.push(1));
  cleanup.add(async () => {
    throw new Error('stuck');
  });
  cleanup.add(async () => void done.push(3));
  await assert.rejects(cleanup.run(), (error: unknown) => error instanceof AggregateError && error.errors.length === 1);
  assert.deepEqual(done, [3, 1]);
});
