import type { Connection, PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import type { Sequence } from '#client';
import { decodeBatch, LockstepError, payloadDigest, resultCodesIn, settledPayloads, slot } from '#client';
import type { Settlement } from '../../ports.ts';
import { asked } from './rpc.ts';

export interface MarketPlace {
  readonly program: PublicKey;
  readonly market: PublicKey;
}

/** What a node answers at once. */
const SIGNATURES_PER_CALL = 1_000;
/** A settlement further back than this is no longer looked for: the market itself has forgotten its digest by then. */
const MAX_PAGES = 20;
/** Transactions asked for at the same time. */
const PARALLEL_CALLS = 8;
/** Old transactions are not offered below it. */
const COMMITMENT = 'confirmed';

/**
 * Looks for the payload with this digest in the named transaction, then through the market's, newest first. Undefined when the node
 * does not have it.
 * @throws TransientError RPC_UNAVAILABLE
 */
export async function findSettlement(
  connection: Connection,
  place: MarketPlace,
  {
    sequence,
    digest,
    signature,
  }: { readonly sequence: Sequence; readonly digest: string; readonly signature?: string },
): Promise<Settlement | undefined> {
  const isWanted = ({ payload }: Settlement) => Buffer.from(payloadDigest(payload)).toString('hex') === digest;
  const named = signature === undefined ? [] : await settledBy(connection, place, signature);
  const there = named.find(isWanted);
  if (there !== undefined) return there;
  let before: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const options = { limit: SIGNATURES_PER_CALL, ...(before === undefined ? {} : { before }) };
    const infos = await asked('market history', () =>
      connection.getSignaturesForAddress(place.market, options, COMMITMENT),
    );
    const succeeded = infos.filter((info) => info.err === null).map((info) => info.signature);
    for (let at = 0; at < succeeded.length; at += PARALLEL_CALLS) {
      const group = succeeded.slice(at, at + PARALLEL_CALLS);
      const batches = (await Promise.all(group.map((signature) => settledBy(connection, place, signature)))).flat();
      const found = batches.find(isWanted);
      if (found !== undefined) return found;
      if (batches.some(({ payload }) => isBefore(payload, sequence))) return undefined;
    }
    before = infos.at(-1)?.signature;
    if (infos.length < SIGNATURES_PER_CALL || before === undefined) return undefined;
  }
  return undefined;
}

async function settledBy(
  connection: Connection,
  place: MarketPlace,
  signature: string,
): Promise<readonly Settlement[]> {
  const options = { commitment: COMMITMENT, maxSupportedTransactionVersion: 0 } as const;
  const transaction = await asked('transaction', () => connection.getTransaction(signature, options));
  if (transaction === null || (transaction.meta?.err ?? null) !== null) return [];
  return settledPayloads(transaction, place).map((payload) => {
    const codes = codesOf(transaction, place, payload);
    return { payload, signature, slot: slot(transaction.slot), codes };
  });
}

/** A payload that is not spoken here is for whoever asked to judge; logs that make no sense tell as little as none. */
function codesOf(transaction: VersionedTransactionResponse, place: MarketPlace, payload: Uint8Array) {
  try {
    return resultCodesIn(transaction, place, decodeBatch(payload));
  } catch (error) {
    if (error instanceof LockstepError) return undefined;
    throw error;
  }
}

/** A payload of a version not spoken here says nothing about where the search is. */
function isBefore(payload: Uint8Array, sequence: Sequence): boolean {
  try {
    return decodeBatch(payload).sequence < sequence;
  } catch (error) {
    if (error instanceof LockstepError) return false;
    throw error;
  }
}
