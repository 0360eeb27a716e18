import { setTimeout as sleep } from 'node:timers/promises';
import { engineKey } from '#feeder';
import { endMaintenance, readMaintenance } from '#relayer';
import { Held } from '../failure.ts';
import { maintenanceJson } from './describe.ts';
import type { MaintenanceDesk } from './desk.ts';

const LOOK_MS = 100;
const MS_PER_SECOND = 1_000;

export interface ResumeOptions {
  /** Default: the one that is on. */
  readonly id?: string;
  /** Seconds the engine may take. */
  readonly timeout: number;
}

/**
 * Ends a maintenance, from any phase, and waits until the engine runs again. Where none is on nothing is done.
 * @throws LockstepError MAINTENANCE_RUNNING; Held ENGINE_SILENT, ENGINE_REFUSED: the maintenance is over all the same
 */
export async function resume(desk: MaintenanceDesk, { id, timeout }: ResumeOptions): Promise<void> {
  const { redis, lane, output } = desk;
  const wanted = id ?? (await readMaintenance(redis, lane)).maintenance?.id;
  if (wanted === undefined) {
    output.say('no maintenance is on: the lane is live');
    return output.result({ phase: 'live', ended: false });
  }
  const { ended, request } = await endMaintenance(redis, lane, wanted);
  output.say(ended ? `maintenance ${wanted} has ended: the lane goes on` : `maintenance ${wanted} is not on any more`);
  if (request !== undefined) await untilEngineRuns(desk, request, timeout);
  else if (ended) output.say('the engine was paused before by somebody else, and stays paused');
  output.result({ ...maintenanceJson(await readMaintenance(redis, lane), Date.now()), id: wanted, ended });
}

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
  new Held(code, message, 'The maintenance is over, and the wish that the engine runs stands: see to the engine.');
