// Proves: the example runs to its end, and what settled in both versions is verified against the chain.
// Does not prove: what stops a rollback (tests/rollout).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExample } from './run.ts';

test('the flag, and the emergency plan', async () => {
  const { byVersion } = await runExample('flag-rollback', /rolled back in/);
  assert.deepEqual(Object.keys(byVersion as object), ['1', '2']);
});
