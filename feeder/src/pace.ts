import { setTimeout as sleep } from 'node:timers/promises';

/** Trades a second, or as fast as Redis takes them. */
export type Rate = number | 'max';

/** How even a rate is: trades go out in steps of at most this length. */
const STEP_MS = 50;

/** Trades that go out at once. */
export const stepOf = (rate: Rate, most: number): number =>
  rate === 'max' ? most : Math.min(most, Math.max(1, Math.floor((rate * STEP_MS) / 1_000)));

/** Sleeps; an abort ends it with its reason, which Node's own AbortError would hide. */
export const pauseFor = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());

/** When the next trades of a rate are due. Time that was not used is not made up for. */
export class Pace {
  readonly #rate: Rate;
  readonly #now: () => number;
  #due: number;

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#due = now();
  }

  /** Milliseconds until then; 0 when it is now. */
  wait(): number {
    return this.#rate === 'max' ? 0 : Math.max(0, this.#due - this.#now());
  }

  wrote(trades: number): void {
    if (this.#rate === 'max') return;
    this.#due = Math.max(this.#due, this.#now() - STEP_MS) + (trades / this.#rate) * 1_000;
  }
}
