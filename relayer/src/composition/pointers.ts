import { persist } from '../domain/backoff.ts';
import type { TransientError } from '../errors.ts';
import { nudge } from '../stages/outbox/nudge.ts';
import { workOff } from '../stages/outbox/work.ts';
import type { LaneRun } from './run.ts';
import { backoffOf, forStage } from './run.ts';
import { workOf } from './settling.ts';

/** Has the queue hold what the rows say, however long it takes to reach it. @throws the stop's reason */
export async function refillQueue(run: LaneRun): Promise<void> {
  const { ledger, logger, progress, pulses, queue, tasks } = run;
  const onTransient = (error: TransientError) => {
    logger.warn({ err: error }, 'queue not rebuilt, trying again');
    progress.queueBlocked({ code: error.code, reason: error.message });
  };
  const rebuild = () => queue.rebuild(ledger.open.map((row) => row.key));
  await persist(rebuild, backoffOf(run, pulses.settle.clock), onTransient, tasks.stopping);
  progress.queueBlocked(undefined);
}

/** Works off each pointer the queue hands out, and the rest when it hands out none. Runs until told to stop. */
export function followPointers(run: LaneRun): Promise<void> {
  const { ledger, progress, pulses, queue, tasks } = run;
  const work = workOf(run);
  const pointers = { taken: 0, isBusy: false };
  queue.consume(async (key) => {
    pointers.taken += 1;
    pointers.isBusy = true;
    await tasks.run(() => pulses.settle.during(() => workOff(key, work, tasks)));
    pointers.isBusy = false;
  });
  const waiting = { queue, open: () => ledger.open.map((row) => row.key), work: () => ({ ...pointers }) };
  return nudge({ ...forStage(run, 'queue'), ...waiting, onBlocked: progress.queueBlocked }, tasks.stopping);
}
