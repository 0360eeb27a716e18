import type { Sequence } from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import type { Landing, OutboxRow } from '../../domain/row.ts';
import type { Chain } from '../../ports.ts';

export type Claim =
  | { readonly kind: 'ours'; readonly landing: Landing }
  /** This node has not seen the settlement yet. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'foreign' };

/**
 * The program says that a sequence is settled. It counts as ours only when the market's digest, or the success of one of our
 * transactions where the market has forgotten it, proves that the payload was ours.
 * @param taken what the program says is settled, and the payload it was asked about
 */
export async function claimSettled(
  row: OutboxRow,
  taken: { readonly sequence: Sequence; readonly digest?: string },
  chain: Chain,
  commitment: Commitment,
): Promise<Claim> {
  const market = await chain.market(commitment);
  if (market.nextSequence <= taken.sequence) return { kind: 'unseen' };
  const landed = await landedAttempt(row, chain);
  const ours = [taken.digest, ...row.attempts.map((attempt) => attempt.digest)];
  const digest = market.digestOf(taken.sequence) ?? landed?.digest;
  if (digest === undefined || !ours.includes(digest)) return { kind: 'foreign' };
  const { signature } = landed?.digest === digest ? landed : {};
  return { kind: 'ours', landing: { slot: market.slot, digest, ...(signature === undefined ? {} : { signature }) } };
}

async function landedAttempt(row: OutboxRow, chain: Chain) {
  if (row.attempts.length === 0) return undefined;
  const signatures = row.attempts.map((attempt) => attempt.signature);
  const { statuses } = await chain.statuses(signatures, true);
  return row.attempts.find((_, at) => {
    const status = statuses[at] ?? null;
    return status !== null && status.error === undefined;
  });
}
