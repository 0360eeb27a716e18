import type { Logger } from 'pino';
import type { Blocked } from '../../domain/blocked.ts';
import type { BatchKey } from '../../domain/row.ts';
import { TransientError } from '../../errors.ts';
import type { Clock, Queue } from '../../ports.ts';

export interface NudgeDeps {
  readonly queue: Pick<Queue, 'rebuild'>;
  /** Batches that have not landed, in order. */
  readonly open: () => readonly BatchKey[];
  /** How many pointers were taken up so far, and whether one is in work. */
  readonly work: () => { readonly taken: number; readonly isBusy: boolean };
  readonly onBlocked: (cause: Blocked | undefined) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_MS = 1_000;
/** Looks in a row at a queue that hands out nothing, though there is work: a pointer may just be on its way. */
const STALLED_LOOKS = 3;

/**
 * Rebuilds a queue that hands out nothing although batches wait: its keys may have been lost, paused or spoilt by somebody. The rows
 * say what it has to hold, so nothing is lost with it. Runs until aborted.
 */
export async function nudge(deps: NudgeDeps, signal: AbortSignal): Promise<void> {
  const { queue, open, work, onBlocked, clock, logger } = deps;
  let seen = work().taken;
  let idle = 0;
  for (;;) {
    await clock.sleep(LOOK_MS, signal);
    const { taken, isBusy } = work();
    const keys = open();
    idle = isBusy || taken !== seen || keys.length === 0 ? 0 : idle + 1;
    seen = taken;
    if (idle === 0) onBlocked(undefined);
    if (idle === 0 || idle % STALLED_LOOKS > 0) continue;
    const reason = `the queue hands out none of ${keys.length} batches that wait; rebuilding it`;
    logger.warn({ batch: keys[0] }, reason);
    onBlocked({ code: 'QUEUE_STALLED', reason });
    await queue.rebuild(keys).catch((error: unknown) => {
      if (!(error instanceof TransientError)) throw error;
      onBlocked({ code: error.code, reason: error.message });
    });
  }
}
