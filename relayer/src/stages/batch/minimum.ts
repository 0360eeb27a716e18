import type { SettlementRules } from '../../ports.ts';

/** What the chain's size rule needs to know about the lane. */
export interface LaneAge {
  readonly nowMs: number;
  /** When the last batch with trades settled, as far as the relayer knows. */
  readonly lastSettledMs: number;
  /** Batches on their way: each of them will make the market young again. */
  readonly openBatches: number;
  readonly slotMs: number;
}

/**
 * Trades a batch must have to close by age now. The program accepts a smaller one only when the market has been quiet for
 * `maxBatchAgeSlots`; a batch closed a little too early merely waits for its slot, so an estimate by time is enough.
 */
export function minimumTrades(
  rules: Pick<SettlementRules, 'minBatchSize' | 'maxBatchAgeSlots'>,
  lane: LaneAge,
): number {
  const quietFromMs = lane.lastSettledMs + Number(rules.maxBatchAgeSlots) * lane.slotMs;
  const quiet = lane.openBatches === 0 && lane.nowMs >= quietFromMs;
  return quiet ? 1 : Math.max(1, rules.minBatchSize);
}
