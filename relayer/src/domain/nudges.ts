import type { Clock } from '../ports.ts';

/** Ends waits early when there is a reason to look again. */
export interface Nudges {
  announce(): void;
  /** The same time, except that a sleep ends at the next announcement. */
  cutShort(clock: Clock): Clock;
}

export function createNudges(): Nudges {
  const sleeping = new Set<() => void>();
  return {
    announce() {
      for (const wake of [...sleeping]) wake();
    },
    cutShort: (clock) => ({
      now: clock.now,
      async sleep(ms, signal) {
        const over = new AbortController();
        let wake = () => {};
        const nudged = new Promise<void>((resolve) => {
          wake = resolve;
        });
        sleeping.add(wake);
        try {
          await Promise.race([clock.sleep(ms, AbortSignal.any([signal, over.signal])), nudged]);
        } finally {
          sleeping.delete(wake);
          over.abort();
        }
      },
    }),
  };
}
