import type { TradeId } from '#client';
import type { OutboxRow } from '../domain/row.ts';
import { lastTradeId } from '../domain/row.ts';
import type { Clock, Metrics } from '../ports.ts';

/** How long trades take from the stream to the chain. Keeps a time for each trade in between, and no other. */
export interface Latency {
  received(id: TradeId): void;
  landed(row: OutboxRow): void;
}

const MS_PER_SECOND = 1_000;

/** For one run of a lane: what an earlier run read has no time here and is not counted. */
export function createLatency(clock: Pick<Clock, 'now'>, metrics: Metrics): Latency {
  /** In the order of the ids, because the stream is. */
  const receivedMs = new Map<TradeId, number>();
  return {
    received: (id) => void receivedMs.set(id, clock.now()),
    landed(row) {
      const now = clock.now();
      for (const [id, since] of receivedMs) {
        if (id > lastTradeId(row)) return;
        receivedMs.delete(id);
        metrics.observe('trade_latency_seconds', (now - since) / MS_PER_SECOND);
      }
    },
  };
}
