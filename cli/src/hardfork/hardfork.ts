import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { LockstepError } from '#client';
import { who } from '../dlq/desk.ts';
import { confirmed } from '../operator/confirm.ts';
import { requireAdmin } from '../rollout/admin.ts';
import type { Entry, Operation } from '../rollout/journal.ts';
import { changesFolder, Journal } from '../rollout/journal.ts';
import { locked } from '../rollout/lock.ts';
import { isOpenFork, isUnfinishedFork, requireNoFork } from '../rollout/open-fork.ts';
import { isUnderWay } from '../rollout/rollback-steps.ts';
import { runSteps } from '../rollout/run.ts';
import type { Stage } from '../rollout/scene.ts';
import { wantedBy } from '../rollout/services.ts';
import { costLines, costsOf } from './costs.ts';
import { finalized } from './finalize.ts';
import type { ForkPlan } from './plan.ts';
import { foreseen } from './preflight.ts';
import type { ForkScene } from './scene.ts';
import { withLane } from './scene.ts';
import { keepMarketKey, nextSideOf } from './sides.ts';
import { stepsOf } from './steps.ts';
import { isAbortable, undoSteps } from './undo.ts';

export interface ForkRequest {
  readonly plan: ForkPlan;
  readonly siteFile: string;
  readonly yes: boolean;
}

const isAborting = ({ target }: Operation): boolean => target.abort === true;

/**
 * Carries a plan out, or goes on with it.
 * @throws LockstepError NotAdmin, HARDFORK_UNFINISHED, HARDFORK_ABORTING, and what steps refuse; Held
 */
export async function hardfork(stage: Stage, request: ForkRequest): Promise<void> {
  await inOperation(stage, async (journal) => {
    const entry = await begun(stage, journal, request);
    if (isAborting(entry.operation)) throw aborting(entry.operation);
    if (entry.operation.state === 'done') return report(stage, entry.operation, 'this fork is done');
    const operation = await runSteps<ForkScene>({
      ...{ journal, entry, steps: stepsOf(request.plan) },
      scene: (own) => ({ ...sceneOf(stage, request, entry), ...own }),
    });
    report(stage, operation, 'forked: trades settle on the new side');
  });
}

/**
 * Takes a fork back that has not resumed, or goes on with that.
 * @throws LockstepError HARDFORK_NONE, HARDFORK_RESUMED, and what undoing refuses
 */
export async function abortFork(stage: Stage, request: ForkRequest): Promise<void> {
  const { desk } = stage;
  await inOperation(stage, async (journal) => {
    const newest = await journal.newest();
    if (newest?.operation.kind === 'hardfork' && newest.operation.state === 'aborted') {
      return report(stage, newest.operation, 'this fork was taken back already');
    }
    if (newest === undefined || !isUnfinishedFork(newest.operation)) throw none();
    if (isOpenFork(newest.operation)) requireSame(newest.operation, request.plan);
    const scene = sceneOf(stage, request, newest);
    await isAbortable({ ...scene, operation: () => newest.operation, requireInCharge: async () => undefined });
    if (!request.yes && !isAborting(newest.operation)) {
      await confirmed(desk, `This takes back the hard fork of ${newest.operation.startedAt}.`);
    }
    const operation = { ...newest.operation, target: { ...newest.operation.target, abort: true } };
    const entry = { ...newest, operation };
    const aborted = await runSteps<ForkScene>({
      ...{ journal, entry, steps: undoSteps(stepsOf(request.plan), operation), endState: 'aborted' },
      scene: (own) => ({ ...scene, ...own }),
    });
    report(stage, aborted, 'taken back: trades settle as before');
  });
}

/**
 * Makes the migration of a fork in place final, once it is done.
 * @throws LockstepError HARDFORK_UNFINISHED, NOTHING_TO_FINALIZE
 */
export async function finalizeFork(stage: Stage, request: ForkRequest): Promise<void> {
  await inOperation(stage, async (journal) => {
    const newest = await journal.newest();
    requireNoFork(newest);
    const last = await journal.findLast(({ kind, state }) => kind === 'hardfork' && state === 'done');
    if (last === undefined) throw none();
    const own = { operation: () => last.operation, requireInCharge: async () => undefined };
    const evidence = await finalized({ ...sceneOf(stage, request, last), ...own });
    stage.desk.output.say('final: the tree of before is gone, its rent is back');
    stage.desk.output.result({ outcome: 'finalized', ...evidence });
  });
}

/**
 * The newest fork of the site, and what of it is done; with `dryRun` also what it takes, after what can be said of it now. Nothing is changed.
 * @throws LockstepError with `dryRun`: RELEASE_MISSING, RELEASE_ALTERED, RELEASE_UNFIT, RELAYER_TOO_OLD
 */
export async function showFork(stage: Stage, request: ForkRequest, dryRun: boolean): Promise<void> {
  const { desk, site } = stage;
  const { output } = desk;
  const last = await new Journal(site.folder).findLast(({ kind }) => kind === 'hardfork');
  const operation = last?.operation;
  const isOpen = operation !== undefined && isOpenFork(operation) && (!dryRun || isSamePlan(operation, request.plan));
  // What would be done has nothing to do with a fork that is over.
  if (isOpen || !dryRun) output.say(standingOf(operation));
  const steps = stepsOf(request.plan).map(({ name, title, undo }) => {
    const record = isOpen || !dryRun ? operation?.steps.find((step) => step.name === name) : undefined;
    return { name, title, state: record?.state ?? 'to do', undo: undo?.title ?? null };
  });
  for (const { state, title } of steps) output.say(`  ${state.padEnd(6)} ${title}`);
  if (!dryRun) return output.result({ operation: operation ?? null, steps });
  const entry = isOpen && last !== undefined ? last : { number: 0, ...(await newOperation(stage, request)) };
  const own = { operation: () => entry.operation, requireInCharge: async () => undefined };
  const scene = { ...sceneOf(stage, request, entry), ...own };
  if (!isOpen) await foreseen(scene);
  const costs = await costsOf(scene);
  for (const line of costLines(costs)) output.say(line);
  output.say('dry run: nothing was changed');
  output.result({ operation: isOpen ? operation : null, steps, costs });
}

const standingOf = (operation: Operation | undefined): string =>
  operation === undefined
    ? 'no hard fork has been written down here'
    : `hard fork of ${operation.startedAt} by ${operation.by}: ${operation.state}${operation.message === undefined ? '' : `, ${operation.message}`}`;

/** Alone at the site, by the admin. @throws LockstepError OPERATION_RUNNING, NotAdmin */
async function inOperation(stage: Stage, work: (journal: Journal) => Promise<void>): Promise<void> {
  await requireAdmin(stage);
  const unlock = await locked(stage.site.folder, 'hardfork');
  try {
    await work(new Journal(stage.site.folder));
  } finally {
    unlock();
  }
}

/** The fork under way when it is the one asked for, else a new one: also where the last one was refused before it changed anything. @throws LockstepError HARDFORK_UNFINISHED, ROLLBACK_UNFINISHED */
async function begun(stage: Stage, journal: Journal, request: ForkRequest): Promise<Entry> {
  const newest = await journal.newest();
  if (newest !== undefined && isOpenFork(newest.operation)) {
    requireSame(newest.operation, request.plan);
    stage.desk.output.say(`going on with the hard fork of ${newest.operation.startedAt}`);
    return newest;
  }
  if (newest !== undefined && isUnderWay(newest.operation)) {
    throw new LockstepError('ROLLBACK_UNFINISHED', 'a rollback is under way', 'Finish it first: `lockstep rollback`.');
  }
  if (newest?.operation.kind === 'hardfork' && newest.operation.state === 'done') {
    // The same plan asked for again, by whoever did not see it end.
    if (isSamePlan(newest.operation, request.plan)) return newest;
  }
  const { operation, marketKey } = await newOperation(stage, request);
  if (!request.yes) await confirmed(stage.desk, questionOf(request.plan, operation));
  keepMarketKey(folderOf(stage, operation), marketKey);
  return journal.begin(operation);
}

const questionOf = ({ kind, program }: ForkPlan, { target }: Operation): string =>
  kind === 'in-place'
    ? `This stops settlement, upgrades program ${target.oldProgram} to settlement ${program}, migrates the state tree, and resumes.`
    : `This stops settlement, moves market ${target.oldMarket} with all it holds to program ${target.newProgram} (settlement ${program}), and resumes there.`;

async function newOperation(stage: Stage, { plan, siteFile }: ForkRequest) {
  const { site } = stage;
  const previous = { relayer: await wantedBy(stage, 'relayer'), engine: await wantedBy(stage, 'engine') };
  const old = { program: site.program, market: site.market };
  const next = await nextSideOf(plan, old);
  const target = {
    ...{ kind: plan.kind, program: plan.program, site: siteFile },
    ...{ relayer: plan.relayer ?? previous.relayer, engine: plan.engine ?? previous.engine },
    ...{ oldProgram: `${old.program}`, oldMarket: `${old.market}` },
    ...{ newProgram: `${next.program}`, newMarket: `${next.market}` },
  };
  const operation: Operation = {
    ...{ v: 1, kind: 'hardfork', state: 'running', startedAt: new Date().toISOString(), by: who() },
    ...{ reason: plan.reason, target, previous, steps: [] },
  };
  return { operation, marketKey: next.marketKey };
}

/** Releases that the plan leaves open are those that ran when it began. */
const isSamePlan = ({ target, reason }: Operation, plan: ForkPlan): boolean =>
  target.kind === plan.kind &&
  target.program === plan.program &&
  (plan.relayer ?? target.relayer) === target.relayer &&
  (plan.engine ?? target.engine) === target.engine &&
  reason === plan.reason;

/** @throws LockstepError HARDFORK_UNFINISHED */
function requireSame(operation: Operation, plan: ForkPlan): void {
  if (isSamePlan(operation, plan)) return;
  throw new LockstepError(
    'HARDFORK_UNFINISHED',
    `the hard fork of ${operation.startedAt} is under way, and has another plan: ${operation.target.kind}, settlement ${operation.target.program}, "${operation.reason}"`,
    'Finish that one first, with its plan, or take it back with its plan and --abort.',
  );
}

const folderOf = ({ site }: Pick<Stage, 'site'>, { startedAt }: Operation): string =>
  join(changesFolder(site.folder), `hardfork-${Date.parse(startedAt)}`);

function sceneOf(stage: Stage, { plan, siteFile }: ForkRequest, { operation }: Entry) {
  const { target } = operation;
  const old = { program: new PublicKey(`${target.oldProgram}`), market: new PublicKey(`${target.oldMarket}`) };
  const next = { program: new PublicKey(`${target.newProgram}`), market: new PublicKey(`${target.newMarket}`) };
  return {
    ...stage,
    ...{ plan, siteFile, old, next, folder: folderOf(stage, operation) },
    site: withLane(stage.site, old),
    desk: { ...stage.desk, program: old.program },
  };
}

const none = (): LockstepError =>
  new LockstepError('HARDFORK_NONE', 'no hard fork of this site is under way', 'There is nothing to take back.');

const aborting = ({ startedAt }: Operation): LockstepError =>
  new LockstepError(
    'HARDFORK_ABORTING',
    `the hard fork of ${startedAt} is being taken back`,
    'Finish that first: the same command with --abort. Then begin anew.',
  );

function report({ desk: { output } }: Stage, operation: Operation, line: string): void {
  output.say(line);
  output.result({ outcome: operation.state, ...operation });
}
