import { setTimeout as sleep } from 'node:timers/promises';
import { beginMaintenance, isOverdue, readMaintenance } from '#relayer';
import { CheckFailed, Held } from '../failure.ts';
import { maintenanceJson, maintenanceLines, progressLine } from './describe.ts';
import type { MaintenanceDesk } from './desk.ts';

const MS_PER_SECOND = 1_000;
const LOOK_MS = 250;

export interface StartOptions {
  readonly id?: string;
  readonly owner: string;
  readonly reason: string;
  /** Seconds from now. */
  readonly deadline?: number;
  /** Until the lane is ready. */
  readonly wait: boolean;
}

/**
 * Has the lane flush, and waits until it is ready when asked to. Run again under the same id it goes on waiting.
 * @throws LockstepError MAINTENANCE_RUNNING, MAINTENANCE_INVALID; CheckFailed MAINTENANCE_GONE; Held MAINTENANCE_OVERDUE
 */
export async function start(desk: MaintenanceDesk, { deadline, wait, ...input }: StartOptions): Promise<void> {
  const { redis, lane, output } = desk;
  const deadlineMs = deadline === undefined ? {} : { deadlineMs: Date.now() + deadline * MS_PER_SECOND };
  const id = await beginMaintenance(redis, lane, { ...input, ...deadlineMs });
  output.say(`maintenance ${id} is on: the lane drains`);
  if (wait) await untilReady(desk, id);
  output.result(maintenanceJson(await readMaintenance(redis, lane), Date.now()));
}

/** Says what is waited for, each time it changes. @throws CheckFailed MAINTENANCE_GONE, Held MAINTENANCE_OVERDUE */
export async function untilReady({ redis, lane, output, signal }: MaintenanceDesk, id: string): Promise<void> {
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const state = await readMaintenance(redis, lane);
    const { maintenance, report } = state;
    if (maintenance?.id !== id) throw gone(id);
    const lines =
      report?.id === id
        ? [progressLine(report), ...report.blocked.map(({ code, reason }) => `  ${code}: ${reason}`)]
        : ['relayer      says nothing of it yet'];
    if (lines.join() !== told) for (const line of lines) output.say(line);
    told = lines.join();
    if (maintenance.phase !== 'draining') {
      output.say(`${maintenance.phase}: nothing up to trade ${maintenance.cut} is pending`);
      return;
    }
    if (isOverdue(maintenance, Date.now())) {
      for (const line of maintenanceLines(state, Date.now())) output.say(line);
      const advice = `It goes on draining. Wait on with \`lockstep maintenance start --id ${id} --wait\`, or end it with \`lockstep maintenance resume --id ${id}\`.`;
      throw new Held('MAINTENANCE_OVERDUE', 'the deadline is over and the lane is not ready', advice);
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

const gone = (id: string) =>
  new CheckFailed(
    'MAINTENANCE_GONE',
    `maintenance ${id} is not on any more`,
    'Somebody ended it, or Redis lost it with no relayer there to remember: look with `lockstep maintenance status`.',
  );
