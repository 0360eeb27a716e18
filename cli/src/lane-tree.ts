import type { PublicKey } from '@solana/web3.js';
import type { MarketHeader, ProvingTree } from '#client';
import {
  batchLeaf,
  LockstepError,
  payloadDigest,
  pingLeaf,
  readMarketHeader,
  resultsDigest,
  StateTree,
  StateTreeV2,
  TreeVersion,
} from '#client';
import type { HistoryProgress } from './history-progress.ts';
import type { ImportedTurn, Lane, LaneRecord, TreeTurn } from './lane-history.ts';
import { readLaneHistory } from './lane-history.ts';
import { pause } from './pause.ts';

/** The market's state tree, built again from its history. */
export interface LaneTree {
  readonly tree: ProvingTree;
  /** What each leaf of the tree is; leaf 0 of a tree of version 2 is the root before it, and no record. */
  readonly leaves: readonly (LaneRecord | undefined)[];
  /** Everything that settled, oldest first: with what settled before forks, in another program too. */
  readonly records: readonly LaneRecord[];
  /** One tree after the other, each beginning with the root of the one before; the last one is `tree`. */
  readonly grown: readonly GrownTree[];
}

/** A tree and the market whose leaves it has. */
export interface GrownTree {
  readonly program: PublicKey;
  readonly market: PublicKey;
  readonly tree: ProvingTree;
  readonly leaves: (LaneRecord | undefined)[];
}

/** How far a market's tree has grown. */
export interface TreePoint {
  readonly leafCount: bigint;
  /** One of `TreeVersion`; default: the one every market begins with. */
  readonly version?: number;
  /** Tells a tree from one that was as large and was reverted. */
  readonly root?: Uint8Array;
}

/** One read of the market account. */
export interface TreeNow extends TreePoint {
  readonly root: Uint8Array;
}

export const treePoint = ({ tree, treeVersion }: Pick<MarketHeader, 'tree' | 'treeVersion'>): TreeNow => ({
  leafCount: tree.leafCount,
  version: treeVersion,
  root: tree.root,
});

/** A cluster's node indexes a transaction a moment after it shows what the transaction did. */
const ATTEMPTS = 20;
const RETRY_MS = 500;
const never = new AbortController().signal;

/**
 * The tree of the market's leaves up to a point; what came after it is not looked at. A history that lags behind the account is
 * read on, each time only what is new. Has fewer leaves when the node, asked for ten seconds, tells of no more. Where the market came
 * from another program's, its history there is read too.
 * @throws LockstepError HISTORY_INCOMPLETE when the node does not have one of the transactions, ROOT_MISMATCH when those of a
 * predecessor do not make its root; the signal's reason
 */
export async function readLaneTree(
  lane: Lane,
  point: TreePoint,
  signal = never,
  onRead?: HistoryProgress,
): Promise<LaneTree> {
  const growth = new Growth(lane);
  const readOn = async () => {
    for await (const record of readLaneHistory(lane, { after: growth.lastSignature, signal, onRead })) {
      if (growth.hasReached(point)) return;
      if (record.kind === 'imported') growth.goOnFrom(await predecessorTree(lane, record, signal, onRead), record);
      else growth.take(record);
    }
  };
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === ATTEMPTS;
    await readOn().catch((error: unknown) => {
      if (isLast || !isIncomplete(error)) throw error;
    });
    if (growth.hasReached(point) || isLast) return growth.laneTree();
    await pause(RETRY_MS, signal);
  }
}

/** The predecessor's whole tree: nothing moves in it any more. */
async function predecessorTree(
  lane: Lane,
  { program, market }: ImportedTurn,
  signal: AbortSignal,
  onRead?: HistoryProgress,
): Promise<LaneTree> {
  const { value: header } = await readMarketHeader(lane.connection, market, 'confirmed', program);
  const past = { connection: lane.connection, program, market };
  return provenLaneTree(past, treePoint(header), signal, onRead);
}

/**
 * The tree behind one read of a market, whatever lands meanwhile.
 * @throws LockstepError ROOT_MISMATCH, HISTORY_INCOMPLETE
 */
export async function provenLaneTree(
  lane: Lane,
  now: TreeNow,
  signal = never,
  onRead?: HistoryProgress,
): Promise<LaneTree> {
  const { root, leafCount } = now;
  const history = await readLaneTree(lane, now, signal, onRead);
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

/** The trees of a lane while its history is read. */
class Growth {
  readonly #place: { readonly program: PublicKey; readonly market: PublicKey };
  #grown: GrownTree[];
  #nextSequence = 1n;
  lastSignature: string | undefined;

  constructor({ program, market }: Lane) {
    this.#place = { program, market };
    this.#grown = [{ ...this.#place, tree: new StateTree(), leaves: [] }];
  }

  hasReached({ leafCount, version = TreeVersion.Fixed, root }: TreePoint): boolean {
    const { tree } = this.#present;
    const isGrowing = tree instanceof StateTreeV2;
    if (isGrowing !== (version !== TreeVersion.Fixed) || BigInt(tree.size) < leafCount) return false;
    return !isGrowing || root === undefined || Buffer.from(root).equals(tree.root());
  }

  take(record: LaneRecord | Exclude<TreeTurn, ImportedTurn>): void {
    this.lastSignature = record.signature;
    if (record.kind === 'migrated') this.#beginAnew();
    else if (record.kind === 'reverted') this.#grown.pop();
    else {
      this.#present.tree.append(leafOf(this.#place, record, this.#nextSequence));
      this.#present.leaves.push(record);
      if (record.kind === 'batch') this.#nextSequence = record.batch.sequence + 1n;
    }
  }

  /** A market that was imported has nothing of its own before. */
  goOnFrom({ grown }: LaneTree, { signature, nextSequence }: ImportedTurn): void {
    this.lastSignature = signature;
    this.#grown = [...grown];
    this.#nextSequence = nextSequence;
    this.#beginAnew();
  }

  laneTree(): LaneTree {
    const { tree, leaves } = this.#present;
    const records = this.#grown.flatMap((each) => each.leaves).filter((leaf) => leaf !== undefined);
    return { tree, leaves, records, grown: this.#grown };
  }

  #beginAnew(): void {
    const tree = new StateTreeV2(this.#present.tree.root());
    this.#grown.push({ ...this.#place, tree, leaves: [undefined] });
  }

  get #present(): GrownTree {
    const present = this.#grown.at(-1);
    if (present === undefined) throw new RangeError('a lane has at least one tree');
    return present;
  }
}

/** The leaf a record adds; `nextSequence` is the market's when it landed. */
export function leafOf(
  { program, market }: Pick<Lane, 'program' | 'market'>,
  record: LaneRecord,
  nextSequence: bigint,
): Uint8Array {
  if (record.kind === 'ping') return pingLeaf({ program, market, sequence: nextSequence, nonce: record.nonce });
  const { sequence, version } = record.batch;
  const digests = { payloadDigest: payloadDigest(record.data), resultsDigest: resultsDigest(record.codes) };
  return batchLeaf({ program, market, sequence, version, ...digests });
}
