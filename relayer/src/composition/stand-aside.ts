import type { ControlReading } from '../domain/control.ts';
import { countVersions, inEffect } from '../domain/control.ts';
import { NOTHING_PENDING } from '../domain/maintenance.ts';
import type { PulseGroup } from '../observe/heartbeats.ts';
import { QUIET_BLOCKS } from '../stages/flush/blocks.ts';
import type { LaneDeps, LaneSignals } from './deps.ts';
import { hearMaintenance, lookingOut, tellMaintenance } from './maintenance.ts';

/**
 * Holds the lane without working on it for as long as a maintenance wants it to stand still. Nothing is asked of the chain meanwhile: the
 * program may be away, or another one. Operators are answered.
 * @throws LockstepError LEASE_LOST, REDIS_REFUSED, or the stop's reason
 */
export async function standAside(deps: LaneDeps, beats: PulseGroup, signals: LaneSignals): Promise<void> {
  const { upkeep, progress, wishes, journal, logger } = deps;
  const { clock, during } = beats.pulse('maintenance');
  let wished: ControlReading = {};
  let stood = false;
  const look = async () => {
    const { maintenance, view } = await hearMaintenance(deps);
    if (maintenance === undefined || maintenance.phase === 'draining') return 'done' as const;
    if (!stood) logger.warn({ maintenance }, 'the lane stands still');
    stood = true;
    // Redis forgot what was asked of the engine.
    if (view.engine.asked === '') await upkeep.askPause(maintenance.id);
    progress.state('maintenance');
    await tellMaintenance(deps, { maintenance, view }, NOTHING_PENDING, [QUIET_BLOCKS[maintenance.phase]]);
    wished = inEffect(wished, await wishes.read());
    progress.control(wished);
    await wishes.answer(wished, countVersions((await journal.load()).map(({ version }) => version)));
    return 'again' as const;
  };
  await during(() => lookingOut(upkeep, clock, look, AbortSignal.any([signals.stopping, signals.abort])));
  if (!stood) return;
  progress.maintenance(undefined);
  await upkeep.hush();
  progress.state('recovering');
}
