import type { Clock, Journal, Metrics } from '../../ports.ts';

/** People close letters: a look in so long is soon enough. */
const LOOK_MS = 1_000;

export interface LettersDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Keeps count of the open dead letters, which operators close beside the relayer. Runs until aborted. */
export async function followLetters({ journal, clock, metrics }: LettersDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    metrics.set('dead_letters_open', await journal.openLetters());
    await clock.sleep(LOOK_MS, signal);
  }
}
