// Proves: tick and lot give mints and units in which every price, quantity and amount is a whole number; bad steps are refused.
// Does not prove: that the chain accepts the mints (tests/start).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from './input-error.ts';
import { describeInstrument, instrumentOf, largestAmounts, parseStep } from './instrument.ts';

test('powers of ten', () => {
  const instrument = instrumentOf(parseStep('0.01', 'tick'), parseStep('0.000001', 'lot'));
  assert.equal(instrument.baseDecimals, 6);
  assert.equal(instrument.baseLotAtoms, 1n);
  assert.equal(instrument.quoteDecimals, 8);
  assert.equal(instrument.priceUnit, 1n);
});

test('other steps: 2 lots of 0.025 at 3 ticks of 0.5 are 0.075 quote', () => {
  const instrument = instrumentOf(parseStep('0.50', 'tick'), parseStep('0.025', 'lot'));
  assert.equal(instrument.baseDecimals, 3);
  assert.equal(instrument.baseLotAtoms, 25n);
  assert.equal(instrument.quoteDecimals, 4);
  assert.equal(3n * instrument.priceUnit * 2n, 750n);
  assert.equal(describeInstrument(instrument), 'tick 0.5, lot 0.025');
});

test('the quote mint has no decimals that no amount needs', () => {
  const instrument = instrumentOf(parseStep('0.00000005', 'tick'), parseStep('2000', 'lot'));
  assert.deepEqual([instrument.quoteDecimals, instrument.priceUnit], [4, 1n]);
});

test('eight decimals and eight leave u64 little to trade with', () => {
  const finest = parseStep('0.00000001', 'lot');
  assert.deepEqual(largestAmounts(instrumentOf(finest, finest)), { base: 184_467_440_737n, quote: 1_844n });
});

test('steps above 1', () => {
  const instrument = instrumentOf(parseStep('5', 'tick'), parseStep('100', 'lot'));
  assert.deepEqual([instrument.baseDecimals, instrument.quoteDecimals], [0, 0]);
  assert.equal(instrument.priceUnit, 500n);
});

for (const bad of ['0', '0.000000001', '-1', 'abc', '', '1e-2', '99999999999999999']) {
  test(`${JSON.stringify(bad)} is no step`, () => {
    assert.throws(
      () => parseStep(bad, 'tick'),
      (error: unknown) => error instanceof InputError && error.code === 'STEP_INVALID',
    );
  });
}
