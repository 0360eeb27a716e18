import { getBase58Encoder } from '@solana/kit';
import type {
  ConfirmedSignatureInfo,
  Connection,
  MessageCompiledInstruction,
  PublicKey,
  VersionedTransactionResponse,
} from '@solana/web3.js';
import type { DecodedBatch } from '#client';
import {
  batchLeaf,
  decodeBatch,
  LockstepError,
  parseEvents,
  payloadDigest,
  pingLeaf,
  resultCodesOf,
  resultsDigest,
  StateTree,
  settleData,
} from '#client';

/** One thing that moved the market's root, read from the transaction that did it. */
export type LaneRecord = BatchRecord | PingRecord;

export interface BatchRecord {
  readonly kind: 'batch';
  readonly signature: string;
  readonly slot: number;
  /** The whole payload, version byte included. */
  readonly data: Uint8Array;
  readonly batch: DecodedBatch;
}

export interface PingRecord {
  readonly kind: 'ping';
  readonly signature: string;
  readonly slot: number;
  readonly nonce: bigint;
}

export interface Lane {
  readonly connection: Connection;
  readonly program: PublicKey;
  readonly market: PublicKey;
}

/** Nodes write the data of inner instructions in base58. */
const base58 = getBase58Encoder();
/** What a node answers at once. */
const SIGNATURES_PER_CALL = 1_000;
/** Transactions asked for at the same time: enough to hide the round trip, few enough not to be turned away. */
const PARALLEL_CALLS = 16;

/**
 * Everything that moved the market's root, oldest first, from the instruction data of its transactions: nothing off-chain is asked.
 * @throws LockstepError HISTORY_INCOMPLETE when the node no longer has one of the transactions; the signal's reason
 */
export async function* readLaneHistory(lane: Lane, signal?: AbortSignal): AsyncGenerator<LaneRecord> {
  const signatures = await succeededSignatures(lane, signal);
  for (let at = 0; at < signatures.length; at += PARALLEL_CALLS) {
    signal?.throwIfAborted();
    const group = signatures.slice(at, at + PARALLEL_CALLS);
    const transactions = await Promise.all(group.map((signature) => transactionOf(lane.connection, signature)));
    for (const transaction of transactions) yield* recordsOf(lane, transaction);
  }
}

async function succeededSignatures({ connection, market }: Lane, signal?: AbortSignal): Promise<string[]> {
  const newestFirst: ConfirmedSignatureInfo[] = [];
  for (;;) {
    signal?.throwIfAborted();
    const before = newestFirst.at(-1)?.signature;
    const options = { limit: SIGNATURES_PER_CALL, ...(before === undefined ? {} : { before }) };
    const page = await connection.getSignaturesForAddress(market, options, 'confirmed');
    newestFirst.push(...page);
    if (page.length < SIGNATURES_PER_CALL) break;
  }
  const succeeded = newestFirst.filter((info) => info.err === null);
  return succeeded.reverse().map((info) => info.signature);
}

async function transactionOf(connection: Connection, signature: string): Promise<VersionedTransactionResponse> {
  const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const transaction = await connection.getTransaction(signature, options);
  if (transaction !== null) return transaction;
  throw new LockstepError(
    'HISTORY_INCOMPLETE',
    `the node no longer has transaction ${signature}`,
    'Ask a node that keeps the whole history of the market.',
  );
}

/**
 * What was settled is read from the instructions. Events say when a ping came between them; logs that were cut short
 * leave out events, never instructions.
 */
function recordsOf(lane: Lane, transaction: VersionedTransactionResponse): LaneRecord[] {
  const place = { signature: transaction.transaction.signatures[0] ?? '', slot: transaction.slot };
  const payloads = settledPayloads(lane, transaction);
  const batchOf = (data: Uint8Array): BatchRecord => ({ kind: 'batch', ...place, data, batch: decodeBatch(data) });
  const records = parseEvents(transaction.meta?.logMessages ?? [], lane.program)
    .filter((event) => String(event.data.market) === lane.market.toBase58())
    .flatMap((event): LaneRecord[] => {
      if (event.name === 'HeartbeatLanded') return [{ kind: 'ping', ...place, nonce: event.data.nonce as bigint }];
      const data = event.name === 'BatchSettled' ? payloads.shift() : undefined;
      return data === undefined ? [] : [batchOf(data)];
    });
  return [...records, ...payloads.map(batchOf)];
}

function settledPayloads(lane: Lane, { transaction, meta }: VersionedTransactionResponse): Uint8Array[] {
  const keys = transaction.message.getAccountKeys(
    meta?.loadedAddresses === undefined ? undefined : { accountKeysFromLookups: meta.loadedAddresses },
  );
  return executed(transaction.message.compiledInstructions, meta).flatMap(({ programIdIndex, accounts, data }) => {
    const isOurs = keys.get(programIdIndex)?.equals(lane.program) === true;
    const isOfMarket = accounts.some((index) => keys.get(index)?.equals(lane.market));
    const payload = isOurs && isOfMarket ? settleData(data) : undefined;
    return payload === undefined ? [] : [payload];
  });
}

interface Executed {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

/** Every instruction in the order it ran: a batch may also come from within another program. */
function executed(
  outer: readonly MessageCompiledInstruction[],
  meta: VersionedTransactionResponse['meta'],
): readonly Executed[] {
  return outer.flatMap(({ programIdIndex, accountKeyIndexes, data }, index) => {
    const inner = meta?.innerInstructions?.find((group) => group.index === index)?.instructions ?? [];
    const called = inner.map((one) => ({ ...one, data: Uint8Array.from(base58.encode(one.data)) }));
    return [{ programIdIndex, accounts: accountKeyIndexes, data }, ...called];
  });
}

/** The market's state tree, built again from its history. */
export interface LaneTree {
  readonly tree: StateTree;
  /** By leaf index. */
  readonly records: readonly LaneRecord[];
}

export async function buildLaneTree(lane: Lane, signal?: AbortSignal): Promise<LaneTree> {
  const tree = new StateTree();
  const records: LaneRecord[] = [];
  let nextSequence = 1n;
  for await (const record of readLaneHistory(lane, signal)) {
    tree.append(leafOf(lane, record, nextSequence));
    if (record.kind === 'batch') nextSequence = record.batch.sequence + 1n;
    records.push(record);
  }
  return { tree, records };
}

function leafOf({ program, market }: Lane, record: LaneRecord, nextSequence: bigint): Uint8Array {
  if (record.kind === 'ping') return pingLeaf({ program, market, sequence: nextSequence, nonce: record.nonce });
  const { sequence, version, trades } = record.batch;
  const digests = { payloadDigest: payloadDigest(record.data), resultsDigest: resultsDigest(resultCodesOf(trades)) };
  return batchLeaf({ program, market, sequence, version, ...digests });
}
