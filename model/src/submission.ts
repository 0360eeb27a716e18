import type { GlobalConfig } from '#client';
import { effective } from './config.ts';
import type { MarketState } from './market.ts';
import { requireThat } from './refusal.ts';
import type { Work } from './work.ts';

/** Everything the rules of a version look at. */
export interface Submission {
  readonly market: MarketState;
  readonly config: GlobalConfig;
  readonly now: bigint;
  readonly data: Uint8Array;
  /** Of the payload, from its first byte. */
  readonly view: DataView;
}

/** What became of a batch's trades: one code each, and what they did together. */
export interface Judgement {
  readonly codes: readonly number[];
  readonly work: Work;
}

export type Judge = (batch: Submission) => Judgement;

/** Whether a batch of `count` trades may come now. */
export function requireLargeEnough({ market, config, now }: Submission, count: number): void {
  const isDue = now >= market.lastSettledSlot + effective(config, 'maxBatchAgeSlots', now);
  requireThat(count === 0 || count >= effective(config, 'minBatchSize', now) || isDue, 'BatchTooSmall');
}
