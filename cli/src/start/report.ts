import { formatDecimal } from '#feeder';
import type { ProofFile } from '../trade-proof.ts';
import type { Difference } from './differences.ts';
import type { SurveyedInput } from './input.ts';
import { count, plural } from './progress.ts';
import type { Venue } from './venue.ts';
import type { Verification } from './verify.ts';
import type { Withdrawal } from './withdraw.ts';

/** Everything a run found out. */
export interface Run {
  readonly surveyed: SurveyedInput;
  readonly venue: Venue;
  readonly verification: Verification;
  /** Of the verification and of the withdrawal. */
  readonly differences: readonly Difference[];
  readonly proof: ProofFile;
  readonly withdrawal: Withdrawal;
  /** Undefined where the system does not say. */
  readonly relayerPeakBytes: number | undefined;
  /** From the first trade published to the last one settled. */
  readonly settleMs: number;
  /** The whole command. */
  readonly elapsedMs: number;
}

/** Bad rows shown to people; the JSON has up to a thousand. */
const REJECTIONS_SHOWN = 10;
const VOIDS_LISTED = 1_000;
const BYTES_PER_MB = 1_000_000;

/** The line of JSON, as docs/reference/cli.md lists it. */
export function reportOf(run: Run): Record<string, unknown> {
  const { surveyed, venue, verification, proof, withdrawal } = run;
  const { survey, input } = surveyed;
  const { header } = verification.market;
  return {
    accepted: survey.accepted,
    settled: Number(header.tradesSettled),
    voided: Number(header.tradesVoided),
    skipped: Number(header.tradesSkipped),
    rejected: survey.rejected + verification.voids.length,
    pending: survey.accepted - Number(header.lastTradeId),
    duplicates: verification.duplicates,
    batches: verification.batches,
    byVersion: verification.byVersion,
    stateRoot: header.tree.root,
    verified: run.differences.length === 0,
    elapsedMs: Math.round(run.elapsedMs),
    settleMs: Math.round(run.settleMs),
    input: input.origin,
    tick: formatDecimal(input.instrument.tick),
    lot: formatDecimal(input.instrument.lot),
    traders: venue.traders.length,
    program: venue.program,
    market: venue.market,
    rejections: survey.rejections,
    differences: run.differences,
    voids: verification.voids.slice(0, VOIDS_LISTED),
    relayerPeakBytes: run.relayerPeakBytes,
    proof: {
      tradeId: proof.proof.tradeId,
      reference: verification.middle?.reference,
      leafIndex: proof.proof.leafIndex,
      root: proof.root,
      settled: proof.outcome.settled,
      result: proof.outcome.result,
      signature: proof.signature,
    },
    withdrawal,
  };
}

/** The summary for people: each number with where it comes from. */
export function* summaryOf(run: Run): Generator<string> {
  const { surveyed, venue, verification, proof, withdrawal, differences } = run;
  const { input, survey } = surveyed;
  const { header, traders } = verification.market;
  const { instrument } = venue;
  const atoms = (digits: bigint, scale: number) => formatDecimal({ digits, scale });
  const versions = Object.entries(verification.byVersion).map(
    ([version, batches]) => `${count(batches)} of V${version}`,
  );
  yield '';
  yield `  input        ${plural(survey.accepted, 'trade')} accepted, ${plural(survey.rejected, 'row')} rejected`;
  yield `               from ${input.origin}: tick ${formatDecimal(instrument.tick)}, lot ${formatDecimal(instrument.lot)}`;
  yield* rejectionLines(surveyed);
  yield `  settled      ${plural(Number(header.tradesSettled), 'trade')} in ${plural(verification.batches, 'batch', 'batches')} (${versions.join(', ')}), ${header.tradesVoided} void${skippedOf(header.tradesSkipped)}`;
  yield `               from the market account, by RPC`;
  for (const { tradeId, reference, code, reason } of verification.voids.slice(0, REJECTIONS_SHOWN))
    yield `               trade ${tradeId} (id ${reference} of the input) did not settle, ${code}: ${reason}`;
  if (differences.length === 0) {
    yield `  verified     every trade in order; balances of ${plural(traders.length, 'trader')}, fees, cursor, vaults and state root`;
    yield `               recomputed from the input and from the settle_batch data fetched by RPC`;
  } else {
    yield `  NOT VERIFIED ${plural(differences.length, 'difference')} between the chain and what the input makes of it:`;
    for (const { what, expected, found } of differences)
      yield `               ${what}: expected ${expected}, found ${found}`;
  }
  yield `  state root   ${Buffer.from(header.tree.root).toString('hex')}`;
  yield `  proof        trade ${proof.proof.tradeId} (id ${verification.middle?.reference} of the input) ${proof.outcome.result.toLowerCase()}: leaf ${proof.proof.leafIndex} and 32 nodes lead to the root on-chain`;
  yield `  withdrawal   trader ${withdrawal.trader} got ${atoms(withdrawal.baseAtoms, instrument.baseDecimals)} base and ${atoms(withdrawal.quoteAtoms, instrument.quoteDecimals)} quote`;
  yield `               after ${plural(Number(withdrawal.unlockSlot - withdrawal.requestedSlot), 'slot')}, from the trader's token accounts`;
  const rate = run.settleMs > 0 ? (survey.accepted / run.settleMs) * 1_000 : 0;
  yield `  time         ${(run.elapsedMs / 1_000).toFixed(1)} s, of it ${(run.settleMs / 1_000).toFixed(1)} s settling: ${plural(Math.round(rate), 'trade')}/s`;
  if (run.relayerPeakBytes !== undefined)
    yield `  memory       the relayer's process at most ${count(Math.round(run.relayerPeakBytes / BYTES_PER_MB))} MB`;
}

function* rejectionLines({ survey }: SurveyedInput): Generator<string> {
  for (const { line, reason } of survey.rejections.slice(0, REJECTIONS_SHOWN))
    yield `               line ${line}: ${reason}`;
  const more = survey.rejected - Math.min(survey.rejections.length, REJECTIONS_SHOWN);
  if (more > 0) yield `               and ${count(more)} more (--json lists up to 1,000)`;
}

const skippedOf = (skipped: bigint): string => (skipped === 0n ? '' : `, ${skipped} passed over`);
