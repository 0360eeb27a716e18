import { LockstepError } from '#client';
import { who } from '../dlq/desk.ts';
import { confirmed } from '../operator/confirm.ts';
import { NONE } from '../service/root.ts';
import { requireAdmin } from './admin.ts';
import type { Entry, Operation } from './journal.ts';
import { Journal } from './journal.ts';
import { locked } from './lock.ts';
import { requireNoFork } from './open-fork.ts';
import { isUnderWay, rollbackSteps } from './rollback-steps.ts';
import { runSteps } from './run.ts';
import type { Stage } from './scene.ts';
import type { Service } from './services.ts';

export interface RollbackRequest {
  /** Undefined: what ran before the last rollout. */
  readonly relayer: string | undefined;
  readonly engine: string | undefined;
  /** Settle what only V2 can say as V1. */
  readonly asV1: boolean;
  readonly reason: string;
  readonly yes: boolean;
}

/**
 * Takes a rollout back, or goes on with the rollback under way.
 * @throws LockstepError NotAdmin, PREVIOUS_UNKNOWN, V1_GONE, V2_ONLY_TRADES and what the steps refuse; Held when V1 has not settled yet
 */
export async function rollback(stage: Stage, request: RollbackRequest): Promise<void> {
  const { desk, site } = stage;
  await requireAdmin(stage);
  const journal = new Journal(site.folder);
  const unlock = await locked(site.folder, 'rollback');
  const beganAt = performance.now();
  try {
    const entry = await begun(stage, journal, request);
    const operation = await runSteps({
      ...{ journal, entry, steps: rollbackSteps },
      scene: (own) => ({ ...stage, ...own }),
    });
    const seconds = Math.round(performance.now() - beganAt) / 1_000;
    desk.output.say(`rolled back in ${seconds} s: V1 settles`);
    desk.output.result({ outcome: 'done', ...operation, seconds });
  } finally {
    unlock();
  }
}

async function begun(stage: Stage, journal: Journal, request: RollbackRequest): Promise<Entry> {
  const newest = await journal.newest();
  requireNoFork(newest);
  if (newest !== undefined && isUnderWay(newest.operation)) {
    requireSameReleases(newest.operation, request);
    stage.desk.output.say(`going on with the rollback of ${newest.operation.startedAt}`);
    // What it stopped for want of may be given now; it is never taken back.
    const asV1 = newest.operation.target.asV1 === true || request.asV1;
    return { ...newest, operation: { ...newest.operation, target: { ...newest.operation.target, asV1 } } };
  }
  const target = { ...(await releasesBefore(journal, request)), asV1: request.asV1 };
  if (!request.yes) {
    const loss = request.asV1 ? ' Trades that only V2 can say settle as V1.' : '';
    await confirmed(
      stage.desk,
      `This pauses settlement, runs relayer ${target.relayer} and engine ${target.engine}, and allows V1 alone.${loss}`,
    );
  }
  const operation: Operation = {
    ...{ v: 1, kind: 'rollback', state: 'running', startedAt: new Date().toISOString(), by: who() },
    ...{ reason: request.reason, target, previous: { relayer: '', engine: '' }, steps: [] },
  };
  return journal.begin(operation);
}

/** @throws LockstepError ROLLBACK_UNFINISHED */
function requireSameReleases({ target, startedAt }: Operation, { relayer, engine }: RollbackRequest): void {
  if ((relayer ?? target.relayer) === target.relayer && (engine ?? target.engine) === target.engine) return;
  throw new LockstepError(
    'ROLLBACK_UNFINISHED',
    `the rollback of ${startedAt} goes back to relayer ${target.relayer} and engine ${target.engine}`,
    'Finish it first: run it without --relayer and --engine; then go to other releases.',
  );
}

/** @throws LockstepError PREVIOUS_UNKNOWN */
async function releasesBefore(journal: Journal, request: RollbackRequest) {
  const relayer = request.relayer ?? (await releaseBefore(journal, 'relayer'));
  const engine = request.engine ?? (await releaseBefore(journal, 'engine'));
  if (relayer !== undefined && engine !== undefined) return { relayer, engine };
  throw new LockstepError(
    'PREVIOUS_UNKNOWN',
    'no rollout that changed releases is written down for this site, so nobody knows what ran before',
    'Name the releases: --relayer 0.1.0 --engine 0.1.0.',
  );
}

/** Of the last rollout that changed this service: one that was begun anew in its middle found the new release running. */
async function releaseBefore(journal: Journal, service: Service): Promise<string | undefined> {
  const changed = ({ kind, previous, target }: Operation) =>
    kind === 'rollout' && previous[service] !== target[service] && previous[service] !== NONE;
  return (await journal.findLast(changed))?.operation.previous[service];
}
