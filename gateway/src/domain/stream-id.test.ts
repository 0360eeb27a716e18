// Proves: ids of streams are read exactly and ordered as Redis orders them; what is none is none.
// Does not prove: what is read from a stream (tests/gateway/feed.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareIds, streamId } from './stream-id.ts';

test('ids are ordered by both of their numbers', () => {
  const part = fc.bigInt(0n, 10n ** 18n);
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, d) => {
      const expected = a === c ? b - d : a - c;
      assert.equal(Math.sign(compareIds(`${a}-${b}`, `${c}-${d}`)), expected < 0n ? -1 : expected > 0n ? 1 : 0);
    }),
  );
});

test('what a client sends', () => {
  assert.equal(streamId('0'), '0-0');
  assert.equal(streamId('17-3'), '17-3');
  for (const text of ['', '-', 'x', '1-', '01', '1-02', '1-1-1', '$', '+', ' 1', `${10n ** 19n}`])
    assert.equal(streamId(text), undefined, text);
});
