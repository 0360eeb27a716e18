/** Proves: a blockhash is usable for 150 blocks and then forgotten, and a bank that lags behind does not know newer ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockhashQueue } from './blockhashes.ts';

test('a hash is usable at age 150 and not at 151', () => {
  const queue = new BlockhashQueue('genesis');
  for (let height = 1n; height <= 150n; height += 1n) queue.push(`hash ${height}`, height);
  assert.equal(queue.isUsable('genesis'), true);
  queue.push('hash 151', 151n);
  assert.equal(queue.isUsable('genesis'), false);
  assert.equal(queue.isUsable('hash 1'), true);
  assert.equal(queue.last, 'hash 151');
});

test('a bank does not know the hashes of later blocks', () => {
  const queue = new BlockhashQueue('genesis');
  queue.push('one', 1n);
  queue.push('two', 2n);
  assert.deepEqual(
    ['genesis', 'one', 'two'].map((hash) => queue.isUsable(hash, 1n)),
    [true, true, false],
  );
});

test('a hash nobody made is not usable', () => {
  assert.equal(new BlockhashQueue('genesis').isUsable('other'), false);
});
