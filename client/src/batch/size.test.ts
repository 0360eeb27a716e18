// Proves: the size told trade by trade is the size of the encoded batch, for trades of any shape.
// Does not prove: that the encoding is the smallest; v2.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyTrade } from '../testing/arbitraries.ts';
import { price, sequence, tradeId } from '../units.ts';
import { sizeV2 } from './size.ts';
import type { TradeV2 } from './v2.ts';
import { asV2, encodeBatchV2 } from './v2.ts';

test('after each trade, the size is that of the batch up to it', () => {
  const few = fc.record({ buyer: fc.nat(5), seller: fc.nat(300), at: fc.bigInt({ min: 90n, max: 110n }) });
  const anyShape = fc.oneof(
    anyTrade,
    fc.tuple(anyTrade, few).map(([trade, { buyer, seller, at }]) => ({ ...trade, buyer, seller, price: price(at) })),
  );
  const anyRow = fc.tuple(anyShape, fc.integer({ min: 1, max: 40 }), fc.nat(3)).map(([trade, times, feeTier]) => {
    const row: TradeV2 = { ...asV2(trade), feeTier };
    return Array<TradeV2>(times).fill(row);
  });
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 12 }), (rows) => {
      const trades = rows.flat().map((trade, at) => ({ ...trade, tradeId: tradeId(1 + at) }));
      const head = { sequence: sequence(1), firstTradeId: tradeId(1), prevDigestPrefix: 0n };
      let size = sizeV2;
      assert.equal(size.bytes, encodeBatchV2({ ...head, trades: [] }).length);
      for (const [at, trade] of trades.entries()) {
        size = size.plus(trade);
        if (at % 7 === 0 || at === trades.length - 1)
          assert.equal(size.bytes, encodeBatchV2({ ...head, trades: trades.slice(0, at + 1) }).length);
      }
    }),
    { numRuns: 60 },
  );
});
