/**
 * Proves: base58 is read and written as by kit's codec, for any bytes, leading zeros included; other letters are refused.
 * Does not prove: anything about speed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getBase58Codec } from '@solana/kit';
import fc from 'fast-check';
import { fromBase58, toBase58 } from './base58.ts';

const codec = getBase58Codec();

test('any bytes are written like kit writes them, and read back', () => {
  const zeros = fc.nat(8).map((count) => new Uint8Array(count));
  const bytes = fc
    .tuple(zeros, fc.uint8Array({ maxLength: 100 }))
    .map(([head, tail]) => Uint8Array.of(...head, ...tail));
  fc.assert(
    fc.property(bytes, (value) => {
      const text = toBase58(value);
      assert.equal(text, codec.decode(value));
      assert.deepEqual(fromBase58(text), value);
    }),
    { numRuns: 1_000 },
  );
});

test('letters outside the alphabet are refused', () => {
  for (const text of ['0', 'O', 'I', 'l', '1+', ' ', 'é']) assert.throws(() => fromBase58(text), RangeError);
});
