import type { BatchFormat, BatchLimits, ClosedBatch } from './accumulator.ts';
import { createAccumulator } from './accumulator.ts';

/** The trades in batches as they would be cut now, in the same order, none left over. */
export function cutAnew<Trade>(
  trades: readonly Trade[],
  limits: BatchLimits,
  formatOf: (first: Trade) => BatchFormat<Trade>,
): readonly ClosedBatch<Trade>[] {
  const pieces = createAccumulator({ ...limits, maxAgeMs: 0 }, formatOf, { now: () => 0 });
  const closed = trades.flatMap((trade) => pieces.add(trade));
  const rest = pieces.takeDue(1);
  return rest === undefined ? closed : [...closed, rest];
}
