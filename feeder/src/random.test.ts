// Proves: seeds decide the numbers, alone and on every machine; draws stay in range; rows get two different traders.
// Does not prove: statistical quality beyond every trader being drawn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeededRandom } from './random.ts';
import { partiesBySeed } from './traders.ts';

test('the same seed gives the same words, recorded here for every machine', () => {
  const random = new SeededRandom('1');
  assert.deepEqual([random.word(), random.word(), random.word()], [2_901_284_457, 4_216_319_594, 1_064_894_088]);
});

test('another seed gives other words', () => {
  assert.notEqual(new SeededRandom('1').word(), new SeededRandom('2').word());
});

test('below stays below', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 0xffff_ffff }), (seed, limit) => {
      const value = new SeededRandom(seed).below(limit);
      assert.ok(Number.isInteger(value) && value >= 0 && value < limit);
    }),
  );
});

test('buyer and seller differ, are in range, and depend on nothing but id, seed and number of traders', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 2, max: 1000 }), (id, traders) => {
      const parties = partiesBySeed('7', traders)(id);
      assert.notEqual(parties.buyer, parties.seller);
      for (const index of [parties.buyer, parties.seller]) assert.ok(index >= 0 && index < traders);
      assert.deepEqual(parties, partiesBySeed('7', traders)(id));
    }),
  );
});

test('every trader trades', () => {
  const parties = partiesBySeed('1', 64);
  const seen = new Set(Array.from({ length: 2_001 }, (_, i) => parties(553_287_559n + BigInt(i)).buyer));
  assert.equal(seen.size, 64);
});
