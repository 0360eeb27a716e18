import { seededHash } from './random.ts';

export interface Parties {
  /** Trader index. */
  readonly buyer: number;
  readonly seller: number;
}

const FEE_TIERS = 4;

/** A trader's row of the fee table. A venue goes by volume; here it is the trader's number, so that every tier is in use. */
export const feeTierOf = (trader: number): number => trader % FEE_TIERS;

/** Trade files name no traders: gives each row two different ones, from its id and the seed alone. */
export function partiesBySeed(seed: string, traders: number): (tradeId: bigint) => Parties {
  const hash = seededHash(`traders:${seed}`);
  return (tradeId) => {
    const [first, second] = hash(tradeId);
    const buyer = first % traders;
    return { buyer, seller: (buyer + 1 + (second % (traders - 1))) % traders };
  };
}
