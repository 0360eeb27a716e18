import type { Logger } from 'pino';
import type { Blocked } from '../../domain/blocked.ts';
import type { Commitment } from '../../domain/commitment.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { liveAttempts } from '../../domain/row.ts';
import { TransientError } from '../../errors.ts';
import type { BlockHeights, Chain, Clock, Journal, Metrics } from '../../ports.ts';
import type { Judgement, Observation, Verdict } from './judge.ts';
import { judge } from './judge.ts';
import { prove } from './prove.ts';

export interface WatchTiming {
  readonly commitment: Commitment;
  /** Milliseconds between sends of the same bytes. */
  readonly resendMs: number;
  /** Milliseconds from sending to the first status poll; later polls wait longer. */
  readonly firstPollMs: number;
  /** Longest wait between two status polls. */
  readonly statusPollMs: number;
}

export interface WatchDeps {
  readonly chain: Chain;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Told what holds the lane, and `undefined` when nothing does any more. */
  readonly onBlocked: (cause: Blocked | undefined) => void;
}

export type Watched = { readonly row: OutboxRow; readonly verdict: Exclude<Verdict, { kind: 'pending' }> };

/** Block heights decide expiry, which takes tens of seconds: more often would only be traffic. */
const HEIGHT_POLL_MS = 500;
const POLL_GROWTH = 2;
/** Nodes behind one address are a few slots apart; a landing the market lacks for longer is shown. */
const DOUBT_MS = 3_000;

/** Since when a status says landed and the market does not. */
interface Doubt {
  sinceMs?: number;
}

/**
 * Sends the newest live attempt again and again and polls until something is decided. With goal `dead`, a stale attempt
 * decides nothing: only landing, or proof that none can land, ends the watch.
 */
export async function watch(
  start: OutboxRow,
  goal: 'actionable' | 'dead',
  timing: WatchTiming,
  deps: WatchDeps,
  signal: AbortSignal,
): Promise<Watched> {
  const { chain, clock } = deps;
  let row = start;
  let sentAt: number | undefined;
  let heightsAt = clock.now();
  let pollMs = timing.firstPollMs;
  const doubt: Doubt = {};
  const hint = listen(chain, row);
  try {
    for (;;) {
      if (goal === 'actionable' && due(sentAt, timing.resendMs, clock)) {
        sentAt = clock.now();
        await resend(row, deps);
      }
      await hint.wait(pollMs, clock, signal);
      pollMs = Math.min(pollMs * POLL_GROWTH, timing.statusPollMs);

      const withHeights = due(heightsAt, HEIGHT_POLL_MS, clock);
      if (withHeights) heightsAt = clock.now();
      const judgement = await look(row, withHeights, doubt, timing.commitment, deps);
      if (judgement === undefined) continue;
      if (judgement.row !== row) await keepDead(row, judgement.row, deps);
      row = judgement.row;
      const { verdict } = judgement;
      if (verdict.kind === 'landed' || verdict.kind === 'dead') return { row, verdict };
      if (verdict.kind === 'stale' && goal === 'actionable') return { row, verdict };
    }
  } finally {
    hint.stop();
  }
}

const due = (last: number | undefined, everyMs: number, clock: Clock): boolean =>
  last === undefined || clock.now() - last >= everyMs;

/** A send decides nothing: an error may hide a success, and a success may be dropped. */
async function resend(row: OutboxRow, { chain, logger, metrics }: WatchDeps): Promise<void> {
  const newest = liveAttempts(row).at(-1);
  if (newest === undefined) return;
  try {
    await chain.send(newest.bytes);
    metrics.increment('transactions_sent');
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    metrics.increment('rpc_errors');
    logger.warn({ batch: row.key, signature: newest.signature, err: error }, 'send not acknowledged');
  }
}

/** Undefined when the node did not answer: nothing was learned. */
async function look(
  row: OutboxRow,
  withHeights: boolean,
  doubt: Doubt,
  commitment: Commitment,
  deps: WatchDeps,
): Promise<Judgement | undefined> {
  const signatures = liveAttempts(row).map((attempt) => attempt.signature);
  try {
    const heights: BlockHeights | undefined = withHeights ? await deps.chain.heights() : undefined;
    const report = await deps.chain.statuses(signatures, withHeights);
    const seen = { ...report, heights, searchedHistory: withHeights };
    const judgement = judge(row, seen, commitment);
    if (judgement.verdict.kind !== 'landed') {
      deps.onBlocked(undefined);
      return judgement;
    }
    return await confirmed(row, seen, judgement, doubt, commitment, deps);
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    deps.metrics.increment('rpc_errors');
    deps.onBlocked({ code: error.code, reason: error.message });
    deps.logger.warn({ batch: row.key, err: error }, 'status unknown, asking again');
    return undefined;
  }
}

/** A success counts once the market has it; until then it is as if nobody had said so, and no death is proven either. */
async function confirmed(
  row: OutboxRow,
  seen: Observation,
  judgement: Judgement,
  doubt: Doubt,
  commitment: Commitment,
  { chain, clock, onBlocked, logger }: WatchDeps,
): Promise<Judgement> {
  const { verdict } = judgement;
  if (verdict.kind !== 'landed') return judgement;
  const proof = prove(row, verdict, await chain.market(commitment));
  if (proof === 'proven') {
    onBlocked(undefined);
    return judgement;
  }
  if (proof === 'foreign') return { row: judgement.row, verdict: { kind: 'stale', why: 'failed' } };
  doubt.sinceMs ??= clock.now();
  const { signature } = verdict.attempt;
  if (clock.now() - doubt.sinceMs >= DOUBT_MS) {
    const reason = `a node reports ${signature} as landed, and the market does not have it; looking again`;
    logger.warn({ batch: row.key, signature, code: 'LANDING_UNPROVEN' }, 'a status contradicts the market');
    onBlocked({ code: 'LANDING_UNPROVEN', reason });
  }
  const statuses = seen.statuses.map((status) => (status?.error === undefined ? null : status));
  return judge(row, { ...seen, statuses, searchedHistory: false }, commitment);
}

async function keepDead(before: OutboxRow, after: OutboxRow, { journal, metrics, logger }: WatchDeps): Promise<void> {
  await journal.save(after);
  for (const [at, attempt] of after.attempts.entries()) {
    if (before.attempts[at]?.outcome === attempt.outcome) continue;
    metrics.increment(attempt.outcome === 'failed' ? 'transactions_failed' : 'transactions_expired');
    logger.warn({ batch: after.key, signature: attempt.signature, outcome: attempt.outcome }, 'attempt is dead');
  }
}

/** The websocket may say early that it is worth looking; it may as well stay silent for ever. */
function listen(chain: Chain, row: OutboxRow) {
  let seen = false;
  let wake: (() => void) | undefined;
  const newest = liveAttempts(row).at(-1);
  const stop =
    newest === undefined
      ? () => {}
      : chain.hint(newest.signature, () => {
          seen = true;
          wake?.();
        });
  return {
    stop,
    async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
      if (seen) return clock.sleep(ms, signal);
      const hinted = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([clock.sleep(ms, signal), hinted]);
    },
  };
}
