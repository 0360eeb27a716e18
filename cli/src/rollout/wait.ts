import { LockstepError } from '#client';
import { pause } from '../pause.ts';
import type { Place } from './step.ts';

const POLL_MS = 50;
/** How often a wait looks whether it is still in charge. */
const CHARGE_MS = 250;

export interface Wait {
  readonly timeoutMs: number;
  /** What to throw when the time is over; `why` is what the last look said. */
  readonly error: (why: string) => LockstepError;
}

/** A look that found what is waited for, or says what is missing. */
export type Look<T> = { readonly found: T } | { readonly missing: string };

/**
 * Looks until it finds. A look that throws counts as one that found nothing: what is waited for may be starting.
 * @throws what `error` makes, LockstepError SUPERSEDED, the signal's reason
 */
export async function waitFor<T>(place: Place, { timeoutMs, error }: Wait, look: () => Promise<Look<T>>): Promise<T> {
  const { signal } = place.desk;
  const deadline = performance.now() + timeoutMs;
  let checkedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    signal.throwIfAborted();
    if (performance.now() - checkedAt >= CHARGE_MS) {
      await place.requireInCharge();
      checkedAt = performance.now();
    }
    const seen = await look().catch((cause: unknown): Look<T> => {
      if (cause instanceof TypeError) throw cause;
      return { missing: cause instanceof Error ? cause.message : String(cause) };
    });
    if ('found' in seen) return seen.found;
    if (performance.now() >= deadline) throw error(seen.missing);
    await pause(POLL_MS, signal);
  }
}

/** An error of a site that did not do what was asked of it. */
export const siteError = (code: string, message: string, advice: string): LockstepError =>
  new LockstepError(code, message, advice);
