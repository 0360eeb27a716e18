import type { LockstepError } from '#client';
import { tradeId } from '#client';
import type { FlushReport, Maintenance, MaintenancePhase } from '#relayer';
import {
  beginMaintenance,
  endMaintenance,
  isOverdue,
  moveMaintenance,
  pendingTrades,
  readMaintenance,
  restoreMaintenance,
} from '#relayer';
import { Held } from '../failure.ts';
import { FIRST_KNOWING, knowsMaintenance } from '../maintenance/too-old.ts';
import type { Evidence } from '../rollout/journal.ts';
import { relayerStatus } from '../rollout/services.ts';
import { laneOf } from '../rollout/site.ts';
import type { Look } from '../rollout/wait.ts';
import { siteError, waitFor } from '../rollout/wait.ts';
import type { ForkScene } from './scene.ts';
import { evidenceOf, maintenanceId } from './scene.ts';

/** How often a wait says again what blocks, and how often at most something else. */
const TOLD_MS = 5_000;
const TOLD_AT_MOST_MS = 2_000;

/**
 * A relayer without maintenance settles on, whatever stands in Redis: neither what runs nor what the plan names may be one.
 * @throws LockstepError RELAYER_TOO_OLD; nothing was changed
 */
export function requireKnowsMaintenance(running: string | undefined, planned: string | undefined): void {
  if (!knowsMaintenance(running)) {
    throw siteError(
      'RELAYER_TOO_OLD',
      `relayer ${running ?? 'of an unknown release'} runs, which knows no maintenance: it would settle on`,
      `Nothing was changed. Have relayer ${FIRST_KNOWING} or a later one run (\`lockstep rollout --through 2\`), then run the same command again.`,
    );
  }
  requirePlanKnowsMaintenance(planned);
}

/** @throws LockstepError RELAYER_TOO_OLD; nothing was changed */
export function requirePlanKnowsMaintenance(planned: string | undefined): void {
  if (planned === undefined || knowsMaintenance(planned)) return;
  throw siteError(
    'RELAYER_TOO_OLD',
    `the plan has relayer ${planned} run, which knows no maintenance: it would settle before anything was verified`,
    `Nothing was changed. Name release ${FIRST_KNOWING} or a later one as \`relayer\` in the plan.`,
  );
}

/**
 * Has the lane flush, and waits until nothing up to the cut is pending.
 * @throws LockstepError RELAYER_TOO_OLD, after which nothing is changed; MAINTENANCE_RUNNING; Held FLUSH_WAITS with what blocks it
 */
export async function flushed(scene: ForkScene): Promise<Evidence> {
  const { redis, desk, patience } = scene;
  const lane = laneOf(scene.site);
  const operation = scene.operation();
  const id = maintenanceId(operation);
  const deadlineMs = scene.plan.deadlineMs;
  const begunAt = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  let lastTold = '';
  const tell = (line: string) => {
    if (performance.now() - toldAt < (line === lastTold ? TOLD_MS : TOLD_AT_MOST_MS)) return;
    [toldAt, lastTold] = [performance.now(), line];
    desk.output.say(`      ${line}`);
  };
  const look = async (): Promise<Look<Evidence>> => {
    const { maintenance, report } = await readMaintenance(redis, lane);
    if (maintenance === undefined) {
      await beginMaintenance(redis, lane, {
        ...{ id, owner: operation.by, reason: operation.reason },
        ...(deadlineMs === undefined ? {} : { deadlineMs: Date.now() + deadlineMs }),
      });
      return { missing: 'the lane was just asked to flush' };
    }
    if (maintenance.id !== id) return { missing: `maintenance ${maintenance.id} of ${maintenance.owner} is on` };
    if (maintenance.phase !== 'draining') {
      return { found: { id, phase: maintenance.phase, cut: `${maintenance.cut ?? 0}`, held: report?.held ?? null } };
    }
    if (report?.id !== id && (await isTooOld(scene, performance.now() - begunAt))) return { found: TOO_OLD };
    const missing = describe(maintenance, report?.id === id ? report : undefined);
    tell(missing);
    return { missing };
  };
  const error = (why: string) =>
    new Held(
      'FLUSH_WAITS',
      why,
      'Nothing was undone, and what is pending goes on settling. Run the same command again, or take it back with --abort. An open dead letter: `lockstep dlq list`, then replace or drop it, or `lockstep maintenance waive`.',
    );
  const found = await waitFor(scene, { timeoutMs: patience.clearMs, error }, look);
  if (found === TOO_OLD) throw await tooOld(scene, id);
  return found;
}

const TOO_OLD: Evidence = {};

/** What a flush waits for, for people. */
function describe(maintenance: Maintenance, report: FlushReport | undefined): string {
  const overdue = isOverdue(maintenance, Date.now()) ? ', OVERDUE' : '';
  if (report === undefined) return `the relayer has not said anything of the maintenance yet${overdue}`;
  const blocked = report.blocked.map(({ code, reason, ids }) => `${code}: ${reason}${idsText(ids)}`).join('; ');
  const cut = report.cut === undefined ? 'no cut yet' : `cut ${report.cut}`;
  return `${report.phase}, ${cut}, ${pendingTrades(report.pending)} trades pending${overdue}${blocked === '' ? '' : ` (${blocked})`}`;
}

const MOST_IDS = 10;

function idsText(ids: readonly bigint[] = []): string {
  if (ids.length === 0) return '';
  return ` [${ids.slice(0, MOST_IDS).join(', ')}${ids.length > MOST_IDS ? ', …' : ''}]`;
}

/** Whether a relayer settles and has said nothing of the maintenance for long: then it never will. */
async function isTooOld(scene: ForkScene, forMs: number): Promise<boolean> {
  return forMs > scene.patience.reportMs && (await relayerStatus(scene))?.state === 'running';
}

async function tooOld(scene: ForkScene, id: string): Promise<LockstepError> {
  const status = await relayerStatus(scene);
  await endMaintenance(scene.redis, laneOf(scene.site), id);
  return siteError(
    'RELAYER_TOO_OLD',
    `relayer ${status?.release ?? 'of an unknown release'} runs, and has said nothing of the maintenance for ${scene.patience.reportMs / 1_000} s: it does not know any`,
    'The maintenance was ended; settlement was never paused. Take this operation back with --abort, run a relayer release that knows maintenance, and begin anew.',
  );
}

const PHASES: readonly MaintenancePhase[] = ['draining', 'ready', 'upgrading', 'verifying'];

/**
 * Makes sure that this operation's maintenance stands, in this phase: moved on to it, or written again where Redis forgot it.
 * @throws LockstepError MAINTENANCE_LOST when somebody else ended it
 */
export async function inPhase(scene: ForkScene, phase: 'ready' | 'upgrading' | 'verifying'): Promise<void> {
  const { redis } = scene;
  const lane = laneOf(scene.site);
  const operation = scene.operation();
  const id = maintenanceId(operation);
  const error = (why: string) =>
    siteError(
      'MAINTENANCE_LOST',
      `the lane does not stand still for this: ${why}`,
      'Look with `lockstep maintenance status`, and find out who ended it. Settlement is paused; run the same command again, or --abort.',
    );
  await waitFor(scene, { timeoutMs: scene.patience.answerMs, error }, async (): Promise<Look<true>> => {
    const { maintenance } = await readMaintenance(redis, lane);
    if (maintenance === undefined) {
      await restoreMaintenance(redis, lane, remembered(scene, id, phase));
      return { missing: 'it was not there, and was written again' };
    }
    if (maintenance.id !== id) return { missing: `maintenance ${maintenance.id} of ${maintenance.owner} is on` };
    const [at, wanted] = [PHASES.indexOf(maintenance.phase), PHASES.indexOf(phase)];
    if (at >= wanted) return { found: true };
    const next = PHASES[at + 1];
    if (maintenance.phase === 'draining' || next === undefined) return { missing: 'it is draining again' };
    await moveMaintenance(redis, lane, id, maintenance.phase, next);
    return { missing: `it is ${next}` };
  });
}

function remembered(scene: ForkScene, id: string, phase: MaintenancePhase): Maintenance {
  const operation = scene.operation();
  const { cut } = evidenceOf(operation, 'flush');
  const startedMs = Date.parse(operation.startedAt);
  return {
    ...{ id, phase, owner: operation.by, reason: operation.reason, startedMs, phaseMs: Date.now() },
    cut: tradeId(`${cut ?? 0}`),
  };
}

/**
 * Ends the maintenance, if it stands, and has the engine run again.
 * @throws LockstepError MAINTENANCE_LOST when another maintenance stands
 */
export async function resumed(scene: ForkScene): Promise<Evidence> {
  const id = maintenanceId(scene.operation());
  const lane = laneOf(scene.site);
  const error = (why: string) =>
    siteError(
      'MAINTENANCE_LOST',
      `the maintenance was not ended: ${why}`,
      'Look with `lockstep maintenance status`, then run the same command again.',
    );
  await waitFor(scene, { timeoutMs: scene.patience.answerMs, error }, async (): Promise<Look<true>> => {
    await endMaintenance(scene.redis, lane, id);
    return { found: true };
  });
  return { id };
}
