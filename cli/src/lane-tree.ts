import { batchLeaf, LockstepError, payloadDigest, pingLeaf, resultsDigest, StateTree } from '#client';
import type { Lane, LaneRecord } from './lane-history.ts';
import { readLaneHistory } from './lane-history.ts';
import { pause } from './pause.ts';

/** The market's state tree, built again from its history. */
export interface LaneTree {
  readonly tree: StateTree;
  /** By leaf index. */
  readonly records: readonly LaneRecord[];
}

/** One read of the market account. */
export interface TreeNow {
  readonly leafCount: bigint;
  readonly root: Uint8Array;
}

/** A cluster's node indexes a transaction a moment after it shows what the transaction did. */
const ATTEMPTS = 20;
const RETRY_MS = 500;
const never = new AbortController().signal;

/**
 * The tree of the market's first `leafCount` leaves; what came after them is not looked at. A history that lags behind the account is
 * read on, each time only what is new. Has fewer leaves when the node, asked for ten seconds, tells of no more.
 * @throws LockstepError HISTORY_INCOMPLETE when the node does not have one of the transactions; the signal's reason
 */
export async function readLaneTree(lane: Lane, leafCount: bigint, signal = never): Promise<LaneTree> {
  const tree = new StateTree();
  const records: LaneRecord[] = [];
  let nextSequence = 1n;
  const readOn = async () => {
    for await (const record of readLaneHistory(lane, { after: records.at(-1)?.signature, signal })) {
      if (BigInt(tree.size) >= leafCount) return;
      tree.append(leafOf(lane, record, nextSequence));
      if (record.kind === 'batch') nextSequence = record.batch.sequence + 1n;
      records.push(record);
    }
  };
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === ATTEMPTS;
    await readOn().catch((error: unknown) => {
      if (isLast || !isIncomplete(error)) throw error;
    });
    if (BigInt(tree.size) >= leafCount || isLast) return { tree, records };
    await pause(RETRY_MS, signal);
  }
}

/**
 * The tree behind one read of a market, whatever lands meanwhile.
 * @throws LockstepError ROOT_MISMATCH, HISTORY_INCOMPLETE
 */
export async function provenLaneTree(lane: Lane, { root, leafCount }: TreeNow): Promise<LaneTree> {
  const history = await readLaneTree(lane, leafCount);
  if (BigInt(history.tree.size) < leafCount) {
    throw new LockstepError(
      'HISTORY_INCOMPLETE',
      `the node tells of ${history.tree.size} of the ${leafCount} transactions behind the market's root`,
      'Ask a node that keeps the whole history of the market.',
    );
  }
  if (Buffer.from(history.tree.root()).equals(root)) return history;
  throw new LockstepError(
    'ROOT_MISMATCH',
    `the market's root at ${leafCount} leaves is not the one its transactions make`,
    'Ask another node; if it still differs, the market did not do what its transactions say.',
  );
}

const isIncomplete = (error: unknown): boolean => error instanceof LockstepError && error.code === 'HISTORY_INCOMPLETE';

function leafOf({ program, market }: Lane, record: LaneRecord, nextSequence: bigint): Uint8Array {
  if (record.kind === 'ping') return pingLeaf({ program, market, sequence: nextSequence, nonce: record.nonce });
  const { sequence, version } = record.batch;
  const digests = { payloadDigest: payloadDigest(record.data), resultsDigest: resultsDigest(record.codes) };
  return batchLeaf({ program, market, sequence, version, ...digests });
}
