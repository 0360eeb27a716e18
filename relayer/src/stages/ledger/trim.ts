import { tradeId } from '#client';
import type { Clock, Trimmer } from '../../ports.ts';

export interface TrimDeps {
  readonly trimmer: Trimmer;
  /** Every trade up to here is final, and no row is about one of them. */
  readonly settledFor: () => bigint;
  readonly clock: Clock;
  /** Milliseconds between two looks. */
  readonly pollMs: number;
}

/** Has the stream give up what nobody needs any more, whenever more of it has become final. Runs until aborted. */
export async function followTrim({ trimmer, settledFor, clock, pollMs }: TrimDeps, signal: AbortSignal): Promise<void> {
  let trimmed = 0n;
  for (;;) {
    await clock.sleep(pollMs, signal);
    const upTo = settledFor();
    if (upTo <= trimmed) continue;
    await trimmer.trim(tradeId(upTo));
    trimmed = upTo;
  }
}
