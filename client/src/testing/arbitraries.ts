import fc from 'fast-check';
import type { BatchV1, TradeV1 } from '../batch/v1.ts';
import type { BatchV2, TradeV2 } from '../batch/v2.ts';
import type { OrderTypeCode } from '../constants.ts';
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

/** Trades of a V2 batch without their ids: near each other in some batches, anything in others. */
export const anyTradesV2: fc.Arbitrary<TradeV2[]> = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(anyTrade, fc.nat(7), fc.nat(3), fc.nat(50)), { maxLength: 60 }))
  .map(([near, list]) =>
    list.map(([trade, orderType, feeTier, step]) => ({
      ...trade,
      ...(near ? { buyer: step % 5, seller: step % 7, price: price(1000 + step), quantity: baseLots(step) } : {}),
      orderType: orderType as OrderTypeCode,
      feeTier,
    })),
  );

export const anyBatchV2: fc.Arbitrary<BatchV2> = fc
  .tuple(anyU64, fc.bigInt({ min: 0n, max: U64_MAX - 100n }), anyU64, anyTradesV2)
  .map(([number, first, prevDigestPrefix, trades]) => ({
    sequence: sequence(number),
    firstTradeId: tradeId(first),
    prevDigestPrefix,
    trades: trades.map((trade, i) => ({ ...trade, tradeId: tradeId(first + BigInt(i)) })),
  }));
