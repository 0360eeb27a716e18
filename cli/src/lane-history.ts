import type { Connection, PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import type { DecodedBatch, SettlementEvent } from '#client';
import { decodeBatch, LockstepError, parseEvents, resultCodesIn, settledPayloads } from '#client';

import type { HistoryProgress } from './history-progress.ts';

/** One thing that moved the market's root, read from the transaction that did it. */
export type LaneRecord = BatchRecord | PingRecord;

export interface BatchRecord {
  readonly kind: 'batch';
  readonly signature: string;
  readonly slot: number;
  /** The whole payload, version byte included. */
  readonly data: Uint8Array;
  readonly batch: DecodedBatch;
  /** What became of each trade: one `ResultCode` a trade. */
  readonly codes: Uint8Array;
}

export interface PingRecord {
  readonly kind: 'ping';
  readonly signature: string;
  readonly slot: number;
  readonly nonce: bigint;
}

/** The tree was exchanged for another one: a fork, or the way back from one. */
export type TreeTurn = MigratedTurn | RevertedTurn | ImportedTurn;

interface Turn {
  readonly signature: string;
  readonly slot: number;
}

/** From here on the tree has version 2 and begins with the root that there was. */
export interface MigratedTurn extends Turn {
  readonly kind: 'migrated';
}

/** The tree of version 2 is forgotten, and the one before goes on. */
export interface RevertedTurn extends Turn {
  readonly kind: 'reverted';
}

/** The market begins with the root of another program's market. */
export interface ImportedTurn extends Turn {
  readonly kind: 'imported';
  readonly program: PublicKey;
  readonly market: PublicKey;
  /** The sequence its next batch carries. */
  readonly nextSequence: bigint;
}

export interface Lane {
  readonly connection: Connection;
  readonly program: PublicKey;
  readonly market: PublicKey;
}

/** What a node answers at once. */
const SIGNATURES_PER_CALL = 1_000;
/** Transactions asked for at the same time: enough to hide the round trip, few enough not to be turned away. */
export const PARALLEL_CALLS = 16;

export interface HistoryOptions {
  /** Only what came after this transaction. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRead?: HistoryProgress | undefined;
}

/**
 * Everything that moved the market's root, and what exchanged its tree, oldest first, from the instruction data of its transactions: nothing off-chain is asked.
 * @throws LockstepError HISTORY_INCOMPLETE when the node no longer has one of the transactions; the signal's reason
 */
export async function* readLaneHistory(
  lane: Lane,
  options: HistoryOptions = {},
): AsyncGenerator<LaneRecord | TreeTurn> {
  const { signal, onRead } = options;
  const signatures = await succeededSignatures(lane, options);
  for (let at = 0; at < signatures.length; at += PARALLEL_CALLS) {
    signal?.throwIfAborted();
    const group = signatures.slice(at, at + PARALLEL_CALLS);
    const transactions = await Promise.all(group.map((signature) => transactionOf(lane.connection, signature)));
    onRead?.(at + group.length, signatures.length);
    for (const transaction of transactions) yield* recordsOf(lane, transaction);
  }
}

async function succeededSignatures(lane: Lane, options: HistoryOptions): Promise<string[]> {
  const newestFirst: string[] = [];
  for await (const page of signaturePages(lane, options)) newestFirst.push(...page);
  return newestFirst.reverse();
}

/**
 * The market's transactions that succeeded, newest first, as many at once as the node answers.
 * @throws the signal's reason
 */
export async function* signaturePages(
  { connection, market }: Lane,
  { after, signal }: HistoryOptions,
): AsyncGenerator<readonly string[]> {
  let before: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const options = {
      limit: SIGNATURES_PER_CALL,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { until: after }),
    };
    const page = await connection.getSignaturesForAddress(market, options, 'confirmed');
    yield page.filter((info) => info.err === null).map((info) => info.signature);
    before = page.at(-1)?.signature;
    if (page.length < SIGNATURES_PER_CALL) return;
  }
}

/** @throws LockstepError HISTORY_INCOMPLETE when the node no longer has it */
export async function transactionOf(connection: Connection, signature: string): Promise<VersionedTransactionResponse> {
  const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const transaction = await connection.getTransaction(signature, options);
  if (transaction !== null) return transaction;
  throw incomplete(`the node no longer has transaction ${signature}`);
}

const incomplete = (what: string): LockstepError =>
  new LockstepError(
    'HISTORY_INCOMPLETE',
    what,
    'Ask a node that keeps the whole history of the market, logs included.',
  );

/**
 * What was settled is read from the instructions. Events say when a ping came between them, and what became of the trades of
 * a V2 batch; logs that were cut short leave out events, never instructions.
 * @throws LockstepError HISTORY_INCOMPLETE when they leave out those of a V2 batch
 */
export function recordsOf(lane: Lane, transaction: VersionedTransactionResponse): (LaneRecord | TreeTurn)[] {
  const place = { signature: transaction.transaction.signatures[0] ?? '', slot: transaction.slot };
  const payloads = settledPayloads(transaction, lane);
  const batchOf = (data: Uint8Array): BatchRecord => {
    const batch = decodeBatch(data);
    const codes = resultCodesIn(transaction, lane, batch);
    if (codes === undefined) throw incomplete(`the node no longer has the results of transaction ${place.signature}`);
    return { kind: 'batch', ...place, data, batch, codes };
  };
  const records = parseEvents(transaction.meta?.logMessages ?? [], lane.program)
    .filter((event) => String(event.data.market) === lane.market.toBase58())
    .flatMap((event): (LaneRecord | TreeTurn)[] => {
      if (event.name === 'HeartbeatLanded') return [{ kind: 'ping', ...place, nonce: event.data.nonce as bigint }];
      const turn = turnOf(event, place);
      if (turn !== undefined) return [turn];
      const data = event.name === 'BatchSettled' ? payloads.shift() : undefined;
      return data === undefined ? [] : [batchOf(data)];
    });
  return [...records, ...payloads.map(batchOf)];
}

function turnOf({ name, data }: SettlementEvent, place: Turn): TreeTurn | undefined {
  if (name === 'StateTreeMigrated') return { kind: 'migrated', ...place };
  if (name === 'StateTreeReverted') return { kind: 'reverted', ...place };
  if (name !== 'MarketImported') return undefined;
  const program = data.predecessorProgram as PublicKey;
  const market = data.predecessorMarket as PublicKey;
  return { kind: 'imported', ...place, program, market, nextSequence: data.nextSequence as bigint };
}
