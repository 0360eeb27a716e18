import { seededHash } from './random.ts';

export interface Parties {
  /** Trader index. */
  readonly buyer: number;
  readonly seller: number;
}

/** Trade files name no traders: gives each row two different ones, from its id and the seed alone. */
export function partiesBySeed(seed: string, traders: number): (tradeId: bigint) => Parties {
  const hash = seededHash(`traders:${seed}`);
  return (tradeId) => {
    const [first, second] = hash(tradeId);
    const buyer = first % traders;
    return { buyer, seller: (buyer + 1 + (second % (traders - 1))) % traders };
  };
}
