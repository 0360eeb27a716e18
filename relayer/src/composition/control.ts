import { isDeepStrictEqual } from 'node:util';
import type { ControlReading, RowsByVersion } from '../domain/control.ts';
import { countVersions, cuttingOf, inEffect } from '../domain/control.ts';
import type { VersionDeps } from '../stages/submit/version.ts';
import type { LaneRun } from './run.ts';
import { limitsOf, refusalOf } from './run.ts';

/** Somebody may wait for an answer, and Redis is near: it is asked so often. */
const LOOK_MS = 250;

/** Keeps to what operators ask of the lane, and tells who waits for it. Runs until told to stop. */
export function followWishes(run: LaneRun): Promise<void> {
  const { config, pulses, tasks } = run;
  const { clock, during } = pulses.control;
  return during(async () => {
    for (;;) {
      await clock.sleep(Math.min(config.rulesPollMs, LOOK_MS), tasks.stopping);
      await obeyWishes(run);
    }
  });
}

/**
 * Reads what operators ask of the lane, and answers what is in effect from now on: no batch is put into the outbox any more that could
 * be written as they want and is not. @throws LockstepError LEASE_LOST, REDIS_REFUSED
 */
export async function obeyWishes(run: LaneRun): Promise<void> {
  const { known, wishes } = run;
  const before = known.wished;
  known.wished = inEffect(before, await wishes.read());
  tell(run, before);
  await wishes.answer(known.wished, rowsOf(run));
}

function tell({ known, logger, progress, refusals }: LaneRun, before: ControlReading): void {
  const { control, ignored } = known.wished;
  progress.control(known.wished);
  progress.rulesBlocked(refusalOf(known));
  if (ignored !== undefined && ignored !== before.ignored) {
    logger.warn({ reason: ignored }, 'the control of the lane makes no sense and changes nothing');
  }
  if (isDeepStrictEqual(control, before.control)) return;
  logger.warn({ control }, control ? 'operators control the lane' : 'the config alone decides again');
  refusals.announce();
}

/** What batches are written in, and sent in, now. */
export const versionsOf = (run: Pick<LaneRun, 'known' | 'chain' | 'config'>): VersionDeps => ({
  allowedVersions: () => run.known.rules.allowedVersions,
  cutting: () => cuttingOf(run.known.rules.allowedVersions, run.known.wished.control),
  limits: limitsOf(run),
});

/** A batch that is about to be a row counts as one. */
export function rowsOf({ ledger, known }: Pick<LaneRun, 'ledger' | 'known'>): RowsByVersion {
  const rows = [...ledger.landed, ...ledger.open].map(({ version }) => version);
  return countVersions(known.putting === undefined ? rows : [...rows, known.putting]);
}
