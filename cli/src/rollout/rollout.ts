import { LockstepError } from '#client';
import { who } from '../dlq/desk.ts';
import { confirmed } from '../operator/confirm.ts';
import { requireAdmin } from './admin.ts';
import { linesOf, ticked } from './checklist.ts';
import { drained, emitted } from './emission.ts';
import type { Entry, Operation } from './journal.ts';
import { Journal } from './journal.ts';
import { locked } from './lock.ts';
import { requireNoFork } from './open-fork.ts';
import { phaseOne } from './phase-one.ts';
import { phaseThree, requireWithoutV1 } from './phase-three.ts';
import { phaseTwo } from './phase-two.ts';
import { rollback } from './rollback.ts';
import { isUnderWay } from './rollback-steps.ts';
import { isDone, runSteps } from './run.ts';
import type { Stage } from './scene.ts';
import { wantedBy } from './services.ts';
import { stillStands } from './standing.ts';
import type { Step } from './step.ts';
import { Breached } from './step.ts';

export interface RolloutRequest {
  readonly program: string;
  readonly relayer: string;
  readonly engine: string;
  /** The last phase to run: 1, 2 or 3. */
  readonly through: number;
  /** A release without V1 to deploy at the end of phase 3. */
  readonly v2Only: string | undefined;
  /** Do not ask. */
  readonly yes: boolean;
}

/** The steps of the phases that are asked for. */
export const stepsOf = ({ through, v2Only }: Pick<RolloutRequest, 'through' | 'v2Only'>): readonly Step[] =>
  [phaseOne, phaseTwo, phaseThree(v2Only)].slice(0, through).flat();

/**
 * Rolls out, or goes on with the rollout that is under way; on a breach it takes everything back itself.
 * @throws LockstepError NotAdmin and what steps refuse, Held when nothing can be said yet, Breached after everything was taken back
 */
export async function rollout(stage: Stage, request: RolloutRequest): Promise<void> {
  const { desk, site } = stage;
  if (request.v2Only !== undefined) requireWithoutV1(request.v2Only);
  if (request.through > 1) await requireAdmin(stage);
  const journal = new Journal(site.folder);
  const unlock = await locked(site.folder, 'rollout');
  try {
    const entry = await begun(stage, journal, request);
    if (entry.operation.state === 'breached') return await takenBack(stage, journal, entry, unlock);
    try {
      const operation = await runSteps({
        ...{ journal, entry, steps: stepsOf(request) },
        scene: (own) => ({ ...stage, ...own }),
      });
      report(
        stage,
        operation,
        request.through === 3 ? 'rolled out: V2 alone settles' : `phase ${request.through} is done`,
      );
    } catch (error) {
      if (!(error instanceof Breached)) throw error;
      desk.output.say(`${error.code}: ${error.message}`);
      await takenBack(stage, journal, await journal.read(entry.number), unlock);
    }
  } finally {
    unlock();
  }
}

/** The rollout under way when it is the one asked for, else a new one. @throws LockstepError ROLLBACK_UNFINISHED, HARDFORK_UNFINISHED, CONFIRMATION_NEEDED */
async function begun(stage: Stage, journal: Journal, request: RolloutRequest): Promise<Entry> {
  const { program, relayer, engine, through } = request;
  const { market, relayer: relayerAt, engine: engineAt } = stage.site;
  // A site file that was corrected names another place: nothing is done there yet.
  const place = { market: market.toBase58(), relayerRoot: relayerAt.root, engineRoot: engineAt.root };
  const target = { program, relayer, engine, ...place };
  const newest = await journal.newest();
  requireNoFork(newest);
  const last = await journal.findLast(({ kind }) => kind === 'rollout');
  const isSame = last !== undefined && isSameTarget(last.operation.target, target);
  const back = await journal.findLast(({ kind, state }) => kind === 'rollback' && state === 'done');
  const isTakenBack = back !== undefined && last !== undefined && back.number > last.number;
  // However often it is ended meanwhile, what does harm is taken back to the end.
  if (isSame && last.operation.state === 'breached' && !isTakenBack) return last;
  if (newest !== undefined && isUnderWay(newest.operation)) {
    throw new LockstepError(
      'ROLLBACK_UNFINISHED',
      `a rollback is under way: ${newest.operation.message ?? 'it was ended'}`,
      'Finish it first: `lockstep rollback` goes on where it was.',
    );
  }
  if (isSame && last.number === newest?.number) {
    const { state, startedAt } = last.operation;
    const isOpen = state !== 'done' || stepsOf(request).some(({ name }) => !isDone(last.operation, name));
    if (isOpen) stage.desk.output.say(`going on with the rollout of ${startedAt}`);
    if (isOpen || (await stillStands(stage, last.operation))) return last;
  }
  const previous = { relayer: await wantedBy(stage, 'relayer'), engine: await wantedBy(stage, 'engine') };
  if (!request.yes) {
    await confirmed(
      stage.desk,
      `This rolls out relayer ${previous.relayer} → ${relayer}, engine ${previous.engine} → ${engine} on program ${program}, through phase ${through}.`,
    );
  }
  const operation: Operation = {
    ...{ v: 1, kind: 'rollout', state: 'running', startedAt: new Date().toISOString(), by: who() },
    ...{ reason: '', target, previous, steps: [] },
  };
  return journal.begin(operation);
}

const isSameTarget = (one: Operation['target'], other: Readonly<Record<string, string>>): boolean =>
  Object.entries(other).every(([name, value]) => one[name] === value);

/** @throws Breached once it is done: a rollout that was taken back has not succeeded */
async function takenBack(stage: Stage, journal: Journal, { operation }: Entry, unlock: () => void): Promise<never> {
  // The rollback waits until no rollout runs, this one included.
  unlock();
  const why = operation.message ?? 'a threshold was breached';
  stage.desk.output.say('taking everything back');
  const asV1 = stage.thresholds.revertAsV1;
  const newest = await journal.newest();
  if (!asV1 && !(newest !== undefined && isUnderWay(newest.operation))) await withoutV2Only(stage);
  await rollback(stage, {
    ...{ asV1, yes: true, reason: why },
    relayer: undefined,
    engine: undefined,
  });
  throw new Breached(
    'ROLLED_BACK',
    `the rollout was taken back: ${why}`,
    'The releases before run again, and V1 settles. The journal has the figures.',
  );
}

/**
 * Nobody is there to say that trades may lose what V1 can't say: no more of them are written, and those that were get the time to settle.
 * Whatever is left then makes the rollback refuse.
 */
async function withoutV2Only(stage: Stage): Promise<void> {
  try {
    await emitted(stage, '1');
    await drained(stage);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    stage.desk.output.say(`  ! ${error.code}: ${error.message}`);
  }
}

function report({ desk: { output } }: Stage, operation: Operation, line: string): void {
  const rows = ticked(operation);
  for (const text of linesOf(rows)) output.say(text);
  output.say(line);
  output.result({ outcome: 'done', ...operation, checklist: rows });
}
