// Proves: people's and programs' text never mix, and JSON writes the client's types as documented.
// Does not prove: what commands say.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { createOutput, toJson } from './output.ts';

function streams() {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        write: (piece, _, done) => {
          texts[name] += piece.toString();
          done();
        },
      }),
      { isTTY: name === 'stderr' },
    );
  return { texts, stdout: stream('stdout'), stderr: stream('stderr') };
}

test('without JSON people read standard output, and there is no result line', () => {
  const { texts, ...io } = streams();
  const output = createOutput(false, io);
  output.say('hello');
  output.result({ a: 1 });
  assert.deepEqual(texts, { stdout: 'hello\n', stderr: '' });
  assert.equal(output.isTerminal, false);
});

test('with JSON standard output has the result alone', () => {
  const { texts, ...io } = streams();
  const output = createOutput(true, io);
  output.say('hello');
  output.result({ a: 1 });
  assert.deepEqual(texts, { stdout: '{"a":1}\n', stderr: 'hello\n' });
  assert.equal(output.isTerminal, true);
});

test('u64 is decimal text, addresses base58, bytes hex', () => {
  const value = {
    id: 2n ** 64n - 1n,
    key: PublicKey.default,
    root: Uint8Array.of(1, 255),
    list: [1n, null],
    none: undefined,
  };
  assert.equal(
    toJson(value),
    '{"id":"18446744073709551615","key":"11111111111111111111111111111111","root":"01ff","list":["1",null]}',
  );
});
