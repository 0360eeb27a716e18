/** The trades that the V2 vectors are made of. */
import { U32_MAX, U64_MAX } from '../bytes.ts';
import { tradeJson as jsonV1, sampleTrade as sampleV1, type Trade as TradeV1 } from '../trades.ts';

export interface Trade extends TradeV1 {
  readonly orderType: number;
  readonly feeTier: number;
}

export const tradeJson = (trade: Trade): Record<string, unknown> => ({
  ...jsonV1(trade),
  order_type: trade.orderType,
  fee_tier: trade.feeTier,
});

/** As in V1, with order type and fee tier from the id too. */
export function sampleTrade(tradeId: bigint): Trade {
  const n = Number(tradeId % 1_000n);
  return { ...sampleV1(tradeId), orderType: n % 4, feeTier: Math.floor(n / 4) % 4 };
}

export const sampleTrades = (first: bigint, count: number): Trade[] =>
  Array.from({ length: count }, (_, i) => sampleTrade(first + BigInt(i)));

export const voided = (trade: Trade): Trade => ({ ...trade, quantity: 0n });

const plain: Trade = {
  tradeId: 1n,
  buyer: 0,
  seller: 1,
  price: 100n,
  quantity: 5n,
  takerIsBuyer: true,
  orderType: 0,
  feeTier: 0,
};

/** One trade each; what makes it special is its name. */
export const namedTrades: readonly (readonly [string, Trade])[] = [
  ['first trade', plain],
  ['taker is the seller', { ...plain, takerIsBuyer: false }],
  ['a market order', { ...plain, orderType: 1 }],
  ['immediate or cancel in the second tier', { ...plain, orderType: 2, feeTier: 1 }],
  ['fill or kill in the last tier', { ...plain, orderType: 3, feeTier: 3 }],
  ['an order type the program does not know', { ...plain, orderType: 4 }],
  ['flags at their end', { ...plain, orderType: 7, feeTier: 3 }],
  ['price at its end', { ...plain, price: U64_MAX, quantity: 1n }],
  ['quantity at its end', { ...plain, price: 1n, quantity: U64_MAX }],
  ['indices at their end', { ...plain, buyer: U32_MAX, seller: U32_MAX - 1 }],
  [
    'every field at its end',
    {
      tradeId: U64_MAX,
      buyer: U32_MAX,
      seller: U32_MAX,
      price: U64_MAX,
      quantity: U64_MAX,
      takerIsBuyer: true,
      orderType: 7,
      feeTier: 3,
    },
  ],
  ['void', voided(plain)],
  [
    'void of zeros',
    { ...plain, buyer: 0, seller: 0, price: 0n, quantity: 0n, takerIsBuyer: false, orderType: 0, feeTier: 0 },
  ],
];
