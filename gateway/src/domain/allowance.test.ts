// Proves: an allowance is used up at once if need be, comes back evenly, and is each key's own.
// Does not prove: whose keys they are (tests/gateway/orders.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance } from './allowance.ts';

test('what was used comes back evenly', () => {
  let now = 0;
  const allowance = new Allowance(60, () => now);
  for (let at = 0; at < 60; at += 1) assert.equal(allowance.use('a'), 0);
  assert.equal(allowance.use('a'), 1);
  assert.equal(allowance.use('b'), 0);
  now += 999;
  assert.equal(allowance.use('a'), 1);
  now += 1;
  assert.equal(allowance.use('a'), 0);
  assert.equal(allowance.use('a'), 1);
  now += 3_600_000;
  for (let at = 0; at < 60; at += 1) assert.equal(allowance.use('a'), 0);
  assert.equal(allowance.use('a'), 1);
});
