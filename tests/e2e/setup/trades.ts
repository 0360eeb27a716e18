import type { TradeV1 } from '#client';
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

/** What an id becomes whose bytes are no trade. */
export const unreadable = (id: number): TradeV1 =>
  voidOf({ tradeId: tradeId(id), buyer: 0, seller: 0, price: price(0n), quantity: baseLots(0n), takerIsBuyer: false });
