import type { Sequence, Slot, TradeId } from '#client';
import { voidOf } from '#client';
import { relayerError } from '../errors.ts';
import type { Trade } from './trade.ts';

declare const batchKey: unique symbol;
/** Names a batch within its lane: the first trade id, padded so that text order is id order. */
export type BatchKey = string & { readonly [batchKey]: true };

/** 2^64-1 has this many digits. */
const KEY_DIGITS = 20;

export const batchKeyOf = (first: TradeId): BatchKey => first.toString().padStart(KEY_DIGITS, '0') as BatchKey;

/** `live` may still land; the other two are proven dead at finalised commitment. */
export type AttemptOutcome = 'live' | 'failed' | 'expired';

/** One signed transaction: everything needed to send it again, or to find out what became of it. */
export interface Attempt {
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly lastValidBlockHeight: number;
  /** Hex sha256 of the payload these bytes carry. */
  readonly digest: string;
  readonly outcome: AttemptOutcome;
}

/** The batch is on-chain at the lane's commitment, not yet finalised. */
export interface Landing {
  /** Absent when only the market's digest told that one of the attempts landed. */
  readonly signature?: string;
  readonly slot: Slot;
  readonly digest: string;
}

/** The truth about one batch from the moment it was closed until it is finalised. */
export interface OutboxRow {
  readonly key: BatchKey;
  readonly version: number;
  /** Contiguous ids, never empty. */
  readonly trades: readonly Trade[];
  /** Assigned when the first attempt is signed. */
  readonly sequence?: Sequence;
  readonly attempts: readonly Attempt[];
  readonly landing?: Landing;
}

export type RowState = 'open' | 'sent' | 'landed';

/** Dead attempts are kept for the record only; more than these say nothing new. */
const MAX_DEAD_ATTEMPTS = 8;

export function newRow(version: number, trades: readonly Trade[]): OutboxRow {
  const first = trades[0];
  if (first === undefined) throw relayerError('INVARIANT_BROKEN', 'a batch without trades has no place in the outbox');
  return { key: batchKeyOf(first.tradeId), version, trades, attempts: [] };
}

export function firstTradeId(row: OutboxRow): TradeId {
  return endOf(row, 0);
}

export function lastTradeId(row: OutboxRow): TradeId {
  return endOf(row, -1);
}

function endOf(row: OutboxRow, at: number): TradeId {
  const trade = row.trades.at(at);
  if (trade === undefined) throw relayerError('INVARIANT_BROKEN', `batch ${row.key} has no trades`);
  return trade.tradeId;
}

export function stateOf(row: OutboxRow): RowState {
  if (row.landing !== undefined) return 'landed';
  return liveAttempts(row).length > 0 ? 'sent' : 'open';
}

export const liveAttempts = (row: OutboxRow): readonly Attempt[] => row.attempts.filter(isLive);

const isLive = (attempt: Attempt): boolean => attempt.outcome === 'live';

/**
 * Adds a signed transaction. While an earlier one may land, only the same bytes for the same sequence may be signed again.
 * @throws LockstepError INVARIANT_BROKEN
 */
export function withAttempt(row: OutboxRow, sequence: Sequence, attempt: Omit<Attempt, 'outcome'>): OutboxRow {
  refuse(row.landing !== undefined, row, 'has landed and must not be signed again');
  for (const earlier of liveAttempts(row)) {
    refuse(
      earlier.digest !== attempt.digest,
      row,
      'would be signed with another payload while the earlier one may land',
    );
    refuse(row.sequence !== sequence, row, 'would change its sequence while an attempt may land');
    refuse(earlier.signature === attempt.signature, row, 'was signed twice with the same signature');
  }
  return { ...row, sequence, attempts: [...pruned(row.attempts), { ...attempt, outcome: 'live' }] };
}

function pruned(attempts: readonly Attempt[]): readonly Attempt[] {
  const dead = attempts.filter((attempt) => !isLive(attempt)).slice(-MAX_DEAD_ATTEMPTS);
  return [...dead, ...attempts.filter(isLive)];
}

/** Records that an attempt can never land any more. */
export function withDeadAttempt(row: OutboxRow, signature: string, outcome: 'failed' | 'expired'): OutboxRow {
  const attempts = row.attempts.map((attempt) => (attempt.signature === signature ? { ...attempt, outcome } : attempt));
  return { ...row, attempts };
}

/**
 * Turns one trade into a void; its id stays.
 * @throws LockstepError INVARIANT_BROKEN while an attempt may land: that would be a second payload for its sequence
 */
export function withVoid(row: OutboxRow, index: number): OutboxRow {
  refuse(stateOf(row) !== 'open', row, 'would change its trades while an attempt may land');
  refuse(row.trades[index] === undefined, row, `has no trade at ${index}`);
  return { ...row, trades: row.trades.map((trade, at) => (at === index ? voidOf(trade) : trade)) };
}

/**
 * The row's trades in other batches, for a version that is not allowed any more. The first of them keeps the record of what was signed.
 * @throws LockstepError INVARIANT_BROKEN while an attempt may land, or when they are not the row's trades
 */
export function recut(
  row: OutboxRow,
  batches: readonly { readonly version: number; readonly trades: readonly Trade[] }[],
): readonly OutboxRow[] {
  refuse(stateOf(row) !== 'open', row, 'would be written anew while an attempt may land');
  const ids = batches.flatMap(({ trades }) => trades.map((trade) => trade.tradeId));
  refuse(String(ids) !== String(row.trades.map((trade) => trade.tradeId)), row, 'would lose trades');
  const rows = batches.map(({ version, trades }) => newRow(version, trades));
  return rows.map((one, at) => (at === 0 ? { ...one, attempts: row.attempts } : one));
}

export function withLanding(row: OutboxRow, sequence: Sequence, landing: Landing): OutboxRow {
  return { ...row, sequence, landing };
}

/** The chain lost the batch again (a fork); its attempts may land once more. */
export function withoutLanding(row: OutboxRow): OutboxRow {
  const { landing: _, ...rest } = row;
  return rest;
}

function refuse(condition: boolean, row: OutboxRow, what: string): void {
  if (condition) throw relayerError('INVARIANT_BROKEN', `batch ${row.key} ${what}`);
}
