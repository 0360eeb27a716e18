// Proves: amounts and fees are the exact products, fees rounded up, and overflow has no number.
// Does not prove: that the program computes the same; golden.test.ts and tests/program do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { feeOf, quoteAmount } from './money.ts';
import { anyU64 } from './testing/arbitraries.ts';
import { baseLots, price, quoteAtoms, U64_MAX } from './units.ts';

test('an amount is price times quantity, or nothing above u64', () => {
  fc.assert(
    fc.property(anyU64, anyU64, (at, lots) => {
      const exact = at * lots;
      assert.equal(quoteAmount(price(at), baseLots(lots)), exact > U64_MAX ? undefined : exact);
    }),
  );
});

test('a fee is the smallest whole number not below the exact rate', () => {
  fc.assert(
    fc.property(anyU64, fc.integer({ min: 0, max: 10_000 }), (amount, bps) => {
      const fee = feeOf(quoteAtoms(amount), bps);
      const exact = amount * BigInt(bps);
      assert.ok(fee * 10_000n >= exact, 'not below');
      assert.ok((fee - 1n) * 10_000n < exact, 'no smaller one');
    }),
  );
});

test('fees round up at the exact boundary', () => {
  assert.equal(feeOf(quoteAtoms(10_000), 1), 1n);
  assert.equal(feeOf(quoteAtoms(10_001), 1), 2n);
  assert.equal(feeOf(quoteAtoms(1), 1), 1n);
  assert.equal(feeOf(quoteAtoms(0), 500), 0n);
  assert.equal(feeOf(quoteAtoms(123), 0), 0n);
  assert.equal(feeOf(quoteAtoms(U64_MAX), 10_000), U64_MAX);
});
