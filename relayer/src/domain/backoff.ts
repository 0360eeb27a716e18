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
