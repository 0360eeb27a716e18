import { slot } from '#client';
import { COMMITMENTS } from '../../domain/commitment.ts';
import type { SignatureStatus, StatusReport } from '../../ports.ts';
import type { Answers } from './endpoints.ts';

const NOWHERE = slot(0n);

/**
 * What several nodes said about signatures, as one report. A success that one knows counts: the market proves it. A failure is as
 * sure as the least sure node is of it. Unknown is what all of them looked for and none knows: `slot` is how far the slowest has
 * looked, 0 when one did not answer.
 */
export function mergedStatuses(answers: Answers<StatusReport>, count: number): StatusReport {
  const reports = answers.filter((answer) => answer !== undefined);
  const slots = reports.map((report) => report.slot).sort((one, other) => (one < other ? -1 : 1));
  const [slowest = NOWHERE] = reports.length < answers.length ? [NOWHERE] : slots;
  const statuses = Array.from({ length: count }, (_, at) =>
    mergedStatus(
      reports.map((report) => report.statuses[at] ?? null),
      answers.length,
    ),
  );
  return { slot: slowest, statuses };
}

/** @param asked how many nodes should have answered */
function mergedStatus(told: readonly (SignatureStatus | null)[], asked: number): SignatureStatus | null {
  const known = told.filter((status) => status !== null);
  const succeeded = known.filter((status) => status.error === undefined);
  const [surest] = [...succeeded].sort((one, other) => rank(other) - rank(one));
  if (surest !== undefined) return surest;
  const [weakest] = [...known].sort((one, other) => rank(one) - rank(other));
  if (weakest === undefined || known.length === asked) return weakest ?? null;
  return { ...weakest, commitment: 'processed' };
}

const rank = ({ commitment }: SignatureStatus): number => COMMITMENTS.indexOf(commitment);
