import { readEngineMode, readMaintenance } from '#relayer';
import { Held } from '../failure.ts';
import { describedLines, maintenanceJson, runEngineWith } from './describe.ts';
import type { MaintenanceDesk } from './desk.ts';
import { whoPaused } from './who-paused.ts';

/** Shows how a lane's maintenance stands. @throws Held MAINTENANCE_UNREADABLE when what stands there is none */
export async function status(desk: MaintenanceDesk): Promise<void> {
  const { redis, lane, output, words } = desk;
  const state = await readMaintenance(redis, lane);
  for (const line of await describedLines(desk, state)) output.say(line);
  const isLive = state.maintenance === undefined && state.ignored === undefined;
  const mode = isLive ? await readEngineMode(redis, lane) : undefined;
  if (mode?.isPaused === true)
    output.say(`engine       is paused all the same: ${whoPaused(mode)}; ${runEngineWith(words)}`);
  output.result({
    ...maintenanceJson(state, Date.now()),
    ...(mode?.isPaused === true ? { enginePausedBy: mode.request } : {}),
  });
  if (state.ignored === undefined) return;
  throw new Held(
    'MAINTENANCE_UNREADABLE',
    `what stands in Redis is no maintenance: ${state.ignored}`,
    `No relayer follows it, and the engine may be paused: \`lockstep maintenance resume ${words}\` removes it, and has the engine run when a maintenance paused it.`,
  );
}
