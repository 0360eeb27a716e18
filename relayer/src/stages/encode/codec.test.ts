// Proves: the payload and digest of golden batches, that the announced sizes are the encoded ones, and which version is chosen.
// Does not prove: the codec in full; client/src/golden.test.ts does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { decodeBatch, OrderType, price, SPOKEN_VERSIONS, sequence, tradeId, voidOf } from '#client';
import { NO_DIGEST } from '../../domain/cursor.ts';
import type { Trade } from '../../domain/trade.ts';
import { refuses } from '../../testing/refuses.ts';
import { trade, trades } from '../../testing/trades.ts';
import { codecFor, encodePayload, formatOf } from './codec.ts';

const plainly = { maxVersion: Number.POSITIVE_INFINITY, asV1To: tradeId(0) };

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

test('the announced sizes are the encoded ones', () => {
  for (const version of SPOKEN_VERSIONS) {
    const { empty, encode } = codecFor(version);
    const batch = trades(1, 90).map((one, at) => ({ ...one, buyer: at % 7, price: price(100 + (at % 5)) }));
    const size = batch.reduce((sum, one) => sum.plus(one), empty);
    assert.equal(encode(sequence(1), batch, NO_DIGEST).length, size.bytes);
  }
});

test('a batch is written in the highest version that is allowed and can say its first trade', () => {
  const market = { ...trade(1), orderType: OrderType.Market, feeTier: 0 };
  const chosen = (one: Trade, versions: readonly number[]) => formatOf(one, { ...plainly, versions }).version;
  assert.deepEqual(
    [[1], [1, 2], [2], [3], []].map((allowed) => chosen(trade(1), allowed)),
    [1, 2, 2, 1, 1],
  );
  assert.deepEqual(
    [[1], [1, 2], [2], []].map((allowed) => chosen(market, allowed)),
    [2, 2, 2, 2],
  );
  assert.equal(chosen(voidOf(market), [1]), 1, 'a void has nothing that V1 cannot say');
});

test('what V1 can not say is lost in a V1 batch alone, up to the trade an operator named', () => {
  const market = { ...trade(7), orderType: OrderType.Market, feeTier: 2 };
  const formatIn = (versions: readonly number[], asV1To: number) =>
    formatOf(market, { ...plainly, versions, asV1To: tradeId(asV1To) });
  assert.deepEqual([formatIn([1], 7).version, formatIn([1], 7).as(market)], [1, trade(7)]);
  assert.deepEqual([formatIn([1], 6).version, formatIn([1, 2], 7).version, formatIn([], 7).version], [2, 2, 2]);
  assert.deepEqual(formatIn([1, 2], 7).as(market), market);
  const of = formatOf(trade(6), { ...plainly, versions: [1], asV1To: tradeId(7) });
  assert.deepEqual([of.as(market), of.as({ ...market, tradeId: tradeId(8) })], [trade(7), undefined]);
});

test('version 2 names the payload before it', () => {
  const digest = `0102030405060708${'ff'.repeat(24)}`;
  const batch = decodeBatch(encodePayload({ version: 2, trades: trades(3, 4) }, sequence(2), digest).data);
  assert.ok(batch.version === 2);
  assert.deepEqual([batch.prevDigestPrefix, batch.firstTradeId, batch.trades.length], [0x0807060504030201n, 3n, 2]);
});

test('a version that is not spoken is refused', () => {
  refuses('JOURNAL_UNREADABLE', () => codecFor(3));
});
