/** TradeV1 as 33 borsh bytes, and the trades the other vectors are made of. */
import { U32_MAX, U64_MAX, u8, u32, u64 } from './bytes.ts';

export interface Trade {
  readonly tradeId: bigint;
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly takerIsBuyer: boolean;
}

export function tradeBytes(trade: Trade): Buffer {
  return Buffer.concat([
    u64(trade.tradeId),
    u32(trade.buyer),
    u32(trade.seller),
    u64(trade.price),
    u64(trade.quantity),
    u8(trade.takerIsBuyer ? 1 : 0),
  ]);
}

/** The trade in the vectors' spelling: the IDL's names, u64 as decimal text because JSON numbers lose digits. */
export function tradeJson(trade: Trade): Record<string, unknown> {
  return {
    trade_id: trade.tradeId.toString(),
    buyer: trade.buyer,
    seller: trade.seller,
    price: trade.price.toString(),
    quantity: trade.quantity.toString(),
    taker_is_buyer: trade.takerIsBuyer,
  };
}

/** 0 Settled, 1 Voided: the codes an accepted V1 batch can hold. */
export function resultCode(trade: Trade): number {
  return trade.quantity === 0n ? 1 : 0;
}

/** An ordinary trade; the id decides every other field, so a list of them is reproducible by eye. */
export function sampleTrade(tradeId: bigint): Trade {
  const n = Number(tradeId % 1_000n);
  return {
    tradeId,
    buyer: n % 7,
    seller: 7 + (n % 5),
    price: 3_900_000n + BigInt(n) * 13n,
    quantity: 1n + BigInt((n * 37) % 500),
    takerIsBuyer: n % 2 === 0,
  };
}

export const sampleTrades = (first: bigint, count: number): Trade[] =>
  Array.from({ length: count }, (_, i) => sampleTrade(first + BigInt(i)));

export const voided = (trade: Trade): Trade => ({ ...trade, quantity: 0n });

const plain: Trade = { tradeId: 1n, buyer: 0, seller: 1, price: 100n, quantity: 5n, takerIsBuyer: true };

export const namedTrades: readonly (readonly [string, Trade])[] = [
  ['first trade', plain],
  ['taker is the seller', { ...plain, takerIsBuyer: false }],
  [
    'bytes in a visible order',
    {
      tradeId: 0x0102030405060708n,
      buyer: 0x11121314,
      seller: 0x21222324,
      price: 0x3132333435363738n,
      quantity: 0x4142434445464748n,
      takerIsBuyer: true,
    },
  ],
  ['trade id at its end', { ...plain, tradeId: U64_MAX }],
  ['trade id beyond 2^53', { ...plain, tradeId: 2n ** 53n + 1n }],
  ['price at its end', { ...plain, price: U64_MAX, quantity: 1n }],
  ['quantity at its end', { ...plain, price: 1n, quantity: U64_MAX }],
  ['indices at their end', { ...plain, buyer: U32_MAX, seller: U32_MAX - 1 }],
  [
    'every field at its end',
    { tradeId: U64_MAX, buyer: U32_MAX, seller: U32_MAX, price: U64_MAX, quantity: U64_MAX, takerIsBuyer: true },
  ],
  ['void', voided(plain)],
  ['void that keeps an index out of range', { ...plain, buyer: U32_MAX, quantity: 0n }],
  ['void of zeros', { tradeId: 9n, buyer: 0, seller: 0, price: 0n, quantity: 0n, takerIsBuyer: false }],
];

export function tradesVectors(): unknown {
  return {
    about:
      'TradeV1 in borsh, 33 bytes. code: what the trade is worth in results_digest if the batch is accepted (0 settled, 1 voided).',
    cases: namedTrades.map(([name, trade]) => ({
      name,
      trade: tradeJson(trade),
      bytes: tradeBytes(trade).toString('hex'),
      code: resultCode(trade),
    })),
  };
}
