/**
 * What the stages need from the world, as types only. Adapters implement them; tests hand in fakes.
 * Left out on purpose: how a lane is claimed (the composition root owns the lease), configuration, and everything a
 * read-only observer needs; those are not part of a trade's way.
 */
import type { ProgramRefusal, Sequence, Slot, TradeId } from '#client';
import type { Commitment } from './domain/commitment.ts';
import type { Cursor } from './domain/cursor.ts';
import type { BatchKey, OutboxRow } from './domain/row.ts';
import type { RejectedTrade } from './domain/trade.ts';

/** Time as the stages see it. Left out: wall-clock dates; no rule of the relayer rests on them. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** @throws the signal's reason when it is aborted first */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** One entry of the trade stream, unread: its id says which trade it must be. */
export interface StreamEntry {
  readonly tradeId: TradeId;
  /** Field `v`. */
  readonly schema: string | undefined;
  /** Field `p`. */
  readonly payload: Uint8Array | undefined;
}

/** The engine's trades in order. Left out: acknowledging; the chain holds the only cursor. */
export interface TradeSource {
  /**
   * Entries after `after` in order, at most `max`; none when nothing arrived within `waitMs` or the wait was cut short.
   * @throws LockstepError STREAM_ENTRY_INVALID or REDIS_REFUSED
   */
  read(after: TradeId, max: number, waitMs: number, signal: AbortSignal): Promise<readonly StreamEntry[]>;
}

/**
 * The row store: what it holds after a call returned survives a crash of the relayer. Every write is atomic and refused when
 * another relayer has taken the lane (LEASE_LOST). Left out: queries; a lane keeps its few open rows in memory.
 */
export interface Journal {
  /** All rows of the lane, in trade order. @throws LockstepError JOURNAL_UNREADABLE */
  load(): Promise<readonly OutboxRow[]>;
  /** Writes the row, and the trades that were refused since it was last written. */
  save(row: OutboxRow, rejected?: readonly RejectedTrade[]): Promise<void>;
  /** Removes rows that can never land, and what was noted about their trades: those are judged again. */
  drop(rows: readonly OutboxRow[]): Promise<void>;
  /** Moves finalised rows to the settled log, each once. */
  retire(rows: readonly OutboxRow[]): Promise<void>;
  rejected(): Promise<readonly RejectedTrade[]>;
  /** Keeps the lane from going on, over restarts, until a person has looked. */
  markHalted(reason: string): Promise<void>;
  halt(): Promise<HaltMark | undefined>;
  clearHalt(): Promise<void>;
}

/** Why a person has to look before a lane goes on. */
export interface HaltMark {
  readonly reason: string;
  readonly acknowledged: boolean;
  /** The command that acknowledges it. */
  readonly acknowledge: string;
}

/**
 * Says when which batch is worked on: pointers in order, one at a time. The row is the truth, so losing or repeating a
 * pointer is harmless. Left out: retries and results; a batch is retried inside its job, and its row says how it went.
 */
export interface Queue {
  /**
   * Forgets every pointer and adds these instead: at start, when nobody else works on the lane.
   * @throws TransientError QUEUE_UNAVAILABLE
   */
  rebuild(keys: readonly BatchKey[]): Promise<void>;
  /** Idempotent while the pointer is waiting. @throws TransientError QUEUE_UNAVAILABLE */
  add(key: BatchKey): Promise<void>;
  /** Hands each pointer to `work`; the next one follows when it has settled. */
  consume(work: (key: BatchKey) => Promise<void>): void;
  /** Takes no further pointer and waits for the one in work, until aborted. */
  close(abort: AbortSignal): Promise<void>;
}

/** The market as one RPC answer saw it. */
export interface MarketView extends Cursor {
  readonly lastSettledSlot: Slot;
  /** Slot of the answer. */
  readonly slot: Slot;
  /** Hex payload digest that was settled as `sequence`; undefined when unsettled or older than the market remembers. */
  digestOf(sequence: Sequence): string | undefined;
}

/** The config's effective values that shape a batch. */
export interface SettlementRules {
  /** Trades. */
  readonly minBatchSize: number;
  /** Slots after the last settled batch from which a smaller batch is accepted. */
  readonly maxBatchAgeSlots: Slot;
}

export type Simulation =
  | { readonly kind: 'accepted'; readonly computeUnits: number }
  | { readonly kind: 'refused'; readonly refusal: ProgramRefusal }
  /** Refused outside the program: unfunded payer, unknown program, ... */
  | { readonly kind: 'failed'; readonly reason: string };

export interface SignedTransaction {
  /** Base58. */
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly lastValidBlockHeight: number;
}

export interface SignatureStatus {
  readonly slot: Slot;
  readonly commitment: Commitment;
  /** What the transaction failed with; absent when it succeeded. */
  readonly error?: string;
}

/** `null` means the node knows no such signature; a node that cannot answer throws instead. */
export interface StatusReport {
  /** Slot up to which the node looked. */
  readonly slot: Slot;
  readonly statuses: readonly (SignatureStatus | null)[];
}

export interface BlockHeights {
  /** At the lane's commitment. */
  readonly progress: number;
  readonly finalized: number;
  /** Slot of the finalised height. */
  readonly finalizedSlot: Slot;
}

/**
 * The cluster as the relayer uses it, for one market. Every method throws TransientError RPC_UNAVAILABLE when nothing was
 * learned. Left out: fee estimation and several endpoints; a second implementation may have them behind the same calls.
 */
export interface Chain {
  /** Bytes of batch payload that fit a transaction. */
  readonly payloadCapacity: number;
  market(commitment: Commitment): Promise<MarketView>;
  rules(): Promise<SettlementRules>;
  /** Runs the batch against the state at the lane's commitment; nothing is sent. */
  simulate(payload: Uint8Array): Promise<Simulation>;
  /** Builds and signs; `avoid` names signatures that must not come out again. Nothing is sent. */
  sign(payload: Uint8Array, computeUnits: number, avoid: readonly string[]): Promise<SignedTransaction>;
  /** Hands bytes to the node. Its answer decides nothing: only statuses and the market do. */
  send(bytes: Uint8Array): Promise<void>;
  statuses(signatures: readonly string[], searchHistory: boolean): Promise<StatusReport>;
  heights(): Promise<BlockHeights>;
  /** Calls `onSeen` at most once when the node reports the signature; may never call. Returns how to stop listening. */
  hint(signature: string, onSeen: () => void): () => void;
  /** Ends what it listens to. */
  close(): void;
}

/** Holds the relayer's key. Left out: exporting it. */
export interface Signer {
  /** The 32-byte public key. */
  readonly publicKey: Uint8Array;
  /** Ed25519 over exactly these bytes: 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export type Counter =
  | 'trades_received'
  | 'trades_rejected'
  | 'trades_settled'
  | 'trades_finalized'
  | 'batches_closed'
  | 'batches_settled'
  | 'batches_reopened'
  | 'transactions_signed'
  | 'transactions_sent'
  | 'transactions_failed'
  | 'transactions_expired'
  | 'rpc_errors'
  | 'queue_errors';

export type Gauge = 'batches_open' | 'batches_unfinalized' | 'last_trade_id' | 'blocked' | 'lease_held';

/** Milliseconds each. */
export type Histogram = 'batch_settle_ms';

/** Numbers about one lane. Left out: labels and exposition; the lane is the implementation's to add. */
export interface Metrics {
  increment(counter: Counter, by?: number): void;
  set(gauge: Gauge, value: number): void;
  observe(histogram: Histogram, value: number): void;
}
