import type { Slot } from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import { reaches } from '../../domain/commitment.ts';
import type { Attempt, OutboxRow } from '../../domain/row.ts';
import { liveAttempts, withDeadAttempt } from '../../domain/row.ts';
import type { BlockHeights, SignatureStatus } from '../../ports.ts';

/** What one look at the cluster told about the live attempts of a row. */
export interface Observation {
  /** In the order of `liveAttempts(row)`. */
  readonly statuses: readonly (SignatureStatus | null)[];
  /** Slot up to which the statuses were looked up. */
  readonly slot: Slot;
  /** Read before the statuses. Undefined when not read this time. */
  readonly heights: BlockHeights | undefined;
  /** Whether the node looked further back than its recent cache. */
  readonly searchedHistory: boolean;
}

export type Verdict =
  /** On-chain at the lane's commitment. */
  | { readonly kind: 'landed'; readonly attempt: Attempt; readonly slot: Slot }
  /** No attempt can land any more: another payload may be signed. */
  | { readonly kind: 'dead' }
  /** An attempt failed or ran out of blocks at the lane's commitment: the same payload may be signed again. */
  | { readonly kind: 'stale'; readonly why: 'failed' | 'expired' }
  | { readonly kind: 'pending' };

export interface Judgement {
  /** With attempts marked that were proven dead. */
  readonly row: OutboxRow;
  readonly verdict: Verdict;
}

/** Decides by what was observed alone; a question the node did not answer never reaches this function. */
export function judge(row: OutboxRow, seen: Observation, commitment: Commitment): Judgement {
  const attempts = liveAttempts(row).map((attempt, at) => ({ attempt, status: seen.statuses[at] ?? null }));
  let judged = row;
  let promising = false;
  for (const { attempt, status } of attempts) {
    if (status === null) {
      if (hasExpired(attempt, seen)) judged = withDeadAttempt(judged, attempt.signature, 'expired');
    } else if (status.error !== undefined) {
      if (status.commitment === 'finalized') judged = withDeadAttempt(judged, attempt.signature, 'failed');
    } else if (reaches(status.commitment, commitment)) {
      return { row: judged, verdict: { kind: 'landed', attempt, slot: status.slot } };
    } else {
      promising = true;
    }
  }
  if (liveAttempts(judged).length === 0) return { row: judged, verdict: { kind: 'dead' } };
  const newest = attempts.at(-1);
  const why = promising || newest === undefined ? undefined : staleness(newest.attempt, newest.status, seen);
  return { row: judged, verdict: why === undefined ? { kind: 'pending' } : { kind: 'stale', why } };
}

function staleness(
  newest: Attempt,
  status: SignatureStatus | null,
  seen: Observation,
): 'failed' | 'expired' | undefined {
  if (status !== null) return 'failed';
  const pastItsBlocks = seen.heights !== undefined && seen.heights.progress > newest.lastValidBlockHeight;
  return pastItsBlocks ? 'expired' : undefined;
}

/**
 * Proven: the finalised chain is past the last block that could hold it, and a node that has seen that chain, history
 * included, does not know it. A block that is not final yet could still hold it.
 */
function hasExpired(attempt: Attempt, seen: Observation): boolean {
  if (seen.heights === undefined || !seen.searchedHistory) return false;
  return seen.heights.finalized > attempt.lastValidBlockHeight && seen.slot >= seen.heights.finalizedSlot;
}
