// Proves: over random sequences of instructions, wrong ones among them, the program and a model written from the contract
// give the same refusals, result codes, balances, fees, settings, digests and root, and at every step the vaults hold exactly what is
// owed: entries + pending withdrawals + fees.
// Does not prove: accounts that are not the right ones (tests/program), states that take millions of trades.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResultCode } from '#client';
import { build } from '../program/setup/world.ts';
import { anyBatchHappening, anyHappening } from './setup/acts.ts';
import type { Happening } from './setup/happening.ts';
import { Stage } from './setup/stage.ts';

const RUNS = 70;
const LENGTH = 90;
const BATCHES = 40;
const SEED = 20_210_108;

function run(happenings: readonly Happening[], stage: Stage, outcomes: Map<string, number>): void {
  for (const happening of happenings) {
    if ('slots' in happening) stage.warp(happening.slots);
    else if ('tradeIds' in happening) stage.skipTradeIds(happening.tradeIds);
    else {
      const outcome = stage.perform(happening.resolve(stage));
      const key = `${happening.name} ${outcome}`;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    }
  }
}

function assertEachLanded(outcomes: ReadonlyMap<string, number>): void {
  for (const name of new Set([...outcomes.keys()].map((key) => key.split(' ')[0]))) {
    assert.ok(outcomes.has(`${name} landed`), `${name} landed at least once`);
  }
}

test('program and model agree on everything that can happen to a market', () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(anyHappening, { maxLength: LENGTH, size: 'max' }), (happenings) => {
      run(happenings, new Stage(), outcomes);
    }),
    { seed: SEED, numRuns: RUNS, unbiased: true },
  );
  assertEachLanded(outcomes);
});

test('program and model agree on batches of both versions, whatever their trades and bytes', () => {
  const outcomes = new Map<string, number>();
  const codes = new Set<number>();
  fc.assert(
    fc.property(fc.array(anyBatchHappening, { maxLength: BATCHES, size: 'max' }), (happenings) => {
      const stage = new Stage();
      const admin = stage.signer('admin');
      const allowedBatchVersions = 3;
      stage.perform({
        signer: admin,
        instruction: build.setAllowedVersions({ admin: admin.publicKey, allowedBatchVersions }),
        tell: (model) => model.set(admin.publicKey, 'allowedBatchVersions', allowedBatchVersions),
      });
      run(happenings, stage, outcomes);
      for (const code of stage.seenCodes) codes.add(code);
    }),
    { seed: SEED, numRuns: RUNS, unbiased: true },
  );
  assertEachLanded(outcomes);
  assert.deepEqual([...codes].sort(), Object.values(ResultCode));
});
