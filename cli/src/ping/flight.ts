import { randomBytes } from 'node:crypto';
import { PublicKey, type TransactionInstruction } from '@solana/web3.js';
import type { GlobalConfig, MarketHeader } from '#client';
import {
  digestPrefix,
  effectiveConfig,
  encodeBatchV2,
  LockstepError,
  RECENT_DIGESTS,
  readConfig,
  readMarketHeader,
  settlementInstructions,
  tradeId,
  VersionBit,
} from '#client';
import type { Signer } from '#relayer';
import type { HistoryProgress } from '../history-progress.ts';
import type { Lane, LaneRecord } from '../lane-history.ts';
import type { TreePoint } from '../lane-tree.ts';
import { readLaneTree, treePoint } from '../lane-tree.ts';
import { land } from '../operator/land.ts';
import { pause } from '../pause.ts';
import { fromNode } from '../rpc.ts';
import type { Difference } from '../start/differences.ts';
import { Differences } from '../start/differences.ts';
import { compareLanding } from './landing.ts';

export interface FlightPlace extends Lane {
  readonly rpcUrl: string;
  /** The active relayer's. */
  readonly signer: Signer;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Told while the history is read. */
  readonly onRead?: HistoryProgress;
  /** The market's tree of its first so many leaves, computed here. Default: from its whole history. */
  readonly readTree?: (at: TreePoint) => Promise<FlightTree>;
}

/** A state tree computed here, and what each of its leaves is. */
export interface FlightTree {
  readonly tree: { readonly size: number; root(): Uint8Array };
  readonly leaves: readonly (LaneRecord | undefined)[];
}

/** What goes over the market: a heartbeat, or a V2 batch without trades. */
export type FlightKind = 'ping' | 'batch';

export interface Flight {
  readonly kind: FlightKind;
  /** Of a ping. */
  readonly nonce: bigint | undefined;
  readonly signature: string;
  readonly slot: bigint;
  readonly leafIndex: number | undefined;
  /** Before it and after it, as they were computed here. */
  readonly rootBefore: Uint8Array | undefined;
  readonly root: Uint8Array | undefined;
  readonly differences: readonly Difference[];
}

/** A node may show the market a moment later than the transaction. */
const SHOWN_MS = 10_000;
const POLL_MS = 50;

/**
 * Sends one thing that moves no balance, and holds everything that can be known of it against what is computed here: the root before, the
 * signature, the event, the root after. What differs is answered, not thrown. When the root differs before it, nothing is sent.
 * @throws LockstepError NotActiveRelayer, Paused, VersionNotAllowed, FLIGHT_UNSEEN, HISTORY_INCOMPLETE, what `land` throws
 */
export async function fly(place: FlightPlace, kind: FlightKind): Promise<Flight> {
  const { rpcUrl, signal } = place;
  const readTree = place.readTree ?? ((at) => readLaneTree(place, at, signal, place.onRead));
  const differences = new Differences();
  const before = await fromNode(rpcUrl, () => marketNow(place));
  await fromNode(rpcUrl, () => requireFlyable(place, kind));
  const treeBefore = await fromNode(rpcUrl, () => readTree(treePoint(before.value)));
  compareTree(differences, 'before', treeBefore, before.value);
  const nonce = kind === 'ping' ? randomBytes(8).readBigUInt64LE() : undefined;
  const none = { kind, nonce, leafIndex: undefined, rootBefore: undefined, root: undefined };
  if (differences.list.length > 0) return { ...none, signature: '', slot: before.slot, differences: differences.list };

  const instruction = instructionOf(place, before.value, nonce);
  const landed = await land({
    ...{ connection: place.connection, rpcUrl, signer: place.signer, instructions: [instruction], signal },
    commitment: 'confirmed',
    onSigned: (signature) => place.say(`signed ${signature}`),
  });
  const after = await shownAt(place, landed.slot);
  const tree = await fromNode(rpcUrl, () => readTree(treePoint(after)));
  compareTree(differences, 'after', tree, after);
  const leafIndex = tree.leaves.findIndex((record) => record?.signature === landed.signature);
  if (leafIndex < 0) {
    differences.add('leaf in the tree', landed.signature, 'none of this transaction');
    return { ...none, ...landed, differences: differences.list };
  }
  // What others landed meanwhile lies before or behind it: then the tree is read as far as it, too.
  const rootAt = async (leafCount: number): Promise<Uint8Array> => {
    if (BigInt(leafCount) === before.value.tree.leafCount) return treeBefore.tree.root();
    if (leafCount === tree.tree.size) return tree.tree.root();
    return (
      await fromNode(rpcUrl, () => readTree({ leafCount: BigInt(leafCount), version: after.treeVersion }))
    ).tree.root();
  };
  const rootBefore = await rootAt(leafIndex);
  const root = await rootAt(leafIndex + 1);
  const sent = { kind, nonce, instruction, signature: landed.signature, rootBefore, root };
  await fromNode(rpcUrl, () => compareLanding(place, sent, differences));
  if (after.tree.leafCount === before.value.tree.leafCount + 1n) {
    differences.compare('cursor after', cursorBehind(before.value, kind), cursorOf(after));
  }
  return { kind, nonce, ...landed, leafIndex, rootBefore, root, differences: differences.list };
}

const marketNow = ({ connection, market, program }: Lane) => readMarketHeader(connection, market, 'confirmed', program);

const cursorOf = ({ nextSequence, lastTradeId, baseLotsTotal, quoteAtomsTotal }: MarketHeader) => ({
  ...{ nextSequence, lastTradeId, baseLotsTotal, quoteAtomsTotal },
});

/** A batch without trades takes a sequence, and nothing else. */
const cursorBehind = (before: MarketHeader, kind: FlightKind) => ({
  ...cursorOf(before),
  nextSequence: before.nextSequence + (kind === 'batch' ? 1n : 0n),
});

function compareTree(differences: Differences, when: string, { tree }: FlightTree, header: MarketHeader): void {
  differences.compare(`leaves ${when}`, tree.size, header.tree.leafCount);
  differences.compare(`root ${when}`, tree.root(), header.tree.root);
}

/** Refused before anything is signed; the program would refuse it too, at a price. */
async function requireFlyable({ connection, program, signer }: FlightPlace, kind: FlightKind): Promise<void> {
  const read = await readConfig(connection, program, 'confirmed');
  const config = effectiveConfig(read.value, read.slot);
  const key = new PublicKey(signer.publicKey);
  if (!config.activeRelayer.equals(key)) {
    throw new LockstepError(
      'NotActiveRelayer',
      `the active relayer is ${config.activeRelayer}, and the key given is ${key}`,
      'Give the key of the active relayer with --keypair. Nothing was sent.',
    );
  }
  if (kind === 'batch') requireSettling(config);
}

function requireSettling({ isPaused, allowedBatchVersions }: Pick<GlobalConfig, 'isPaused' | 'allowedBatchVersions'>) {
  if (isPaused) {
    throw new LockstepError(
      'Paused',
      'settlement is paused, and a batch without trades is a batch',
      'Leave --batch out: a heartbeat lands while settlement is paused. Nothing was sent.',
    );
  }
  if ((allowedBatchVersions & VersionBit.V2) !== 0) return;
  throw new LockstepError(
    'VersionNotAllowed',
    'the config does not allow V2, and only V2 has batches without trades',
    'Leave --batch out. Nothing was sent.',
  );
}

function instructionOf(place: FlightPlace, header: MarketHeader, nonce: bigint | undefined): TransactionInstruction {
  const { market, program } = place;
  const relayer = new PublicKey(place.signer.publicKey);
  const build = settlementInstructions(program);
  if (nonce !== undefined) return build.ping({ relayer, market, nonce });
  return build.settleBatch({ relayer, market, data: emptyBatch(header) });
}

function emptyBatch({ nextSequence, lastTradeId, recentDigests }: MarketHeader): Uint8Array {
  const previous = recentDigests[Number((nextSequence - 1n) % BigInt(RECENT_DIGESTS))];
  return encodeBatchV2({
    sequence: nextSequence,
    firstTradeId: tradeId(lastTradeId + 1n),
    prevDigestPrefix: previous === undefined || nextSequence === 1n ? 0n : digestPrefix(previous),
    trades: [],
  });
}

/** @throws LockstepError FLIGHT_UNSEEN */
async function shownAt(place: FlightPlace, slot: bigint): Promise<MarketHeader> {
  const deadline = performance.now() + SHOWN_MS;
  for (;;) {
    const read = await fromNode(place.rpcUrl, () => marketNow(place));
    if (read.slot >= slot) return read.value;
    if (performance.now() > deadline) {
      throw new LockstepError(
        'FLIGHT_UNSEEN',
        `it landed in slot ${slot}, and the node still shows the market of slot ${read.slot}`,
        'Ask another node with --rpc.',
      );
    }
    await pause(POLL_MS, place.signal);
  }
}
