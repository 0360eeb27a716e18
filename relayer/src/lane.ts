import { LockstepError } from '#client';
import type { Lease } from './adapters/redis/lease.ts';
import type { LaneDeps, LaneSignals } from './composition/deps.ts';
import { RETRY_MIN_MS } from './composition/deps.ts';
import { aborted } from './domain/aborted.ts';
import { createBackoff } from './domain/backoff.ts';
import type { MaintenanceMemory } from './domain/maintenance-memory.ts';
import { createMaintenanceMemory } from './domain/maintenance-memory.ts';
import type { RowMemory } from './domain/row-memory.ts';
import { createRowMemory } from './domain/row-memory.ts';
import { LaneRestart } from './errors.ts';
import { runLane } from './pipeline.ts';
import { claimWhenActive } from './standby.ts';

/** What one hold of the lane has for itself: nothing of it is good for anything once the lane is lost. */
export interface Hold
  extends Pick<LaneDeps, 'source' | 'replays' | 'wishes' | 'feed' | 'upkeep' | 'trimmer' | 'journal' | 'queue'> {
  /** Its token is nobody else's, not even an earlier hold's of this process. */
  readonly lease: Lease;
  /** Ends its connections. */
  close(): void;
}

/** What this process knows although Redis may forget it. */
interface Memory {
  readonly rows: RowMemory;
  readonly maintenance: MaintenanceMemory;
}

/** What all holds share. */
export type LaneWorld = Omit<LaneDeps, keyof Hold | 'maintenanceMemory'>;

/**
 * Claims the lane and works on it until told to stop. A lane that is lost (another relayer took it, Redis forgot) is claimed again, and
 * recovered from chain and rows like at a start.
 * @throws whatever halted the lane
 */
export async function holdLane(open: () => Hold, lane: LaneWorld, signals: LaneSignals): Promise<void> {
  const { progress, logger, clock, config } = lane;
  const { stopping, abort } = signals;
  const backoff = createBackoff(clock, { minMs: RETRY_MIN_MS, maxMs: config.retryMaxMs });
  const memory = { rows: createRowMemory(), maintenance: createMaintenanceMemory() };
  try {
    progress.state('waiting');
    for (;;) {
      const startedMs = clock.now();
      const again = await holdOnce(open(), lane, memory, signals);
      if (clock.now() - startedMs > config.leaseMs + config.retryMaxMs) backoff.reset();
      progress.state('waiting');
      logger.warn({ err: again }, 'the lane begins again');
      await backoff.wait(stopping);
    }
  } catch (error) {
    if (!abort.aborted && error !== stopping.reason) {
      logger.error({ err: error }, 'the lane halted');
      progress.state('halted');
      progress.failed(error);
      throw error;
    }
  }
  progress.state('stopped');
  progress.failed(stopping.reason);
}

/** @returns why it has to begin again @throws the stop's reason, or whatever halted the lane */
async function holdOnce(hold: Hold, lane: LaneWorld, memory: Memory, told: LaneSignals): Promise<unknown> {
  const { lease, journal, queue, close } = hold;
  const over = new AbortController();
  const lost = new AbortController();
  try {
    const before = await claimWhenActive(lease, lane, told.stopping);
    memory.rows.heldBy(lease.token, before);
    memory.maintenance.heldBy(lease.token, before);
    lane.progress.state('recovering');
    lease.keep(over.signal).catch((error) => over.signal.aborted || lost.abort(error));
    const signals = {
      stopping: AbortSignal.any([told.stopping, lost.signal]),
      abort: AbortSignal.any([told.abort, lost.signal]),
    };
    const remembered = { journal: memory.rows.remembering(journal), maintenanceMemory: memory.maintenance };
    const running = runLane({ ...lane, ...hold, ...remembered }, signals);
    // What hangs on a Redis that is gone is not waited for when the caller has no more time. A lost lane's work is: it may not overlap
    // with the next hold's.
    await Promise.race([running, aborted(told.abort)]);
    lost.signal.throwIfAborted();
    throw told.stopping.reason;
  } catch (error) {
    const why = lost.signal.aborted && !told.abort.aborted ? lost.signal.reason : error;
    if (isWorthAnother(why)) return why;
    await briefly(markHalt(why, hold), lane);
    throw why;
  } finally {
    over.abort();
    // A lease that can't be given back runs out by itself, and what a queue leaves behind the next rebuild forgets.
    await briefly(Promise.all([lease.release(), queue.close(over.signal)]), lane);
    close();
  }
}

const isWorthAnother = (error: unknown): boolean =>
  error instanceof LaneRestart || (error instanceof LockstepError && error.code === 'LEASE_LOST');

/** A restart by a supervisor must not pass over what a person has to look at. */
async function markHalt(error: unknown, { journal }: Hold): Promise<void> {
  if (!(error instanceof LockstepError) || error.code !== 'FOREIGN_SETTLEMENT') return;
  if ((await journal.halt()) === undefined) await journal.markHalted(error.message);
}

/** Parting words to a Redis that may be gone: worth a moment, not more. */
async function briefly(words: Promise<unknown>, { clock, config, logger }: LaneWorld): Promise<void> {
  const waited = new AbortController();
  const timeout = clock.sleep(config.leaseMs, waited.signal).catch(() => {});
  await Promise.race([
    words.catch((error) => logger.warn({ err: error }, 'redis did not take the last words')),
    timeout,
  ]);
  waited.abort();
}
