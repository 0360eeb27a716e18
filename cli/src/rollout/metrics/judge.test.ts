/**
 * Proves: a pass needs a whole window of one process with enough trades and batches of the new version within every threshold; what
 * is missing, restarted, or went back is inconclusive; each threshold breaks alone; no sample ever makes a pass out of too little.
 * Does not prove: that the thresholds are the right ones for a market.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Thresholds } from '../thresholds.ts';
import { judge, quantile } from './judge.ts';
import type { Bucket, Sample } from './sample.ts';

const thresholds: Thresholds = {
  ...{ windowSeconds: 60, holdSeconds: 300, minTrades: 100, minBatches: 10 },
  ...{ maxErrorRate: 0.05, maxRejectedRatio: 0.02, maxLatencyP95Seconds: 4, maxBlockedSeconds: 10 },
  ...{ maxRestarts: 2, revertAsV1: false },
};

const buckets = (fast: number, slow: number): Bucket[] => [
  { atMostSeconds: 1, count: fast },
  { atMostSeconds: 8, count: fast + slow },
  { atMostSeconds: Number.POSITIVE_INFINITY, count: fast + slow },
];

const start: Sample = {
  ...{ atMs: 0, identity: 'a@1', tradesSettled: 5_000, tradesRejected: 7, batchesSettled: 300 },
  ...{ batchesOfVersion: 0, attemptsFailed: 3, isBlocked: false, latency: buckets(5_000, 0) },
};
const end: Sample = {
  ...{ atMs: 60_000, identity: 'a@1', tradesSettled: 6_000, tradesRejected: 8, batchesSettled: 350 },
  ...{ batchesOfVersion: 50, attemptsFailed: 4, isBlocked: false, latency: buckets(6_000, 0) },
};
const judged = (change: Partial<Sample>) => judge([start, { ...end, ...change }], thresholds);

test('a full window within all thresholds passes', () => {
  const { verdict, reasons, figures } = judged({});
  assert.deepEqual({ verdict, reasons }, { verdict: 'pass', reasons: [] });
  assert.equal(figures.trades, 1_000);
  assert.equal(figures.batchesOfVersion, 50);
});

const breaches: Record<string, readonly [Partial<Sample>, RegExp]> = {
  'failed attempts': [{ attemptsFailed: 10 }, /settlement errors 12.28 %/],
  'rejected trades': [{ tradesRejected: 40 }, /rejected trades 3.30 %/],
  latency: [{ latency: buckets(5_000, 1_000) }, /p95 7.65 s/],
  'latency beyond the last bound': [
    { latency: [...buckets(5_000, 0).slice(0, 2), { atMostSeconds: Number.POSITIVE_INFINITY, count: 6_000 }] },
    /p95 Infinity s/,
  ],
};
for (const [name, [change, reason]] of Object.entries(breaches)) {
  test(`a breach: ${name}`, () => {
    const { verdict, reasons } = judged(change);
    assert.equal(verdict, 'breach');
    assert.match(reasons.join(), reason);
  });
}

test('a lane that stays blocked is a breach, one that was blocked is none', () => {
  const at = (seconds: number, isBlocked: boolean): Sample => ({ ...start, atMs: seconds * 1_000, isBlocked });
  assert.equal(judge([at(0, false), at(1, true), at(11, true)], thresholds).verdict, 'inconclusive');
  assert.equal(judge([at(0, false), at(1, true), at(12, true)], thresholds).verdict, 'breach');
  assert.equal(judge([at(0, true), at(12, true), at(13, false)], thresholds).verdict, 'inconclusive');
});

test('breaches count before the window is over, when there is enough to count', () => {
  assert.equal(judged({ atMs: 5_000, attemptsFailed: 30 }).verdict, 'breach');
  const few = { atMs: 5_000, tradesSettled: 5_010, batchesSettled: 301, batchesOfVersion: 1, attemptsFailed: 4 };
  assert.equal(judged(few).verdict, 'inconclusive');
});

const gaps: Record<string, readonly [Partial<Sample>, RegExp]> = {
  'a short window': [{ atMs: 59_000 }, /59 of 60 s/],
  'few trades': [{ tradesSettled: 5_099, tradesRejected: 7, latency: buckets(5_099, 0) }, /99 of 100 trades/],
  'few batches': [
    { batchesSettled: 309, attemptsFailed: 3, batchesOfVersion: 9 },
    /9 of 10 batches, 9 of 10|9 of 10 batches/,
  ],
  'batches of the old version alone': [{ batchesOfVersion: 0 }, /0 of 10 batches of the new version/],
  'another process': [{ identity: 'a@2' }, /started again/],
  'a counter that went back': [{ tradesSettled: 4_999 }, /went back/],
  'no latencies': [{ latency: start.latency }, /no latencies/],
};
for (const [name, [change, reason]] of Object.entries(gaps)) {
  test(`inconclusive: ${name}`, () => {
    const { verdict, reasons } = judged(change);
    assert.equal(verdict, 'inconclusive');
    assert.match(reasons.join(', '), reason);
  });
}

test('metrics that can not be read at the end are inconclusive, however good they were', () => {
  assert.equal(judge([start, end, undefined], thresholds).verdict, 'inconclusive');
  assert.equal(judge([], thresholds).verdict, 'inconclusive');
  assert.equal(judge([undefined], thresholds).verdict, 'inconclusive');
});

test('whatever is sampled, a pass has enough of everything and nothing beyond a threshold', () => {
  const count = (max: number) => fc.integer({ min: 0, max });
  const growth = fc.record({
    ...{ atMs: count(120_000), tradesSettled: count(2_000), tradesRejected: count(60), batchesSettled: count(40) },
    ...{
      batchesOfVersion: count(40),
      attemptsFailed: count(5),
      isBlocked: fc.boolean(),
      fast: count(500),
      slow: count(40),
    },
  });
  fc.assert(
    fc.property(fc.array(growth, { maxLength: 6 }), (growths) => {
      const samples = [start];
      let [fast, slow] = [5_000, 0];
      for (const one of growths) {
        const before = samples.at(-1) ?? start;
        fast += one.fast;
        slow += one.slow;
        samples.push({
          ...before,
          atMs: before.atMs + one.atMs,
          tradesSettled: before.tradesSettled + one.tradesSettled,
          tradesRejected: before.tradesRejected + one.tradesRejected,
          batchesSettled: before.batchesSettled + one.batchesSettled,
          batchesOfVersion: before.batchesOfVersion + one.batchesOfVersion,
          attemptsFailed: before.attemptsFailed + one.attemptsFailed,
          isBlocked: one.isBlocked,
          latency: buckets(fast, slow),
        });
      }
      const last = samples.at(-1) ?? start;
      const { verdict } = judge(samples, thresholds);
      const trades = last.tradesSettled - start.tradesSettled;
      const batches = last.batchesSettled - start.batchesSettled;
      const failed = last.attemptsFailed - start.attemptsFailed;
      const isEnough =
        last.atMs >= 60_000 && trades >= 100 && batches >= 10 && last.batchesOfVersion - start.batchesOfVersion >= 10;
      const isWell =
        failed / (failed + batches) <= 0.05 && (last.tradesRejected - start.tradesRejected) / trades <= 0.02;
      if (verdict === 'pass') assert.ok(isEnough && isWell);
      if (isEnough && !isWell) assert.equal(verdict, 'breach');
    }),
    { numRuns: 2_000 },
  );
});

test('a quantile lies within its bucket, and is infinite beyond the last bound', () => {
  assert.equal(quantile(0.5, buckets(100, 0)), 0.5);
  assert.equal(quantile(0.95, buckets(0, 100)), 1 + 7 * 0.95);
  assert.equal(quantile(0.95, [{ atMostSeconds: Number.POSITIVE_INFINITY, count: 3 }]), Number.POSITIVE_INFINITY);
  assert.equal(quantile(0.95, buckets(0, 0)), null);
});
