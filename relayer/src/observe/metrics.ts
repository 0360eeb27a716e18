import type { Counter, Gauge, Histogram, Metrics } from '../ports.ts';

/** What each number means; the exposition takes its help text from here. */
export const METRIC_HELP: Readonly<Record<Counter | Gauge | Histogram, string>> = {
  trades_received: 'Entries read from the trade stream.',
  trades_rejected: 'Trades settled as a void because the program or the decoder refused them.',
  trades_settled: 'Trades on-chain at the lane commitment, voids included.',
  trades_finalized: 'Trades on-chain at finalised commitment.',
  batches_closed: 'Batches written to the outbox.',
  batches_settled: 'Batches on-chain at the lane commitment.',
  batches_reopened: 'Batches a fork took back after they had landed.',
  transactions_signed: 'Transactions signed, re-signed ones included.',
  transactions_sent: 'Sends acknowledged by a node; the same bytes are sent several times.',
  transactions_failed: 'Attempts that failed at finalised commitment.',
  transactions_expired: 'Attempts proven never to land.',
  rpc_errors: 'RPC calls that answered nothing useful.',
  queue_errors: 'Pointers the queue did not take at once.',
  batches_open: 'Batches in the outbox that have not landed.',
  batches_unfinalized: 'Batches landed and not final yet.',
  last_trade_id: 'Last trade id on-chain at the lane commitment.',
  blocked: '1 while something outside holds the lane.',
  lease_held: '1 while this process has the lane.',
  batch_settle_ms: 'Milliseconds from the first look at a batch to its landing.',
};

/** Metrics kept in memory, for a summary and for tests. */
export interface MemoryMetrics extends Metrics {
  readonly counters: ReadonlyMap<Counter, number>;
  readonly gauges: ReadonlyMap<Gauge, number>;
  /** Count, sum and largest of what was observed. */
  readonly histograms: ReadonlyMap<Histogram, { readonly count: number; readonly sum: number; readonly max: number }>;
}

export function createMemoryMetrics(): MemoryMetrics {
  const counters = new Map<Counter, number>();
  const gauges = new Map<Gauge, number>();
  const histograms = new Map<Histogram, { count: number; sum: number; max: number }>();
  return {
    counters,
    gauges,
    histograms,
    increment(counter, by = 1) {
      counters.set(counter, (counters.get(counter) ?? 0) + by);
    },
    set(gauge, value) {
      gauges.set(gauge, value);
    },
    observe(histogram, value) {
      const { count, sum, max } = histograms.get(histogram) ?? { count: 0, sum: 0, max: 0 };
      histograms.set(histogram, { count: count + 1, sum: sum + value, max: Math.max(max, value) });
    },
  };
}
