// Proves: the simulation refuses an engine, and a program, for each way of being wrong that no file shows, by the right name and with the
// program's own words; and lets the very same engine pass without the fault. On the embedded node all of them; on
// solana-test-validator, where there is one, those in which the program has a say.
// Does not prove: what the rules of `gate check` find (tests/compat).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cell } from '#gate/can-ship';
import type { StartSimChain } from '../../ci/sim/chain.ts';
import { embedded, validator } from '../../ci/sim/chain.ts';
import { findValidator } from '../localnet/chain.ts';
import { roundingDown } from './setup/rounding-down.ts';
import { deployed, mutant, released, stagedSemver, tryOut } from './setup/try.ts';

/** A cell that hangs must fail its test, not the run. */
const TIMEOUT_MS = 400_000;

function requireFailed({ verdict, reasons }: Cell, code: string, message: RegExp): Cell['reasons'][number] {
  assert.equal(verdict, 'fail');
  const found = reasons.find((reason) => reason.code === code);
  assert.ok(found !== undefined, `no ${code} in ${JSON.stringify(reasons, null, 2)}`);
  assert.match(found.message, message);
  assert.notEqual(found.advice, '');
  return found;
}

/** Of the program: its name, number and logs. */
function requireRefused(cell: Cell, code: string, message: RegExp): void {
  const { logs = [] } = requireFailed(cell, code, message);
  assert.ok(
    logs.some((line) => / failed: /.test(line)),
    `the logs tell of no refusal: ${logs}`,
  );
}

function onEither(startChain: StartSimChain): void {
  const timeout = { timeout: TIMEOUT_MS };

  test('an engine that emits V2 before the program speaks it stops the lane by name', timeout, async () => {
    requireFailed(await tryOut(mutant('early-v2'), deployed(), startChain), 'V2_ONLY_TRADE', /lane blocked: trade 1 /);
  });

  test('one whose trade the program refuses: its error, number, trade, logs', timeout, async () => {
    const cell = await tryOut(mutant('self-trade'), deployed(), startChain);
    requireRefused(cell, 'SelfTrade', /, trade 31: SelfTrade \(\d+\): /);
  });

  test('a program without V1, while V1 is what runs', timeout, async () => {
    const cell = await tryOut(mutant('none'), released(`${stagedSemver()}+v2-only`), startChain);
    requireRefused(cell, 'InvalidBatchVersion', /^a batch of V1: InvalidBatchVersion \(\d+\): /);
  });

  test('a program that rounds fees down: balances are not the model’s', timeout, async () => {
    const { reasons, verdict } = await tryOut(mutant('none'), roundingDown(released(stagedSemver())), startChain);
    assert.equal(verdict, 'fail');
    const text = reasons.map(({ code, message }) => `${code} ${message}`).join('\n');
    assert.match(text, /^STATE_DIFFERS market\.quoteFees: /m);
    assert.match(text, /^STATE_DIFFERS balances\[\d+\]\.quoteAtoms: /m);
  });
}

describe('on the embedded node', () => {
  onEither(embedded);

  test('the engine without a fault passes, in both schemas', { timeout: TIMEOUT_MS }, async () => {
    const { verdict, reasons, counts } = await tryOut(mutant('none'), released(stagedSemver()), embedded, {
      isFlow: true,
    });
    assert.deepEqual({ verdict, reasons }, { verdict: 'pass', reasons: [] });
    assert.equal(counts.settled, 200);
    assert.deepEqual(Object.keys(counts.bySchema), ['1', '2']);
    assert.deepEqual(Object.keys(counts.byVersion), ['1', '2']);
  });

  for (const [fault, code, message] of [
    ['skip', 'ID_SKIPPED', /entry 32-0 of|entry 32-0 after trade 30/],
    ['garbage', 'ENTRY_MALFORMED', /^entry 31-0 of the stream is no trade: /],
    ['double', 'FLOW_DIFFERS', /^trade 32/],
    ['other-bytes', 'BYTES_CHANGED', /^entry 31-0 was written again with other bytes$/],
    ['overspend', 'InsufficientQuote', /, trade 31: /],
  ] as const) {
    test(`an engine with the fault ${fault}`, { timeout: TIMEOUT_MS }, async () => {
      const isFlow = fault === 'double';
      requireFailed(await tryOut(mutant(fault), deployed(), embedded, { isFlow }), code, message);
    });
  }

  test('an engine that ends, and one that writes nothing', { timeout: TIMEOUT_MS }, async () => {
    requireFailed(await tryOut('/bin/false', deployed(), embedded), 'ENGINE_ENDED', /exit|nothing/);
    const patience = { firstTradeMs: 3_000 };
    requireFailed(
      await tryOut('/bin/sleep 600', deployed(), embedded, {}, patience),
      'NOTHING_WRITTEN',
      /no trade for 3 s/,
    );
  });
});

const binary = findValidator();
describe('on solana-test-validator', { skip: binary === undefined && 'solana-test-validator is not there' }, () => {
  if (binary !== undefined) onEither(validator(binary));
});
