// Proves: over random sequences of instructions, wrong ones among them, the program and a model written from the contract
// give the same refusals, balances, fees, settings, digests and root, and at every step the vaults hold exactly what is
// owed: entries + pending withdrawals + fees.
// Does not prove: accounts that are not the right ones (tests/program), states that take millions of trades.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyHappening } from './setup/acts.ts';
import { Stage } from './setup/stage.ts';

const RUNS = 70;
const LENGTH = 90;
const SEED = 20_210_108;

test('program and model agree on everything that can happen to a market', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: LENGTH, size: 'max' }), (happenings) => {
      const stage = new Stage();
      for (const happening of happenings) {
        if ('slots' in happening) stage.warp(happening.slots);
        else if ('tradeIds' in happening) stage.skipTradeIds(happening.tradeIds);
        else {
          const outcome = stage.perform(happening.resolve(stage));
          const key = `${happening.name} ${outcome}`;
          outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
        }
      }
    }),
    { seed: SEED, numRuns: RUNS, unbiased: true },
  );
  for (const name of new Set([...outcomes.keys()].map((key) => key.split(' ')[0]))) {
    assert.ok(outcomes.has(`${name} landed`), `${name} landed at least once`);
  }
});
