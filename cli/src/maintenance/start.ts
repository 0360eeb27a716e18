import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '#feeder/input-error';
import { beginMaintenance, endMaintenance, isOverdue, readMaintenance } from '#relayer';
import { CheckFailed, Held } from '../failure.ts';
import { describedLines, maintenanceJson, progressLine } from './describe.ts';
import type { MaintenanceDesk } from './desk.ts';
import { refuseTooOld, SilentHolder, silentHolder } from './too-old.ts';

const MS_PER_SECOND = 1_000;
const LOOK_MS = 250;

export interface StartOptions {
  readonly id?: string;
  readonly owner: string;
  /** May be left out with the id of the one that is on. */
  readonly reason?: string;
  /** Seconds from now. */
  readonly deadline?: number;
  /** Until the lane is ready. */
  readonly wait: boolean;
}

/**
 * Has the lane flush, and waits until it is ready when asked to. Run again under the same id it goes on waiting.
 * @throws InputError OPTION_MISSING; LockstepError MAINTENANCE_RUNNING, MAINTENANCE_INVALID; CheckFailed MAINTENANCE_GONE, RELAYER_TOO_OLD, after
 * which none is on that this began; Held MAINTENANCE_OVERDUE
 */
export async function start(desk: MaintenanceDesk, options: StartOptions): Promise<void> {
  const { redis, lane, output } = desk;
  const { maintenance } = await readMaintenance(redis, lane);
  const isOn = maintenance !== undefined && maintenance.id === options.id;
  const id = isOn ? maintenance.id : await begun(desk, options);
  output.say(
    `maintenance ${id} is on: ${isOn && maintenance.phase !== 'draining' ? `it is ${maintenance.phase}` : 'the lane drains'}`,
  );
  if (options.wait) {
    await untilReady(desk, id, async () => {
      if (!isOn) await endMaintenance(redis, lane, id);
      return isOn ? `Maintenance ${id} is still on.` : 'The maintenance was ended again; nothing stopped settling.';
    });
  }
  output.result(maintenanceJson(await readMaintenance(redis, lane), Date.now()));
}

async function begun(desk: MaintenanceDesk, { deadline, id, owner, reason }: StartOptions): Promise<string> {
  if (reason === undefined) throw reasonMissing(id);
  await refuseTooOld(desk);
  const deadlineMs = deadline === undefined ? {} : { deadlineMs: Date.now() + deadline * MS_PER_SECOND };
  return beginMaintenance(desk.redis, desk.lane, { owner, reason, ...(id === undefined ? {} : { id }), ...deadlineMs });
}

/**
 * Says what is waited for, each time it changes. `giveUp` is called before it is said that the relayer is too old, and says what was done.
 * @throws CheckFailed MAINTENANCE_GONE, RELAYER_TOO_OLD; Held MAINTENANCE_OVERDUE
 */
async function untilReady(desk: MaintenanceDesk, id: string, giveUp: () => Promise<string>): Promise<void> {
  const { redis, lane, output, signal, words } = desk;
  const holder = new SilentHolder(desk);
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const state = await readMaintenance(redis, lane);
    const { maintenance, report } = state;
    if (maintenance?.id !== id) throw gone(id, words);
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
    if (report?.id !== id && (await holder.isTooOld())) throw await silentHolder(desk, await giveUp());
    if (isOverdue(maintenance, Date.now())) {
      for (const line of await describedLines(desk, state)) output.say(line);
      const advice = `It goes on draining. Wait on with \`lockstep maintenance start --id ${id} --wait ${words}\`, or end it with \`lockstep maintenance resume --id ${id} ${words}\`.`;
      throw new Held('MAINTENANCE_OVERDUE', 'the deadline is over and the lane is not ready', advice);
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

const reasonMissing = (id: string | undefined): InputError =>
  new InputError(
    'OPTION_MISSING',
    id === undefined ? '--reason is missing' : `--reason is missing, and maintenance ${id} is not on`,
    'Say why with --reason TEXT; only --id of the one that is on goes without.',
  );

const gone = (id: string, words: string) =>
  new CheckFailed(
    'MAINTENANCE_GONE',
    `maintenance ${id} is not on any more`,
    `Somebody ended it, or Redis lost it with no relayer there to remember: look with \`lockstep maintenance status ${words}\`.`,
  );
