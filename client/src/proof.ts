import type { PublicKey } from '@solana/web3.js';
import { decodeBatch } from './batch/batch.ts';
import type { TradeV1 } from './batch/v1.ts';
import { bytesEqual, fromProofHex, toHex } from './bytes.ts';
import { ResultCode, TREE_DEPTH } from './constants.ts';
import { payloadDigest, resultsDigest } from './digest.ts';
import type { LockstepError } from './errors.ts';
import { clientError } from './errors.ts';
import type { StateTree } from './tree.ts';
import { batchLeaf, rootOfPath } from './tree.ts';
import type { TradeId } from './units.ts';
import { U32_MAX } from './units.ts';

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
  /** Siblings, lowest first. */
  readonly path: readonly string[];
}

/**
 * @throws LockstepError LEAF_UNKNOWN when the tree has no such leaf, TRADE_UNKNOWN when the batch does not name the trade,
 * PROOF_INVALID when the leaf is not this batch's
 */
export function proveTrade(input: {
  tree: StateTree;
  leafIndex: number;
  data: Uint8Array;
  codes: Uint8Array;
  program: PublicKey;
  market: PublicKey;
  tradeId: TradeId;
}): TradeProof {
  const path = input.tree.proof(input.leafIndex);
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
    path: path.map(toHex),
  };
  verifyTradeProof(proof, { program: input.program, market: input.market, root: input.tree.root() });
  return proof;
}

/**
 * Says what became of the trade, or refuses. Nothing in the proof is trusted: it must fold up to `root`, which the caller
 * read from the chain.
 * @throws LockstepError PROOF_INVALID
 */
export function verifyTradeProof(
  proof: TradeProof,
  expected: { program: PublicKey; market: PublicKey; root: Uint8Array },
): { settled: boolean; code: number; trade: TradeV1 } {
  const { program, market, root } = expected;
  refuseUnless(proof.program === program.toBase58(), 'it was made for another program');
  refuseUnless(proof.market === market.toBase58(), 'it was made for another market');
  const data = fromProofHex(proof.payload, 'payload');
  const codes = fromProofHex(proof.resultCodes, 'result codes');
  const batch = decodeProven(data);
  refuseUnless(codes.length === batch.trades.length, 'it has not one result code a trade');
  const leaf = batchLeaf({
    program,
    market,
    sequence: batch.sequence,
    version: batch.version,
    payloadDigest: payloadDigest(data),
    resultsDigest: resultsDigest(codes),
  });
  refuseUnless(bytesEqual(rootOfPath(leaf, leafIndexOf(proof), pathOf(proof)), root), 'it does not lead to the root');
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

function pathOf(proof: TradeProof): Uint8Array[] {
  refuseUnless(Array.isArray(proof.path) && proof.path.length === TREE_DEPTH, `its path has not ${TREE_DEPTH} nodes`);
  const path = proof.path.map((sibling) => fromProofHex(sibling, 'path'));
  refuseUnless(
    path.every((sibling) => sibling.length === 32),
    'a node of its path has not 32 bytes',
  );
  return path;
}
