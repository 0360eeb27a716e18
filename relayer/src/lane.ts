import { LockstepError } from '#client';
import type { Lease } from './adapters/redis/lease.ts';
import { aborted } from './domain/aborted.ts';
import type { LaneDeps } from './pipeline.ts';
import { runLane } from './pipeline.ts';

export interface LaneControls {
  /** Aborted by the caller to stop; and here, when the lease is lost. */
  readonly stopping: AbortController;
  readonly abort: AbortController;
}

/**
 * Claims the lane, works on it until told to stop, and gives it up again.
 * @throws whatever halted the lane
 */
export async function holdLane(lease: Lease, lane: LaneDeps, { stopping, abort }: LaneControls): Promise<void> {
  const { progress, logger } = lane;
  const ended = new AbortController();
  let lost: { readonly error: unknown } | undefined;
  const onLost = (error: unknown) => {
    if (ended.signal.aborted || abort.signal.aborted) return;
    lost = { error };
    stopping.abort(error);
    abort.abort(error);
  };
  try {
    await lease.claim(stopping.signal);
    progress.state('recovering');
    lease.keep(ended.signal).catch(onLost);
    // What hangs on a Redis that is gone is not waited for: an abort leaves it where it is.
    await Promise.race([runLane(lane, { stopping: stopping.signal, abort: abort.signal }), aborted(abort.signal)]);
    if (lost !== undefined) throw lost.error;
    finish();
  } catch (error) {
    if (lost === undefined && (abort.signal.aborted || error === stopping.signal.reason)) return finish();
    logger.error({ err: error }, 'the lane halted');
    await briefly(markHalt(error, lane), lane);
    progress.state('halted');
    progress.failed(error);
    throw error;
  } finally {
    ended.abort();
    // A lease that can't be given back runs out by itself.
    await briefly(lease.release(), lane);
  }

  function finish(): void {
    progress.state('stopped');
    progress.failed(stopping.signal.reason);
  }
}

/** A restart by a supervisor must not pass over what a person has to look at. */
async function markHalt(error: unknown, { journal }: LaneDeps): Promise<void> {
  if (!(error instanceof LockstepError) || error.code !== 'FOREIGN_SETTLEMENT') return;
  if ((await journal.halt()) === undefined) await journal.markHalted(error.message);
}

/** Parting words to a Redis that may be gone: worth a moment, not more. */
async function briefly(words: Promise<void>, { clock, config, logger }: LaneDeps): Promise<void> {
  const waited = new AbortController();
  const timeout = clock.sleep(config.leaseMs, waited.signal).catch(() => {});
  await Promise.race([
    words.catch((error) => logger.warn({ err: error }, 'redis did not take the last words')),
    timeout,
  ]);
  waited.abort();
}
