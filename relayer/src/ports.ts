/**
 * What the stages need from the world, as types only. Adapters implement them; tests hand in fakes.
 * Left out on purpose: how a lane is claimed (the composition root owns the lease), configuration, and everything a
 * read-only observer needs; those are not part of a trade's way.
 */
import type { ProgramRefusal, Sequence, Slot, TradeId } from '#client';
import type { Blocked } from './domain/blocked.ts';
import type { Commitment } from './domain/commitment.ts';
import type { ControlReading, RowsByVersion } from './domain/control.ts';
import type { Cursor } from './domain/cursor.ts';
import type { FeedEntry } from './domain/feed.ts';
import type { FlushReport, Maintenance, MaintenanceView } from './domain/maintenance.ts';
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
   * The next entries after `after`, without a gap, at most `max`. None when nothing arrived within `waitMs`, when the wait was cut
   * short, or when what is there does not continue `after`: `silence` says which.
   * @throws LockstepError REDIS_REFUSED
   */
  read(after: TradeId, max: number, waitMs: number, signal: AbortSignal): Promise<readonly StreamEntry[]>;
  /** Why a reader at `after` has nothing to read. @throws LockstepError REDIS_REFUSED */
  silence(after: TradeId): Promise<Silence>;
}

/** What a reader that finds nothing stands before. */
export type Silence =
  /** The stream ends where the reader is, or goes on after it: all is well. */
  | { readonly kind: 'sound' }
  /** The stream ends below the reader: an engine may be writing again what Redis lost. */
  | { readonly kind: 'behind'; readonly end: TradeId; readonly flaw: Blocked }
  /** No pointer, or no stream: an engine may be about to make it. `isKnown`: the reader has seen one before. */
  | { readonly kind: 'absent'; readonly isKnown: boolean; readonly flaw: Blocked }
  /** The stream can't be read on by anybody any more. */
  | { readonly kind: 'broken'; readonly flaw: Blocked };

/** Asks the engine for trades that its stream does not give any more. Left out: pausing it; that is an operator's. */
export interface Replays {
  /**
   * Has the request stand in the engine's control keys until it is answered, and looks what became of it. Repeating it writes
   * nothing new. A request of somebody else that is not answered yet and covers this one is left there, and followed.
   * @throws LockstepError LEASE_LOST or REDIS_REFUSED
   */
  ask(from: TradeId, request: string): Promise<ReplayState>;
}

export interface ReplayState {
  /** The request that stands: ours, or the one that covers it. */
  readonly request: string;
  readonly answer: 'none' | 'done' | 'refused';
  /** The engine's reason when it refused. */
  readonly refused: string;
  /** Milliseconds since the engine last said something; undefined when it never did. */
  readonly silentMs: number | undefined;
}

/** What operators ask of the lane over the program's config. Left out: asking; they do that beside the relayer. */
export interface LaneWishes {
  /** @throws LockstepError REDIS_REFUSED */
  read(): Promise<ControlReading>;
  /** Says what is in effect; it stands for a while only, so that a relayer that is gone says nothing. @throws LockstepError LEASE_LOST */
  answer(effective: ControlReading, rows: RowsByVersion): Promise<void>;
}

/**
 * A lane's maintenance, as the relayer that has the lane takes part in it. Every write is refused when another relayer has taken the lane
 * (LEASE_LOST), and does nothing when that maintenance does not stand any more. Left out: beginning, moving on and ending; those are an
 * operator's.
 */
export interface Upkeep {
  /** @throws LockstepError REDIS_REFUSED */
  look(): Promise<MaintenanceView>;
  /** Has the pause stand in the engine's control keys until it is answered. May be repeated. */
  askPause(id: string): Promise<void>;
  /** Once; a second one changes nothing. */
  setCut(id: string, cut: TradeId): Promise<void>;
  /** Nothing up to the cut is pending. */
  setReady(id: string): Promise<void>;
  /** Redis forgot it. */
  writeBack(maintenance: Maintenance): Promise<void>;
  /** Says how it stands, for a while only, so that a relayer that is gone says nothing. */
  report(report: FlushReport): Promise<void>;
  /** There is nothing to say any more. */
  hush(): Promise<void>;
  /** Calls `look` when somebody says that something changed: at once, too often, or never. Returns how to stop listening. */
  onWord(look: () => void): () => void;
}

/** Tells people what becomes of batches. Left out: an answer; nothing depends on whether anybody hears it. */
export interface Feed {
  /** Never throws, and is never waited for. */
  write(word: Omit<FeedEntry, 'atMs'>): void;
}

/** Makes room in the engine's streams. Left out: how much room; a stream keeps what is not final, however much that is. */
export interface Trimmer {
  /** No reader needs a trade up to `finalized` any more. @throws LockstepError LEASE_LOST or REDIS_REFUSED */
  trim(finalized: TradeId): Promise<void>;
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
  /**
   * Removes rows that can never land, and the dead letters of their trades above `settled`: those are judged again. What the
   * chain has settled is not judged any more, so a letter about it stays.
   */
  drop(rows: readonly OutboxRow[], settled: TradeId): Promise<void>;
  /** In place of `replaced` the chain took `adopted`. What was noted stays only for trades that are voids there. */
  adopt(adopted: readonly OutboxRow[], replaced: readonly OutboxRow[]): Promise<void>;
  /**
   * Moves finalised rows to the settled log, each once; the letters of their voids are facts then. Writes those of the trades that the
   * program passed over.
   */
  retire(rows: readonly OutboxRow[], skipped?: readonly RejectedTrade[]): Promise<void>;
  /** The dead letters that are open for these trades. @throws LockstepError JOURNAL_UNREADABLE */
  rejected(tradeIds: readonly TradeId[]): Promise<readonly RejectedTrade[]>;
  /** How many dead letters are open. */
  openLetters(): Promise<number>;
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
  /** Takes no further pointer and waits for the one in work, until aborted. May be repeated. */
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

/** A payload the market took, read from the transaction that brought it. */
export interface Settlement {
  readonly payload: Uint8Array;
  /** Base58. */
  readonly signature: string;
  readonly slot: Slot;
  /** One `ResultCode` a trade; undefined when the node's logs of the transaction do not tell. */
  readonly codes: Uint8Array | undefined;
}

/** The config's effective values that shape a batch. */
export interface SettlementRules {
  /** Trades. */
  readonly minBatchSize: number;
  /** Slots after the last settled batch from which a smaller batch is accepted. */
  readonly maxBatchAgeSlots: Slot;
  readonly isPaused: boolean;
  /** Batch versions the program takes. */
  readonly allowedVersions: readonly number[];
  /** Address of the only relayer whose batches it takes. */
  readonly activeRelayer: string;
  /** Whether that is this one. */
  readonly isActive: boolean;
  /** Slots until a scheduled change of these takes effect; undefined without one. */
  readonly slotsUntilChange: number | undefined;
}

export type Simulation =
  | { readonly kind: 'accepted'; readonly computeUnits: number }
  | { readonly kind: 'refused'; readonly refusal: ProgramRefusal }
  /** Refused outside the program: unfunded payer, unknown program, ... */
  | { readonly kind: 'failed'; readonly reason: string };

/** What one node says about a batch. */
export interface NodeSimulation {
  /** Scheme and host of the node. */
  readonly node: string;
  readonly simulation: Simulation;
}

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

/** `null` means that no node that answered knows the signature; when none can answer, the call throws instead. */
export interface StatusReport {
  /** Slot up to which every node has looked; 0 when one of them did not answer. */
  readonly slot: Slot;
  readonly statuses: readonly (SignatureStatus | null)[];
}

export interface BlockHeights {
  /** At the lane's commitment. */
  readonly progress: number;
  /** The height every node has finalised; 0 when one of them did not answer. */
  readonly finalized: number;
  /** Slot of the finalised height. */
  readonly finalizedSlot: Slot;
}

/**
 * The cluster as the relayer uses it, for one market. Every method throws TransientError RPC_UNAVAILABLE when nothing was
 * learned. Left out: fee estimation, and which of several nodes answered.
 */
export interface Chain {
  /** Bytes of batch payload that fit a transaction. */
  readonly payloadCapacity: number;
  market(commitment: Commitment): Promise<MarketView>;
  rules(): Promise<SettlementRules>;
  /** Runs the batch against the state at the lane's commitment; nothing is sent. */
  simulate(payload: Uint8Array): Promise<Simulation>;
  /** The same asked of every node of the cluster, with `undefined` for those that gave no answer. */
  simulateOnAll(payload: Uint8Array): Promise<readonly (NodeSimulation | undefined)[]>;
  /** Builds and signs; `avoid` names signatures that must not come out again. Nothing is sent. */
  sign(payload: Uint8Array, computeUnits: number, avoid: readonly string[]): Promise<SignedTransaction>;
  /** Hands bytes to the node. Its answer decides nothing: only statuses and the market do. */
  send(bytes: Uint8Array): Promise<void>;
  /** @param searchHistory asks every node, beyond its recent cache: only then a `null` proves something */
  statuses(signatures: readonly string[], searchHistory: boolean): Promise<StatusReport>;
  heights(): Promise<BlockHeights>;
  /**
   * What was settled as `sequence`: the payload whose sha256 is `digest` (hex), so that no node can make one up. Undefined when
   * the market's newest transactions do not have it: the node lags, or has forgotten them.
   * @param signature of the transaction that is said to have brought it: looked at first
   */
  settlement(sequence: Sequence, digest: string, signature?: string): Promise<Settlement | undefined>;
  /** Calls `onSeen` at most once when the node reports the signature; may never call. Returns how to stop listening. */
  hint(signature: string, onSeen: () => void): () => void;
  /**
   * Calls `look` when the config may have changed: a reason to read the rules, which alone say so. Also after times without a
   * connection, in vain, and too often; or never. Returns how to stop listening.
   */
  onConfigChange(look: () => void): () => void;
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
  | 'trades_as_v1'
  | 'batches_closed'
  | 'batches_settled'
  | 'batches_settled_by_version'
  | 'batches_reopened'
  | 'transactions_signed'
  | 'transactions_sent'
  | 'transactions_failed'
  | 'transactions_expired'
  | 'rpc_errors'
  | 'rpc_failovers'
  | 'queue_errors'
  | 'replay_requests';

export type Gauge =
  | 'batches_open'
  | 'batches_unfinalized'
  | 'last_trade_id'
  | 'dead_letters_open'
  | 'blocked'
  | 'blocked_v2_only'
  | 'lease_held'
  | 'maintenance_phase'
  | 'maintenance_pending'
  | 'maintenance_held'
  | 'maintenance_overdue'
  | 'info';

/** Seconds each. */
export type Histogram = 'batch_settle_seconds' | 'trade_latency_seconds';

export type Labels = Readonly<Record<string, string | number>>;

/** Numbers about one lane. Left out: exposition; the lane is the implementation's to add. */
export interface Metrics {
  increment(counter: Counter, by?: number, labels?: Labels): void;
  set(gauge: Gauge, value: number, labels?: Labels): void;
  observe(histogram: Histogram, value: number): void;
}
