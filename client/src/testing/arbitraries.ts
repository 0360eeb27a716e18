import fc from 'fast-check';
import type { BatchV1, TradeV1 } from '../batch/v1.ts';
import { baseLots, price, sequence, tradeId, U32_MAX, U64_MAX } from '../units.ts';

/** Any u64, with the edges and small numbers often. */
export const anyU64 = fc.oneof(
  fc.bigInt({ min: 0n, max: U64_MAX }),
  fc.bigInt({ min: 0n, max: 1000n }),
  fc.constantFrom(0n, 1n, U64_MAX),
);

const anyU32 = fc.oneof(fc.integer({ min: 0, max: U32_MAX }), fc.constantFrom(0, U32_MAX));

export const anyTrade: fc.Arbitrary<TradeV1> = fc
  .tuple(anyU64, anyU32, anyU32, anyU64, anyU64, fc.boolean())
  .map(([id, buyer, seller, at, quantity, takerIsBuyer]) => ({
    tradeId: tradeId(id),
    buyer,
    seller,
    price: price(at),
    quantity: baseLots(quantity),
    takerIsBuyer,
  }));

export const anyBatch: fc.Arbitrary<BatchV1> = fc
  .tuple(anyU64, fc.array(anyTrade, { maxLength: 40 }))
  .map(([number, trades]) => ({ sequence: sequence(number), trades }));

/** A batch whose trades have the ids 1, 2, 3… as a market takes them. */
export const anyRun: fc.Arbitrary<BatchV1> = anyBatch.map((batch) => ({
  ...batch,
  trades: batch.trades.map((trade, i) => ({ ...trade, tradeId: tradeId(i + 1) })),
}));
