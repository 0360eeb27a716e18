import type { Streams } from './output.ts';
import { count } from './start/progress.ts';

/** Said for the first time after this long, and then as often: a short history is read in silence. */
const EVERY_MS = 3_000;

/** Told how many of a market's transactions were read. */
export type HistoryProgress = (read: number, of: number) => void;

/** Says on standard error, a line now and then, how far the reading of a market's history is. */
export function historyProgress(
  { stderr }: Pick<Streams, 'stderr'>,
  now: () => number = () => performance.now(),
): HistoryProgress {
  let toldAt = now();
  return (read, of) => {
    if (now() - toldAt < EVERY_MS) return;
    toldAt = now();
    stderr.write(`reading the market's transactions: ${count(read)} of ${count(of)}\n`);
  };
}
