import type { TradeId } from '#client';

/** How far a batch has come, or that a trade of it ended as a void. */
export const FEED_STAGES = ['submitted', 'confirmed', 'finalized', 'rejected'] as const;

export type FeedStage = (typeof FEED_STAGES)[number];

/** One word about a batch, or about one trade that was rejected: for people, never a truth to act on. */
export interface FeedEntry {
  readonly stage: FeedStage;
  /** Trades `first` to `last`; the same for a rejected one. */
  readonly first: TradeId;
  readonly last: TradeId;
  readonly sequence?: bigint;
  readonly version?: number;
  /** Base58; the newest attempt's while submitted. */
  readonly signature?: string;
  /** From confirmed on. */
  readonly slot?: bigint;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `code` is a `ResultCode`; 0, settled, also while it is not known. */
  readonly trades: readonly FeedTrade[];
  /** Of a rejected trade: name of the refusal, and what it says. */
  readonly code?: string;
  readonly reason?: string;
}

export interface FeedTrade {
  readonly id: TradeId;
  readonly buyer: number;
  readonly seller: number;
  readonly code: number;
}
