import { PublicKey } from '@solana/web3.js';
import { decodeBatch } from './batch/batch.ts';
import type { TradeV1 } from './batch/v1.ts';
import { bytesEqual, fromProofHex, toHex } from './bytes.ts';
import { ResultCode, TREE_DEPTH } from './constants.ts';
import { payloadDigest, resultsDigest } from './digest.ts';
import type { LockstepError } from './errors.ts';
import { clientError } from './errors.ts';
import type { LeafPath, ProvingTree } from './tree.ts';
import { batchLeaf, rootOfPath } from './tree.ts';
import type { TradeId } from './units.ts';
import { U32_MAX } from './units.ts';

/** Far above any number of forks and full trees; a proof is read before it is believed. */
const MAX_FORKS = 64;

/** Shows that a batch of a market spent a trade's id, and how. Plain JSON: addresses base58, bytes hex, u64 decimal. */
export interface TradeProof {
  readonly program: string;
  readonly market: string;
  readonly tradeId: string;
  /** The whole batch, version byte included. */
  readonly payload: string;
  /** One byte a trade. */
  readonly resultCodes: string;
  readonly leafIndex: number;
  /** Siblings, lowest first; `null` where a node of a tree of version 2 goes up without one. */
  readonly path: readonly (string | null)[];
  /**
   * One path for each fork since the trade settled: from leaf 0 of the tree that came after, which is the root before it, to that
   * tree's root. Forks after which nothing has settled yet need none. Not there when the trade settled in the present tree.
   */
  readonly onward?: readonly (readonly (string | null)[])[];
}

/**
 * @throws LockstepError LEAF_UNKNOWN when the tree has no such leaf, TRADE_UNKNOWN when the batch does not name the trade,
 * PROOF_INVALID when the leaf is not this batch's
 */
export function proveTrade(input: {
  tree: ProvingTree;
  /** The trees that followed the one with the leaf, oldest first: each begins with the root of the one before. */
  laterTrees?: readonly ProvingTree[];
  leafIndex: number;
  data: Uint8Array;
  codes: Uint8Array;
  program: PublicKey;
  market: PublicKey;
  tradeId: TradeId;
}): TradeProof {
  const path = input.tree.proof(input.leafIndex);
  const later = input.laterTrees ?? [];
  if (!decodeBatch(input.data).trades.some((trade) => trade.tradeId === input.tradeId)) {
    throw clientError('TRADE_UNKNOWN', `the batch does not name trade ${input.tradeId}`);
  }
  const proof = {
    program: input.program.toBase58(),
    market: input.market.toBase58(),
    tradeId: input.tradeId.toString(),
    payload: toHex(input.data),
    resultCodes: toHex(input.codes),
    leafIndex: input.leafIndex,
    path: path.map(hexOf),
    ...(later.length === 0 ? {} : { onward: onwardThrough(later) }),
  };
  const root = (later.at(-1) ?? input.tree).root();
  verifyTradeProof(proof, { program: input.program, market: input.market, root });
  return proof;
}

/**
 * Says what became of the trade, or refuses. Nothing in the proof is trusted: it must fold up to `root`, which the caller
 * read from the chain. After a fork to another program, `program` and `market` may be the present ones as well as those the trade
 * settled in: the leaf names its own, and the present root holds no other history than its own past.
 * @throws LockstepError PROOF_INVALID
 */
export function verifyTradeProof(
  proof: TradeProof,
  expected: { program: PublicKey; market: PublicKey; root: Uint8Array },
): { settled: boolean; code: number; trade: TradeV1 } {
  const { program, market, root } = expected;
  const onward = onwardOf(proof);
  const isOlder = proof.onward !== undefined;
  refuseUnless(isOlder || proof.program === program.toBase58(), 'it was made for another program');
  refuseUnless(isOlder || proof.market === market.toBase58(), 'it was made for another market');
  const data = fromProofHex(proof.payload, 'payload');
  const codes = fromProofHex(proof.resultCodes, 'result codes');
  const batch = decodeProven(data);
  refuseUnless(codes.length === batch.trades.length, 'it has not one result code a trade');
  const leaf = batchLeaf({
    program: addressOf(proof.program, 'program'),
    market: addressOf(proof.market, 'market'),
    sequence: batch.sequence,
    version: batch.version,
    payloadDigest: payloadDigest(data),
    resultsDigest: resultsDigest(codes),
  });
  const first = rootOfPath(leaf, ...placeOf(leafIndexOf(proof), pathOf(proof.path)));
  const reached = onward.reduce((previous, path) => rootOfPath(previous, ...placeOf(0, path)), first);
  refuseUnless(bytesEqual(reached, root), 'it does not lead to the root');
  const place = batch.trades.findIndex((trade) => trade.tradeId.toString() === proof.tradeId);
  const trade = batch.trades[place];
  const code = codes[place];
  if (trade === undefined || code === undefined) throw invalid('its batch does not name the trade');
  return { settled: code === ResultCode.Settled, code, trade };
}

const invalid = (why: string, options?: ErrorOptions): LockstepError =>
  clientError('PROOF_INVALID', `the proof is refused: ${why}`, options);

function refuseUnless(holds: boolean, why: string): void {
  if (!holds) throw invalid(why);
}

function decodeProven(data: Uint8Array): ReturnType<typeof decodeBatch> {
  try {
    return decodeBatch(data);
  } catch (cause) {
    throw invalid('its payload is no batch this client can read', { cause });
  }
}

function leafIndexOf(proof: TradeProof): number {
  const index = proof.leafIndex;
  refuseUnless(Number.isInteger(index) && index >= 0 && index <= U32_MAX, 'its leaf index is no u32');
  return index;
}

/** A tree that has only its leaf 0 has the root that came before it. */
const onwardThrough = (trees: readonly ProvingTree[]): (string | null)[][] =>
  trees.map((tree) => tree.proof(0).map(hexOf)).filter((path) => path.length > 0);

const hexOf = (sibling: Uint8Array | null): string | null => (sibling === null ? null : toHex(sibling));

function addressOf(text: string, what: string): PublicKey {
  try {
    return new PublicKey(text);
  } catch (cause) {
    throw invalid(`its ${what} is no address`, { cause });
  }
}

function onwardOf({ onward }: TradeProof): LeafPath[] {
  if (onward === undefined) return [];
  refuseUnless(
    Array.isArray(onward) && onward.length <= MAX_FORKS,
    `its way onward is no list of at most ${MAX_FORKS}`,
  );
  refuseUnless(
    onward.every((path) => path.length > 0),
    'a part of its way onward is empty',
  );
  return onward.map(pathOf);
}

/** Refuses a place that no tree has: a node goes up by itself only as the last one of its level, and then no node is right of it. */
function placeOf(index: number, path: LeafPath): [number, LeafPath] {
  const isLeft = (height: number): boolean => Math.floor(index / 2 ** height) % 2 === 0;
  const alone = path.indexOf(null);
  refuseUnless(index < 2 ** path.length, 'its leaf index is above its path');
  refuseUnless(path.at(-1) !== null, 'its path ends without a node');
  refuseUnless(
    path.every((sibling, height) => sibling !== null || isLeft(height)),
    'its path leaves out a left node',
  );
  refuseUnless(
    alone < 0 || path.every((sibling, height) => height < alone || sibling === null || !isLeft(height)),
    'its path has a node right of the last one',
  );
  return [index, path];
}

function pathOf(nodes: readonly (string | null)[]): LeafPath {
  refuseUnless(Array.isArray(nodes) && nodes.length <= TREE_DEPTH, `its path has more than ${TREE_DEPTH} nodes`);
  const path = nodes.map((sibling) => (sibling === null ? null : fromProofHex(sibling, 'path')));
  refuseUnless(
    path.every((sibling) => sibling === null || sibling.length === 32),
    'a node of its path has not 32 bytes',
  );
  return path;
}
