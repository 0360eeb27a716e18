import type { Sequence } from '#client';
import type { Backoff } from '../domain/backoff.ts';
import type { Blocked } from '../domain/blocked.ts';
import type { Cursor } from '../domain/cursor.ts';
import type { Landing, OutboxRow } from '../domain/row.ts';
import { liveAttempts, stateOf, withLanding } from '../domain/row.ts';
import { relayerError, TransientError } from '../errors.ts';
import type { Adoption } from './confirm/adopt.ts';
import { claimSettled } from './confirm/claim.ts';
import { standstillOf } from './confirm/standstill.ts';
import type { WatchDeps, WatchTiming } from './confirm/watch.ts';
import { watch } from './confirm/watch.ts';
import type { SubmitDeps, Submitted } from './submit/submit.ts';
import { submit } from './submit/submit.ts';

export interface SettleDeps extends SubmitDeps, WatchDeps {
  /** Corrects the rows to a settlement that is in none of them: of `from`, or of the row's first trade. */
  readonly adopt: (row: OutboxRow, from: Sequence | undefined) => Promise<Adoption>;
  readonly timing: WatchTiming;
  readonly backoff: Backoff;
  /** Throws LaneRestart when another relayer's key is the active one: the lane is that one's to work. */
  readonly requireActive: () => void;
  /** Called before each submit, so that what waits behind a batch that waits is seen to as well. */
  readonly seeToRest: (row: OutboxRow) => Promise<void>;
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
  | { readonly kind: 'displaced'; readonly row: OutboxRow }
  /** Its version was switched off; these rows have its trades now. */
  | { readonly kind: 'recut'; readonly rows: readonly OutboxRow[] }
  /** The chain has these trades by a batch that was in no row; the rows have been corrected. */
  | { readonly kind: 'adopted' };

/** A batch that keeps failing after its simulation passed costs a fee each time. */
const MAX_FAILURES = 8;
/** Bounds the signatures asked for in one call, should finality stand still while attempts expire. */
const MAX_LIVE_ATTEMPTS = 64;

/**
 * One batch, from its row to the chain: submit and confirm take turns until it has landed at the lane's commitment.
 * @throws LockstepError to stop the lane, LaneRestart to give it up
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
  let watchedSince: number | undefined;
  /** Where nothing holds a batch that is sent, it may still not land. */
  const onBlocked = (cause: Blocked | undefined) => {
    watchedSince ??= deps.clock.now();
    deps.onBlocked(cause ?? standstillOf(row, deps.clock.now() - watchedSince));
  };
  for (;;) {
    if (watching) {
      const seen = await watch(row, goal, deps.timing, { ...deps, onBlocked }, abort);
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
    deps.requireActive();
    await deps.seeToRest(row);
    const submitted = await attempt(row, deps, () => submit(row, cursor, deps));
    if (submitted.kind === 'signed') row = submitted.row;
    if (submitted.kind === 'signed' || submitted.kind === 'undecided') onBlocked(undefined);
    else deps.onBlocked(submitted.kind === 'blocked' ? submitted : undefined);
    switch (submitted.kind) {
      case 'signed':
        watching = true;
        break;
      case 'voided':
        row = submitted.row;
        break;
      case 'recut':
        return submitted;
      case 'undecided':
        goal = 'dead';
        watching = true;
        break;
      case 'taken': {
        const claim = await attempt(row, deps, () => claimSettled(row, submitted, deps.chain, deps.timing.commitment));
        if (claim.kind === 'ours') return landed(row, submitted.sequence, claim.landing, deps);
        if (claim.kind === 'foreign') {
          const settled = await attemptAdopt(row, submitted.sequence, deps);
          if (settled !== undefined) return settled;
        }
        break;
      }
      case 'overtaken': {
        const settled = await attemptAdopt(row, undefined, deps);
        if (settled !== undefined) return settled;
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
  deps.onBlocked(undefined);
  deps.backoff.reset();
  return { kind: 'landed', row: done };
}

function refuseEndless(row: OutboxRow, failures: number): void {
  if (failures > MAX_FAILURES || liveAttempts(row).length >= MAX_LIVE_ATTEMPTS) {
    const signatures = row.attempts.slice(-MAX_FAILURES).map((attempt) => attempt.signature);
    throw relayerError('ATTEMPTS_EXHAUSTED', `batch ${row.key} does not land: ${signatures.join(', ')}`);
  }
}

/** Undefined while it is not known what was settled. */
async function attemptAdopt(
  row: OutboxRow,
  from: Sequence | undefined,
  deps: SettleDeps,
): Promise<Settled | undefined> {
  const adoption = await attempt(row, deps, () => deps.adopt(row, from));
  if (adoption.kind === 'moved') return { kind: 'displaced', row };
  if (adoption.kind === 'adopted') return { kind: 'adopted' };
  deps.onBlocked(adoption);
  return undefined;
}

/** Otherwise the node that simulated was behind the one that told the cursor. */
async function hasMoved(row: OutboxRow, cursor: Cursor, deps: SettleDeps): Promise<boolean> {
  const market = await attempt(row, deps, () => deps.chain.market(deps.timing.commitment));
  return !('kind' in market) && market.nextSequence !== cursor.nextSequence;
}

/** A node that does not answer blocks the lane until it does. */
async function attempt<T>(
  row: OutboxRow,
  deps: SettleDeps,
  call: () => Promise<T>,
): Promise<T | Extract<Submitted, { kind: 'blocked' }>> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    deps.metrics.increment('rpc_errors');
    deps.logger.warn({ batch: row.key, err: error }, 'the node did not answer, trying again');
    const blocked = { kind: 'blocked', code: error.code, reason: error.message } as const;
    deps.onBlocked(blocked);
    return blocked;
  }
}
