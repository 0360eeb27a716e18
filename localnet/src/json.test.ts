/** Proves: answers keep every digit of a u64 and are the JSON that JSON.stringify would write otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, stringify } from './json.ts';

test('a u64 keeps its digits', () => {
  assert.equal(stringify({ rentEpoch: 18_446_744_073_709_551_615n }), '{"rentEpoch":18446744073709551615}');
});

test('members that are undefined are left out', () => {
  assert.equal(stringify({ a: undefined, b: null, c: [undefined, 1] }), '{"b":null,"c":[null,1]}');
});

test('any other value is written like JSON.stringify writes it', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(stringify(value as Json), JSON.stringify(value))));
});
