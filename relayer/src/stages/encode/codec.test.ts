// Proves: the payload and digest of golden batches, and that the announced sizes are the encoded ones.
// Does not prove: the codec in full; client/src/golden.test.ts does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { decodeBatch, sequence } from '#client';
import { refuses } from '../../testing/refuses.ts';
import { trades } from '../../testing/trades.ts';
import { CURRENT_CODEC, codecFor, encodePayload } from './codec.ts';

const golden = z
  .object({ cases: z.array(z.object({ name: z.string(), data: z.string(), payload_digest: z.string() })) })
  .parse(JSON.parse(readFileSync(new URL('../../../../tests/golden/v1/batches.json', import.meta.url), 'utf8')));

for (const { name, data, payload_digest } of golden.cases) {
  test(`golden batch: ${name}`, () => {
    const batch = decodeBatch(Buffer.from(data, 'hex'));
    const payload = encodePayload(batch, batch.sequence);
    assert.equal(Buffer.from(payload.data).toString('hex'), data);
    assert.equal(payload.digest, payload_digest);
  });
}

test('the announced sizes add up', () => {
  const batch = trades(1, 9);
  const size = batch.reduce((bytes, trade) => bytes + CURRENT_CODEC.sizeOf(trade), CURRENT_CODEC.headerBytes);
  assert.equal(CURRENT_CODEC.encode(sequence(1), batch).length, size);
});

test('a version that is not spoken is refused', () => {
  refuses('JOURNAL_UNREADABLE', () => codecFor(2));
});
