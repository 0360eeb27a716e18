import { TransientError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** Waits longer each time, up to a limit, until something works again. */
export interface Backoff {
  /** @throws the signal's reason when it is aborted */
  wait(signal: AbortSignal): Promise<void>;
  reset(): void;
}

const GROWTH = 2;

export function createBackoff(clock: Clock, limits: { readonly minMs: number; readonly maxMs: number }): Backoff {
  let nextMs = limits.minMs;
  return {
    async wait(signal) {
      const ms = nextMs;
      nextMs = Math.min(nextMs * GROWTH, limits.maxMs);
      await clock.sleep(ms, signal);
    },
    reset() {
      nextMs = limits.minMs;
    },
  };
}

/**
 * Repeats a call until it gets through. Only a TransientError is repeated.
 * @throws whatever else the call throws, or the signal's reason
 */
export async function persist<T>(
  call: () => Promise<T>,
  backoff: Backoff,
  onTransient: (error: TransientError) => void,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      const result = await call();
      backoff.reset();
      return result;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      onTransient(error);
      await backoff.wait(signal);
    }
  }
}
