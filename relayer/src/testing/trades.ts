import type { TradeV1 } from '#client';
import { baseLots, price, tradeId } from '#client';

/** A trade nothing is wrong with. */
export const trade = (id: number | bigint, overrides: Partial<TradeV1> = {}): TradeV1 => ({
  tradeId: tradeId(id),
  buyer: 1,
  seller: 2,
  price: price(100),
  quantity: baseLots(5),
  takerIsBuyer: true,
  ...overrides,
});

/** Trades with ids `first`..`last`. */
export const trades = (first: number, last: number): TradeV1[] =>
  Array.from({ length: last - first + 1 }, (_, at) => trade(first + at));
