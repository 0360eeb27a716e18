import type { PublicKey } from '@solana/web3.js';
import type { SettlementEvent } from '#client';
import { parseEvents } from '#client';
import type { Lane } from './lane-history.ts';
import { PARALLEL_CALLS, signaturePages } from './lane-history.ts';

/** When a root was the market's. */
export interface PastRoot {
  readonly slot: number;
  /** Transaction that made it. */
  readonly signature: string;
}

/** Everything that gives a market another root, and says which in its field `root`. */
const MAKES_ROOT: ReadonlySet<string> = new Set([
  ...['BatchSettled', 'HeartbeatLanded', 'StateTreeMigrated', 'StateTreeReverted', 'MarketImported'],
]);

/**
 * The transaction after which a root was the market's, by the program's own events, newest first and back to the batch before
 * `sequence`: no root before that one holds it. Undefined when none of them made this root, or when the node no longer has the one that did.
 * @throws the signal's reason
 */
export async function findPastRoot(
  lane: Lane,
  root: Uint8Array,
  { sequence, signal }: { readonly sequence: bigint; readonly signal: AbortSignal },
): Promise<PastRoot | undefined> {
  for await (const page of signaturePages(lane, { signal })) {
    for (let at = 0; at < page.length; at += PARALLEL_CALLS) {
      signal.throwIfAborted();
      const group = await Promise.all(
        page.slice(at, at + PARALLEL_CALLS).map((signature) => eventsOf(lane, signature)),
      );
      const made = group.find(({ events }) => events.some((event) => makes(event, root)));
      if (made !== undefined) return { slot: made.slot, signature: made.signature };
      if (group.some(({ events }) => events.some((event) => isBatchBefore(event, sequence)))) return undefined;
    }
  }
  return undefined;
}

/** None of a transaction that failed, or that the node does not have. */
async function eventsOf({ connection, program, market }: Lane, signature: string) {
  const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const transaction = await connection.getTransaction(signature, options);
  const logs = transaction?.meta?.err === null ? (transaction.meta.logMessages ?? []) : [];
  const events = parseEvents(logs, program).filter(({ data }) =>
    (data.market as PublicKey | undefined)?.equals(market),
  );
  return { signature, slot: transaction?.slot ?? 0, events };
}

const makes = ({ name, data }: SettlementEvent, root: Uint8Array): boolean =>
  MAKES_ROOT.has(name) && Buffer.from(data.root as Uint8Array).equals(root);

const isBatchBefore = ({ name, data }: SettlementEvent, sequence: bigint): boolean =>
  name === 'BatchSettled' && (data.sequence as bigint) < sequence;
