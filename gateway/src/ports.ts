/** What the gateway needs from the world, as types only. Adapters implement them; tests hand in fakes. */
import type { PublicKey } from '@solana/web3.js';
import type { FeedBatch, OrderAnswer } from './domain/feed.ts';
import type { MarketState } from './domain/market-state.ts';
import type { Settlement } from './domain/settlement.ts';

/** Milliseconds since 1970: expiries are wall-clock times. */
export type Now = () => number;

export interface Entry {
  readonly owner: PublicKey;
  /** One of `EntryStatus`. */
  readonly status: number;
}

/** Entries of the market as the chain has them, a few seconds old at most. */
export interface Entries {
  /**
   * Undefined when the market has no such entry.
   * @param owner who it is expected to be: an entry of somebody else is read anew before it is believed
   * @throws RequestRefused CHAIN_UNAVAILABLE
   */
  find(trader: number, owner: Uint8Array): Promise<Entry | undefined>;
}

/** An order or a cancellation that was found good. */
export interface Intake {
  /** base58. */
  readonly owner: string;
  /** Hex. */
  readonly nonce: string;
  /** How long a nonce has to be remembered. */
  readonly nonceForMs: number;
  readonly order: string;
  /** What makes two requests with the same UUID the same order. */
  readonly digest: string;
  /** What the engine reads, as JSON. */
  readonly json: string;
}

export type Taken = 'taken' | 'nonce-reused' | 'order-id-taken' | 'closed';

export interface OrderDesk {
  /**
   * Uses the nonce and hands the order to the engine, in one step; neither happens when the market is closed at that moment.
   * @throws RequestRefused UNAVAILABLE
   */
  take(intake: Intake): Promise<Taken>;
  /** Uses up a nonce alone. False when it was used before. @throws RequestRefused UNAVAILABLE */
  useNonce(owner: string, nonce: string, forMs: number): Promise<boolean>;
  /** Who gave an order, base58, as long as that is remembered. */
  ownerOf(order: string): Promise<string | undefined>;
}

/** The market's state, looked at all the time. */
export interface MarketWatch {
  state(): MarketState;
  /** Looks now, and answers what was found. */
  lookNow(): Promise<MarketState>;
  /** When it last looked, in ms of `performance.now()`. */
  lookedAt(): number;
  /** Returns what ends it. */
  onChange(listener: (state: MarketState) => void): () => void;
  close(): Promise<void>;
}

/** Whether the program settles, looked at all the time. */
export interface SettlementWatch {
  state(): Settlement;
  /** Returns what ends it. */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** A page of the feed after a cursor. */
export interface FeedPage {
  readonly batches: readonly FeedBatch[];
  /** Cursor to read on from. */
  readonly last: string;
  readonly isEnd: boolean;
}

/** What reaches a listener as it happens. */
export type News =
  | { readonly kind: 'batch'; readonly batch: FeedBatch }
  | { readonly kind: 'answer'; readonly answer: OrderAnswer }
  /** The feed began again: ids of before mean nothing now. */
  | { readonly kind: 'restarted' };

export interface Feed {
  /** Id of the last entry that was handed to listeners. */
  position(): string;
  /** Entries after `after` up to `until`. @throws when Redis is away */
  page(after: string, until: string): Promise<FeedPage>;
  /** Id of the oldest entry and of the last one ever written. @throws when Redis is away */
  bounds(): Promise<{ readonly oldest: string | undefined; readonly last: string }>;
  listen(listener: (news: News) => void): () => void;
  /** When it last read, in ms of `performance.now()`. */
  readAt(): number;
  close(): Promise<void>;
}
