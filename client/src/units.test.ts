// Proves: a unit is made of whole numbers of 0..2^64-1 in any of the three spellings, and of nothing else.
// Does not prove: that mixing two units fails to compile; the type checker does that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyU64 } from './testing/arbitraries.ts';
import { refuses } from './testing/refusal.ts';
import { baseLots, price, quoteAtoms, sequence, slot, tradeId, traderIndex, U32_MAX, U64_MAX } from './units.ts';

const units = { tradeId, sequence, slot, baseLots, quoteAtoms, price };

for (const [name, make] of Object.entries(units)) {
  test(`${name} keeps every u64, from bigint and from text`, () => {
    fc.assert(
      fc.property(anyU64, (value) => {
        assert.equal(make(value), value);
        assert.equal(make(value.toString()), value);
      }),
    );
  });

  test(`${name} takes a number only while it is exact`, () => {
    assert.equal(make(Number.MAX_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER));
    refuses('OUT_OF_RANGE', () => make(Number.MAX_SAFE_INTEGER + 1));
    refuses('OUT_OF_RANGE', () => make(0.5));
    refuses('OUT_OF_RANGE', () => make(Number.NaN));
  });

  test(`${name} refuses what is negative, over u64, or no decimal number`, () => {
    for (const value of [-1n, -1, '-1', U64_MAX + 1n, (U64_MAX + 1n).toString(), '', ' 1', '0x10', '1e3', '1.0']) {
      refuses('OUT_OF_RANGE', () => make(value));
    }
  });
}

test('a trader index is a u32', () => {
  assert.equal(traderIndex(0), 0);
  assert.equal(traderIndex(U32_MAX), U32_MAX);
  for (const value of [-1, U32_MAX + 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    refuses('OUT_OF_RANGE', () => traderIndex(value));
  }
});
