import { setTimeout as sleep } from 'node:timers/promises';
import { engineKey } from '#feeder';
import { clearMaintenance, endMaintenance, readEngineMode, readMaintenance, runEngine } from '#relayer';
import { Held } from '../failure.ts';
import { maintenanceJson, runEngineWith } from './describe.ts';
import type { MaintenanceDesk } from './desk.ts';
import { whoPaused } from './who-paused.ts';

const LOOK_MS = 100;
const MS_PER_SECOND = 1_000;

export interface ResumeOptions {
  /** Default: the one that is on. */
  readonly id?: string;
  /** Only have the engine run, while none is on. */
  readonly engine?: boolean;
  /** Seconds the engine may take. */
  readonly timeout: number;
}

/**
 * Ends a maintenance, from any phase, and waits until the engine runs again. What stands there and is none is removed. Where none is on nothing is
 * done.
 * @throws LockstepError MAINTENANCE_RUNNING, MAINTENANCE_MOVED; Held ENGINE_SILENT, ENGINE_REFUSED: the maintenance is over all the same; Held
 *   MAINTENANCE_UNREADABLE
 */
export async function resume(desk: MaintenanceDesk, { id, engine, timeout }: ResumeOptions): Promise<void> {
  const { redis, lane, output, words } = desk;
  if (engine) return engineOnly(desk, timeout);
  const before = await readMaintenance(redis, lane);
  if (before.ignored !== undefined && id === undefined) return cleared(desk, before.ignored, timeout);
  const wanted = id ?? before.maintenance?.id;
  if (wanted === undefined) {
    output.say('no maintenance is on: the lane is live');
    await sayIfPaused(desk);
    return output.result({ phase: 'live', ended: false });
  }
  const { ended, request } = await endMaintenance(redis, lane, wanted);
  output.say(ended ? `maintenance ${wanted} has ended: the lane goes on` : `maintenance ${wanted} is not on any more`);
  if (request !== undefined) await untilEngineRuns(desk, request, timeout);
  else if (ended)
    output.say(`the engine was paused before by somebody else, and stays paused; ${runEngineWith(words)} has it run`);
  const after = await readMaintenance(redis, lane);
  if (after.ignored !== undefined) throw unreadable(after.ignored, desk.words);
  output.result({ ...maintenanceJson(after, Date.now()), id: wanted, ended });
}

/** Has the engine run, whoever paused it. @throws LockstepError MAINTENANCE_RUNNING; Held ENGINE_SILENT, ENGINE_REFUSED */
async function engineOnly(desk: MaintenanceDesk, timeout: number): Promise<void> {
  const { redis, lane, output } = desk;
  const mode = await readEngineMode(redis, lane);
  if (!mode.isPaused) {
    output.say('the engine is not paused: nothing was asked of it');
    return output.result({ asked: false });
  }
  const request = await runEngine(redis, lane);
  output.say(`the engine is paused: ${whoPaused(mode)}; it is asked to run`);
  await untilEngineRuns(desk, request, timeout);
  output.result({ asked: true, pausedBy: mode.request, request });
}

/** Removes what is no maintenance. @throws Held ENGINE_SILENT, ENGINE_REFUSED, MAINTENANCE_UNREADABLE; LockstepError MAINTENANCE_MOVED */
async function cleared(desk: MaintenanceDesk, ignored: string, timeout: number): Promise<void> {
  const { redis, lane, output } = desk;
  const done = await clearMaintenance(redis, lane);
  const removed = done !== undefined;
  if (removed) output.say(`removed what was no maintenance: ${ignored}`);
  if (done?.request !== undefined) await untilEngineRuns(desk, done.request, timeout);
  else await sayIfPaused(desk);
  const after = await readMaintenance(redis, lane);
  if (after.ignored !== undefined) throw unreadable(after.ignored, desk.words);
  if (after.maintenance !== undefined)
    output.say(`maintenance ${after.maintenance.id} stands there by now: look, then end that one`);
  output.result({ ...maintenanceJson(after, Date.now()), removed, ended: false });
}

async function sayIfPaused({ redis, lane, output, words }: MaintenanceDesk): Promise<void> {
  const mode = await readEngineMode(redis, lane);
  if (mode.isPaused) output.say(`the engine stays paused: ${whoPaused(mode)}; ${runEngineWith(words)} has it run`);
}

const unreadable = (ignored: string, words: string) =>
  new Held(
    'MAINTENANCE_UNREADABLE',
    `what stands in Redis is no maintenance: ${ignored}`,
    `Run \`lockstep maintenance resume ${words}\`, without --id: it removes it.`,
  );

async function untilEngineRuns({ redis, lane, output, signal }: MaintenanceDesk, request: string, timeout: number) {
  const deadline = performance.now() + timeout * MS_PER_SECOND;
  for (;;) {
    signal.throwIfAborted();
    const { mode_request, mode_refused } = await redis.hgetall(engineKey(lane));
    if (mode_request === request) {
      if (mode_refused) throw held('ENGINE_REFUSED', `the engine refuses to run: ${mode_refused}`);
      return output.say('the engine runs');
    }
    if (performance.now() > deadline) throw held('ENGINE_SILENT', `the engine has not answered within ${timeout} s`);
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

const held = (code: string, message: string) =>
  new Held(code, message, 'No maintenance is on, and the wish that the engine runs stands: see to the engine.');
