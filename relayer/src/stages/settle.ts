import type { Sequence } from '#client';
import type { Backoff } from '../domain/backoff.ts';
import type { Cursor } from '../domain/cursor.ts';
import type { Landing, OutboxRow } from '../domain/row.ts';
import { liveAttempts, stateOf, withLanding } from '../domain/row.ts';
import { relayerError, TransientError } from '../errors.ts';
import { claimSettled } from './confirm/claim.ts';
import type { WatchDeps, WatchTiming } from './confirm/watch.ts';
import { watch } from './confirm/watch.ts';
import type { Payload } from './encode/codec.ts';
import type { SubmitDeps, Submitted } from './submit/submit.ts';
import { submit } from './submit/submit.ts';

export interface SettleDeps extends SubmitDeps, WatchDeps {
  readonly timing: WatchTiming;
  readonly backoff: Backoff;
}

export interface SettleSignals {
  /** Nothing new shall be started; what may be on the wire is still followed to its end. */
  readonly stopping: AbortSignal;
  /** Leave at once: the row says where to go on. */
  readonly abort: AbortSignal;
}

export type Settled =
  | { readonly kind: 'landed'; readonly row: OutboxRow }
  /** The cursor the lane works with is not the chain's: read it again, an earlier batch may have been lost. */
  | { readonly kind: 'displaced'; readonly row: OutboxRow };

/** A batch that keeps failing after its simulation passed costs a fee each time. */
const MAX_FAILURES = 8;
/** Bounds the signatures asked for in one call, should finality stand still while attempts expire. */
const MAX_LIVE_ATTEMPTS = 64;

/**
 * One batch, from its row to the chain: submit and confirm take turns until it has landed at the lane's commitment.
 * @throws LockstepError to stop the lane
 */
export async function settle(
  start: OutboxRow,
  cursor: Cursor,
  deps: SettleDeps,
  { stopping, abort }: SettleSignals,
): Promise<Settled> {
  let row = start;
  let goal: 'actionable' | 'dead' = 'actionable';
  let watching = stateOf(row) === 'sent' && row.sequence === cursor.nextSequence;
  let failures = 0;
  for (;;) {
    if (watching) {
      const seen = await watch(row, goal, deps.timing, deps, abort);
      row = seen.row;
      const { verdict } = seen;
      if (verdict.kind === 'landed') {
        const { attempt, slot } = verdict;
        return landed(row, cursor.nextSequence, { signature: attempt.signature, digest: attempt.digest, slot }, deps);
      }
      if (verdict.kind === 'stale' && verdict.why === 'failed') failures += 1;
      refuseEndless(row, failures);
      goal = 'actionable';
      watching = false;
    }
    (stateOf(row) === 'sent' ? abort : stopping).throwIfAborted();
    const submitted = await attemptSubmit(row, cursor, deps);
    deps.onBlocked(submitted.kind === 'blocked' ? submitted : undefined);
    switch (submitted.kind) {
      case 'signed':
        row = submitted.row;
        watching = true;
        break;
      case 'voided':
        row = submitted.row;
        break;
      case 'undecided':
        goal = 'dead';
        watching = true;
        break;
      case 'taken': {
        const landing = await attemptClaim(row, submitted.payload, deps);
        if (landing !== undefined) return landed(row, submitted.payload.sequence, landing, deps);
        break;
      }
      case 'ahead':
        if (submitted.by === 'cursor' || (await hasMoved(row, cursor, deps))) return { kind: 'displaced', row };
        break;
      case 'blocked':
        break;
    }
    if (submitted.kind === 'signed' || submitted.kind === 'voided' || submitted.kind === 'undecided')
      deps.backoff.reset();
    else await deps.backoff.wait(stateOf(row) === 'sent' ? abort : stopping);
  }
}

async function landed(row: OutboxRow, sequence: Sequence, landing: Landing, deps: SettleDeps): Promise<Settled> {
  const done = withLanding(row, sequence, landing);
  await deps.journal.save(done);
  deps.backoff.reset();
  return { kind: 'landed', row: done };
}

function refuseEndless(row: OutboxRow, failures: number): void {
  if (failures > MAX_FAILURES || liveAttempts(row).length >= MAX_LIVE_ATTEMPTS) {
    const signatures = row.attempts.slice(-MAX_FAILURES).map((attempt) => attempt.signature);
    throw relayerError('ATTEMPTS_EXHAUSTED', `batch ${row.key} does not land: ${signatures.join(', ')}`);
  }
}

/** A node that does not answer blocks the lane until it does. */
async function attemptSubmit(row: OutboxRow, cursor: Cursor, deps: SettleDeps): Promise<Submitted> {
  try {
    return await submit(row, cursor, deps);
  } catch (error) {
    return blockedBy(error, row, deps);
  }
}

async function attemptClaim(row: OutboxRow, payload: Payload, deps: SettleDeps): Promise<Landing | undefined> {
  try {
    return await claimSettled(row, payload, deps.chain, deps.timing.commitment);
  } catch (error) {
    deps.onBlocked(blockedBy(error, row, deps));
    return undefined;
  }
}

/** Otherwise the node that simulated was behind the one that told the cursor. */
async function hasMoved(row: OutboxRow, cursor: Cursor, deps: SettleDeps): Promise<boolean> {
  try {
    const market = await deps.chain.market(deps.timing.commitment);
    return market.nextSequence !== cursor.nextSequence;
  } catch (error) {
    deps.onBlocked(blockedBy(error, row, deps));
    return false;
  }
}

function blockedBy(error: unknown, row: OutboxRow, deps: SettleDeps): Extract<Submitted, { kind: 'blocked' }> {
  if (!(error instanceof TransientError)) throw error;
  deps.metrics.increment('rpc_errors');
  deps.logger.warn({ batch: row.key, err: error }, 'the node did not answer, trying again');
  return { kind: 'blocked', code: error.code, reason: error.message };
}
