import type { OrderTypeCode, TradeV1, TradeV2 } from '#client';
import { baseLots, price, tradeId, voidOf } from '#client';
import { SeededRandom } from '../../../feeder/src/random.ts';
import { trade } from '../../../relayer/src/testing/trades.ts';

/** Entries of a scene's market. */
export const TRADERS = 6;
/** What each of them has. */
export const DEPOSIT = { baseLots: 1_000_000n, quoteAtoms: 1_000_000_000n };

const MAX_PRICE = 200;
const MAX_LOTS = 20;

/** What no market can settle, by what is wrong with it. */
export const IMPOSSIBLE = {
  'unknown trader': { buyer: TRADERS },
  'trade with oneself': { buyer: 1, seller: 1 },
  'price of zero': { price: price(0n) },
  'more base than there is': { quantity: baseLots(10n * DEPOSIT.baseLots) },
  'more quote than there is': { price: price(1_000n * DEPOSIT.quoteAtoms) },
  'amount above u64': { price: price(2n ** 63n), quantity: baseLots(2n) },
} as const satisfies Record<string, Partial<TradeV1>>;

const impossible: readonly Partial<TradeV1>[] = Object.values(IMPOSSIBLE);

/** Trades that everybody can pay, the same for the same id; `badEvery` n puts an impossible one into every n. */
export function lot(first: number, count: number, badEvery = Number.POSITIVE_INFINITY): TradeV1[] {
  return Array.from({ length: count }, (_, at) => {
    const id = first + at;
    const bad = (at + 1) % badEvery === 0 ? impossible[id % impossible.length] : undefined;
    return { ...goodTrade(id), ...bad };
  });
}

function goodTrade(id: number): TradeV1 {
  const random = new SeededRandom(`trade ${id}`);
  const buyer = random.below(TRADERS);
  return trade(id, {
    buyer,
    seller: (buyer + 1 + random.below(TRADERS - 1)) % TRADERS,
    price: price(BigInt(1 + random.below(MAX_PRICE))),
    quantity: baseLots(BigInt(1 + random.below(MAX_LOTS))),
    takerIsBuyer: random.below(2) === 0,
  });
}

/** Order types the program knows, and tiers it has: of so many trades one is plain enough for V1. */
const KINDS = 4;

/** Trades that everybody can pay, three of four such that only schema 2 says all of them; the same for the same id. */
export const lotV2 = (first: number, count: number): TradeV2[] =>
  lot(first, count).map((plain) => {
    const kind = Number(plain.tradeId) % KINDS;
    return { ...plain, orderType: kind as OrderTypeCode, feeTier: kind };
  });

/** What an id becomes whose bytes are no trade. */
export const unreadable = (id: number): TradeV1 =>
  voidOf({ tradeId: tradeId(id), buyer: 0, seller: 0, price: price(0n), quantity: baseLots(0n), takerIsBuyer: false });
