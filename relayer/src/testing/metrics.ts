import type { Counter, Gauge, Histogram, Metrics } from '../ports.ts';

/** Metrics kept in memory. */
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
