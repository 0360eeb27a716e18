// Proves: every difference is found, named by its path and bounded in number; equal values of different types are equal.
// Does not prove: that the right things are compared (tests/start).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair, PublicKey } from '@solana/web3.js';
import { Differences } from './differences.ts';

function between(expected: unknown, found: unknown) {
  const differences = new Differences();
  differences.compare('it', expected, found);
  return differences.list;
}

test('equal is equal across bigint, number, bytes and copies of a key', () => {
  const key = Keypair.generate().publicKey;
  const expected = { a: 1n, b: [Uint8Array.of(1)], c: key, d: { e: 'x' } };
  assert.deepEqual(between(expected, { a: 1, b: [Buffer.of(1)], c: new PublicKey(key), d: { e: 'x', more: 1 } }), []);
});

test('a difference has its path, what was expected and what was found', () => {
  assert.deepEqual(between({ a: [{ b: 1n }, { b: 2n }] }, { a: [{ b: 1n }, { b: 3n }] }), [
    { what: 'it.a[1].b', expected: '2', found: '3' },
  ]);
  assert.deepEqual(between(Uint8Array.of(1), Uint8Array.of(2)), [{ what: 'it', expected: '"01"', found: '"02"' }]);
});

test('what is missing or too much differs', () => {
  assert.deepEqual(
    between([1, 2], [1]).map(({ what }) => what),
    ['it.length', 'it[1]'],
  );
  assert.deepEqual(
    between([1], [1, 2]).map(({ what }) => what),
    ['it.length'],
  );
  assert.deepEqual(between({ a: 1 }, {}), [{ what: 'it.a', expected: '1', found: 'nothing' }]);
  assert.equal(between({ a: 1 }, undefined).length, 1);
  assert.equal(between('not in the input', { tradeId: 1n }).length, 1);
});

test('the first ones are kept', () => {
  assert.equal(between(Array(100).fill(0), Array(100).fill(1)).length, 20);
});
