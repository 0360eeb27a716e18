import type { Thresholds } from '../thresholds.ts';
import type { Bucket, Sample } from './sample.ts';

/** What a window of samples says of what was rolled out. */
export interface Judgement {
  readonly verdict: 'pass' | 'breach' | 'inconclusive';
  /** Why it is no pass; empty for one. */
  readonly reasons: readonly string[];
  readonly figures: Figures;
}

/** Of the window; null where nothing can be said. */
export interface Figures {
  readonly seconds: number;
  readonly trades: number;
  readonly batches: number;
  readonly batchesOfVersion: number;
  /** Batches that landed, and attempts that failed for good. */
  readonly attempts: number;
  readonly errorRate: number | null;
  readonly rejectedRatio: number | null;
  readonly latencyP95Seconds: number | null;
  readonly blockedSeconds: number;
}

const NOTHING: Figures = {
  ...{ seconds: 0, trades: 0, batches: 0, batchesOfVersion: 0, attempts: 0, blockedSeconds: 0 },
  ...{ errorRate: null, rejectedRatio: null, latencyP95Seconds: null },
};

/**
 * Judges what happened between the first and the last sample. What is missing, too little, or not of one run of the relayer is
 * inconclusive, never a pass; what is beyond a threshold on enough attempts is a breach at any time.
 * @param samples oldest first; undefined where none could be taken
 */
export function judge(samples: readonly (Sample | undefined)[], thresholds: Thresholds): Judgement {
  const taken = samples.filter((sample) => sample !== undefined);
  const first = taken[0];
  const last = taken.at(-1);
  if (first === undefined || last === undefined || samples.at(-1) === undefined) {
    return { verdict: 'inconclusive', reasons: ['the metrics can not be read'], figures: NOTHING };
  }
  if (taken.some(({ identity }) => identity !== first.identity)) {
    return { verdict: 'inconclusive', reasons: ['the relayer was started again meanwhile'], figures: NOTHING };
  }
  if (hasShrunk(taken)) {
    return { verdict: 'inconclusive', reasons: ['a counter went back'], figures: NOTHING };
  }
  const figures = figuresOf(first, last, taken);
  const breaches = [...breachesOf(figures, thresholds)];
  if (breaches.length > 0) return { verdict: 'breach', reasons: breaches, figures };
  const gaps = [...gapsIn(figures, thresholds)];
  return { verdict: gaps.length > 0 ? 'inconclusive' : 'pass', reasons: gaps, figures };
}

const COUNTERS = ['tradesSettled', 'tradesRejected', 'batchesSettled', 'batchesOfVersion', 'attemptsFailed'] as const;

const hasShrunk = (samples: readonly Sample[]): boolean =>
  samples.some((sample, i) => {
    const before = samples[i - 1];
    return before !== undefined && COUNTERS.some((name) => sample[name] < before[name]);
  });

function figuresOf(first: Sample, last: Sample, all: readonly Sample[]): Figures {
  const grown = (name: (typeof COUNTERS)[number]) => last[name] - first[name];
  const trades = grown('tradesSettled');
  const attempts = grown('attemptsFailed') + grown('batchesSettled');
  return {
    seconds: (last.atMs - first.atMs) / 1_000,
    trades,
    batches: grown('batchesSettled'),
    batchesOfVersion: grown('batchesOfVersion'),
    attempts,
    errorRate: attempts === 0 ? null : grown('attemptsFailed') / attempts,
    rejectedRatio: trades === 0 ? null : grown('tradesRejected') / trades,
    latencyP95Seconds: quantile(0.95, bucketsBetween(first.latency, last.latency)),
    blockedSeconds: blockedSeconds(all),
  };
}

function* breachesOf(figures: Figures, thresholds: Thresholds): Generator<string> {
  const { errorRate, rejectedRatio, latencyP95Seconds, blockedSeconds, attempts, trades } = figures;
  const { maxErrorRate, maxRejectedRatio, maxLatencyP95Seconds, maxBlockedSeconds } = thresholds;
  if (errorRate !== null && attempts >= thresholds.minBatches && errorRate > maxErrorRate) {
    yield `settlement errors ${percent(errorRate)}, at most ${percent(maxErrorRate)}`;
  }
  if (rejectedRatio !== null && trades >= thresholds.minTrades && rejectedRatio > maxRejectedRatio) {
    yield `rejected trades ${percent(rejectedRatio)}, at most ${percent(maxRejectedRatio)}`;
  }
  if (latencyP95Seconds !== null && trades >= thresholds.minTrades && latencyP95Seconds > maxLatencyP95Seconds) {
    yield `event to confirmed p95 ${latencyP95Seconds.toFixed(2)} s, at most ${maxLatencyP95Seconds} s`;
  }
  if (blockedSeconds > maxBlockedSeconds) {
    yield `the lane has been blocked for ${blockedSeconds.toFixed(0)} s, at most ${maxBlockedSeconds} s`;
  }
}

function* gapsIn({ trades, batches, batchesOfVersion, seconds, latencyP95Seconds }: Figures, wanted: Thresholds) {
  if (seconds < wanted.windowSeconds) yield `watched for ${seconds.toFixed(0)} of ${wanted.windowSeconds} s`;
  if (trades < wanted.minTrades) yield `${trades} of ${wanted.minTrades} trades`;
  if (batches < wanted.minBatches) yield `${batches} of ${wanted.minBatches} batches`;
  if (batchesOfVersion < wanted.minBatches) {
    yield `${batchesOfVersion} of ${wanted.minBatches} batches of the new version`;
  }
  if (trades >= wanted.minTrades && latencyP95Seconds === null) yield 'no latencies';
}

/** How long the lane was blocked without a break, up to now. */
function blockedSeconds(samples: readonly Sample[]): number {
  const last = samples.at(-1);
  const begin = samples[samples.findLastIndex(({ isBlocked }) => !isBlocked) + 1];
  return last === undefined || begin === undefined ? 0 : (last.atMs - begin.atMs) / 1_000;
}

const bucketsBetween = (first: readonly Bucket[], last: readonly Bucket[]): Bucket[] =>
  last.map(({ atMostSeconds, count }) => {
    const before = first.find((bucket) => bucket.atMostSeconds === atMostSeconds)?.count ?? 0;
    return { atMostSeconds, count: count - before };
  });

/**
 * As Prometheus' histogram_quantile: within a bucket values are taken as spread evenly. Infinite when it lies beyond the last bound: it
 * is then above any threshold. Null without values.
 */
export function quantile(share: number, buckets: readonly Bucket[]): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (!(total > 0)) return null;
  const rank = share * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[at];
  if (bucket === undefined || bucket.atMostSeconds === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const { atMostSeconds: from, count: below } = buckets[at - 1] ?? { atMostSeconds: 0, count: 0 };
  return from + (bucket.atMostSeconds - from) * ((rank - below) / (bucket.count - below));
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
