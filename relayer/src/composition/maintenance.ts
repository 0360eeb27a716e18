import type { TradeId } from '#client';
import type { Blocked } from '../domain/blocked.ts';
import type { Maintenance, MaintenanceView, Pending, PhaseBlock } from '../domain/maintenance.ts';
import { isOverdue, isQuiet, pendingTrades } from '../domain/maintenance.ts';
import { createNudges } from '../domain/nudges.ts';
import { TransientError } from '../errors.ts';
import type { Clock, Upkeep } from '../ports.ts';
import { acknowledgedCut, drainingBlocks, engineBlock } from '../stages/flush/blocks.ts';
import { pendingOf } from '../stages/flush/pending.ts';
import type { LaneDeps } from './deps.ts';
import type { LaneRun } from './run.ts';
import { standStill } from './silenced.ts';

/** How long a message that got lost may cost. */
const LOOK_MS = 500;

type HearDeps = Pick<LaneDeps, 'upkeep' | 'maintenanceMemory' | 'logger'>;

/** A maintenance as it stands, if one does, and what it depends on. */
export interface Hearing {
  readonly maintenance: Maintenance | undefined;
  readonly view: MaintenanceView;
}

/** Looks what stands; what Redis forgot is written back. @throws LockstepError LEASE_LOST, REDIS_REFUSED */
export async function hearMaintenance({ upkeep, maintenanceMemory, logger }: HearDeps): Promise<Hearing> {
  const view = await upkeep.look();
  const heard = maintenanceMemory.hear(view, view.ended);
  if (heard.kind === 'forgotten') {
    const { id, phase } = heard.maintenance;
    logger.warn({ id, phase }, 'redis forgot the maintenance, writing it back');
    await upkeep.writeBack(heard.maintenance);
  }
  if (heard.kind === 'ended') logger.warn({ id: heard.id }, 'the maintenance has ended');
  return { maintenance: 'maintenance' in heard ? heard.maintenance : undefined, view };
}

/** Calls `look` again and again, at once when somebody says that something changed. Runs until aborted. */
export async function lookingOut(
  upkeep: Upkeep,
  clock: Clock,
  look: () => Promise<'again' | 'done'>,
  signal: AbortSignal,
): Promise<void> {
  const nudges = createNudges();
  const early = nudges.cutShort(clock);
  const stop = upkeep.onWord(nudges.announce);
  try {
    while ((await look()) === 'again') await early.sleep(LOOK_MS, signal);
  } finally {
    stop();
  }
}

/** Says in status, metrics and Redis how a maintenance stands. */
export async function tellMaintenance(
  { upkeep, progress }: Pick<LaneDeps, 'upkeep' | 'progress'>,
  { maintenance, view }: Hearing & { readonly maintenance: Maintenance },
  pending: Pending,
  blocked: readonly PhaseBlock[],
): Promise<void> {
  const { id, phase, cut } = maintenance;
  const { streamEnd = 0n, nowMs } = view;
  const held = cut !== undefined && streamEnd > cut ? Number(streamEnd - cut) : 0;
  progress.maintenance({ ...maintenance, pending, held, blocked, overdue: isOverdue(maintenance, nowMs) });
  const said = { id, phase, ...(cut === undefined ? {} : { cut }), pending, held, blocked, seenMs: nowMs };
  await upkeep.report(said);
}

/** Drains the lane when a maintenance asks for it. Runs until told to stop. @throws LaneRestart when the lane has to stand still */
export function followMaintenance(run: LaneRun): Promise<void> {
  const { pulses, tasks, upkeep } = run;
  const { clock, during } = pulses.maintenance;
  const look = async () => {
    await obeyMaintenance(run);
    return 'again' as const;
  };
  return during(() => lookingOut(upkeep, clock, look, tasks.stopping));
}

/** One look. @throws LaneRestart, LockstepError LEASE_LOST, REDIS_REFUSED */
export async function obeyMaintenance(run: LaneRun): Promise<void> {
  const { known, leave, logger, progress, refusals, upkeep } = run;
  const before = known.maintenance;
  const { maintenance, view } = await hearMaintenance(run);
  known.maintenance = maintenance;
  if (before?.id !== maintenance?.id) {
    logger.warn({ maintenance }, maintenance ? 'the lane drains for a maintenance' : 'the lane is live');
    refusals.announce();
  }
  if (maintenance === undefined) {
    if (before === undefined) return;
    progress.maintenance(undefined);
    return upkeep.hush();
  }
  // Not this run's doing: what may be on the wire can't be followed any more.
  if (isQuiet(maintenance)) return leave.abort(standStill(maintenance));
  await drain(run, { maintenance, view });
}

async function drain(run: LaneRun, { maintenance, view }: Hearing & { maintenance: Maintenance }): Promise<void> {
  const { known, ledger, logger, upkeep } = run;
  const { id } = maintenance;
  const least = latest(known.taken, [ledger.cursor.lastTradeId]);
  if (maintenance.cut === undefined || view.engine.asked === '') await upkeep.askPause(id);
  const cut = maintenance.cut ?? acknowledgedCut(id, view.engine, least);
  if (cut !== undefined && maintenance.cut === undefined) {
    known.maintenance = { ...maintenance, cut };
    await upkeep.setCut(id, cut);
    logger.info({ id, cut }, 'the engine is paused: this is the cut');
    // The letters up to it are counted from the next look on.
    return;
  }
  const upTo = cut ?? latest(least, [view.engine.lastId, view.streamEnd]);
  const count = () =>
    pendingOf({
      upTo,
      ...{ settled: ledger.cursor.lastTradeId, finalized: known.finalized, taken: known.taken },
      ...{ open: ledger.open, landed: ledger.landed, deadLetters: view.letters.count },
    });
  const unknown = await readFinalized(run, ledger.landed.length === 0);
  const pending = count();
  const engine = cut === undefined ? engineBlock(id, view.engine, least) : undefined;
  const blocks = [...(engine === undefined ? [] : [engine]), ...blocksOf(run, pending, view, unknown)];
  await tellMaintenance(run, { maintenance, view }, pending, blocks);
  if (cut === undefined || pendingTrades(pending) > 0 || unknown !== undefined) return;
  // What became final since the first look may have left letters; nothing can from now on.
  if ((await upkeep.look()).letters.count > 0) return;
  await upkeep.setReady(id);
  logger.warn({ id, cut }, 'nothing up to the cut is pending: the lane is ready');
  throw standStill({ ...maintenance, phase: 'ready' });
}

const latest = (one: TradeId, others: readonly (TradeId | undefined)[]): TradeId =>
  others.reduce<TradeId>((last, other) => (other !== undefined && other > last ? other : last), one);

/** Where nothing waits to be retired, nobody else asks what is final. Answers why it is not known. */
async function readFinalized({ chain, known, ledger }: LaneRun, isIdle: boolean): Promise<Blocked | undefined> {
  if (!isIdle || known.finalized >= ledger.cursor.lastTradeId) return undefined;
  try {
    known.finalized = (await chain.market('finalized')).lastTradeId;
    return undefined;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return { code: error.code, reason: error.message };
  }
}

function blocksOf(run: LaneRun, pending: Pending, { letters }: MaintenanceView, unknown: Blocked | undefined) {
  const { clock, config, known, ledger, progress } = run;
  const { rules, finalized, lastSettledMs, finality } = known;
  const age = { nowMs: clock.now(), lastSettledMs, openBatches: ledger.open.length, slotMs: config.slotMs };
  const blockers = [...progress.blockers(), ...[finality, unknown].filter((one) => one !== undefined)];
  return drainingBlocks({ pending, finalized, letters, rules, age, blockers });
}
