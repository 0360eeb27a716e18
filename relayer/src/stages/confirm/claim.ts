import type { Sequence } from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import type { Landing, OutboxRow } from '../../domain/row.ts';
import { relayerError } from '../../errors.ts';
import type { Chain } from '../../ports.ts';
import type { Payload } from '../encode/codec.ts';

/**
 * The program says that a sequence is settled. It counts as ours only when the market's digest, or the success of one of our
 * transactions, proves that the payload was ours.
 * @returns undefined when this node has not seen the settlement yet
 * @throws LockstepError FOREIGN_SETTLEMENT
 */
export async function claimSettled(
  row: OutboxRow,
  payload: Payload,
  chain: Chain,
  commitment: Commitment,
): Promise<Landing | undefined> {
  const market = await chain.market(commitment);
  if (market.nextSequence <= payload.sequence) return undefined;
  const settled = market.digestOf(payload.sequence);
  const landed = await landedAttempt(row, chain);
  const ours = [payload.digest, ...row.attempts.map((attempt) => attempt.digest)];
  const digest = settled ?? landed?.digest;
  if (digest === undefined || !ours.includes(digest)) throw foreign(row, payload.sequence, settled);
  const { signature } = landed?.digest === digest ? landed : {};
  return { slot: market.slot, digest, ...(signature === undefined ? {} : { signature }) };
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

function foreign(row: OutboxRow, sequence: Sequence, settled: string | undefined) {
  const whose = settled === undefined ? 'by an unknown payload' : `with payload ${settled}`;
  return relayerError('FOREIGN_SETTLEMENT', `sequence ${sequence} was settled ${whose}, which is not batch ${row.key}`);
}
