/** Proves: signatures are remembered for 300 blocks and not longer, so replays are refused while a blockhash can live. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATUS_CACHE_BLOCKS, StatusCache } from './statuses.ts';

test('a signature is known for 300 blocks', () => {
  const cache = new StatusCache();
  for (let height = 1n; height <= 3n; height += 1n) {
    cache.add(`a${height}`, { slot: height, height, err: null });
    cache.add(`b${height}`, { slot: height, height, err: 'AccountNotFound' });
  }
  cache.forgetOlderThan(1n + STATUS_CACHE_BLOCKS);
  assert.deepEqual(cache.get('b1'), { slot: 1n, height: 1n, err: 'AccountNotFound' });
  cache.forgetOlderThan(2n + STATUS_CACHE_BLOCKS);
  assert.deepEqual([cache.get('a1'), cache.get('b1')], [undefined, undefined]);
  assert.equal(cache.size, 4);
  cache.forgetOlderThan(100n + STATUS_CACHE_BLOCKS);
  assert.equal(cache.size, 0);
});
