// Proves: the set answers like a Set, across growth, for ids that share their low or high bits.
// Does not prove: how much memory it takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KnownIds } from './known-ids.ts';

test('knows what was added, and only that', () => {
  const id = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 20n }));
  fc.assert(
    fc.property(fc.array(id), fc.array(id), (added, asked) => {
      const ids = new KnownIds();
      const set = new Set(added);
      for (const each of added) ids.add(each);
      for (const each of [...added, ...asked]) assert.equal(ids.has(each), set.has(each));
    }),
  );
});

test('grows past its first size', () => {
  const ids = new KnownIds();
  const step = 1n << 20n;
  for (let i = 0n; i < 100_000n; i += 1n) ids.add(i * step);
  for (let i = 0n; i < 100_000n; i += 1n) assert.ok(ids.has(i * step));
  assert.equal(ids.has(100_000n * step), false);
  assert.equal(ids.has(1n), false);
});
