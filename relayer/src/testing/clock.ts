import type { Clock } from '../ports.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that passes only while everybody sleeps: it jumps to whoever wakes first. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

export function fakeClock(startMs = 1_000_000): FakeClock {
  let now = startMs;
  const sleepers: Sleeper[] = [];
  const pump = () => {
    const next = sleepers.reduce<Sleeper | undefined>(
      (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
      undefined,
    );
    if (next === undefined) return;
    sleepers.splice(sleepers.indexOf(next), 1);
    now = Math.max(now, next.atMs);
    next.wake();
  };
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const sleeper: Sleeper = { atMs: now + ms, wake: () => settle(resolve) };
        const settle = (finish: () => void) => {
          signal.removeEventListener('abort', onAbort);
          finish();
        };
        const onAbort = () => {
          const at = sleepers.indexOf(sleeper);
          if (at !== -1) sleepers.splice(at, 1);
          settle(() => reject(signal.reason));
        };
        signal.addEventListener('abort', onAbort);
        sleepers.push(sleeper);
        setImmediate(pump);
      }),
  };
}
