// Proves: the example runs to its end, and what settled in both versions is verified against the chain.
// Does not prove: what stops a rollout (tests/rollout).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExample } from './run.ts';

test('a phased rollout', async () => {
  const { byVersion } = await runExample('phased-rollout', /rolled out: V2 alone settles/);
  assert.deepEqual(Object.keys(byVersion as object), ['1', '2']);
});
