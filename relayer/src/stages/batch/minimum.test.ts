// Proves: a batch smaller than the program's minimum closes by age only when the market is quiet for long enough and nothing is on
// its way that would end the quiet.
// Does not prove: the program's own rule; tests/program does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot } from '#client';
import { minimumTrades } from './minimum.ts';

const rules = { minBatchSize: 20, maxBatchAgeSlots: slot(10) };
const lane = { lastSettledMs: 1_000, openBatches: 0, slotMs: 400, nowMs: 5_000 };

test('a quiet market takes any batch from its slot on', () => {
  assert.equal(minimumTrades(rules, { ...lane, nowMs: 4_999 }), 20);
  assert.equal(minimumTrades(rules, { ...lane, nowMs: 5_000 }), 1);
});

test('a batch on its way ends the quiet', () => {
  assert.equal(minimumTrades(rules, { ...lane, openBatches: 1 }), 20);
});

test('a minimum of 0 still means one trade', () => {
  assert.equal(minimumTrades({ ...rules, minBatchSize: 0 }, { ...lane, nowMs: 1_000 }), 1);
});
