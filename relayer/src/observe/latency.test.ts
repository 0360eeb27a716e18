// Proves: each trade read in this run counts once, from its reading to its landing; a fork that takes it back does not count it again.
// Does not prove: that the lane reports (pipeline.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import { newRow } from '../domain/row.ts';
import { fakeClock } from '../testing/clock.ts';
import { createMemoryMetrics } from '../testing/metrics.ts';
import { trades } from '../testing/trades.ts';
import { createLatency } from './latency.ts';

test('each trade counts once, with its own time', () => {
  const clock = fakeClock();
  const metrics = createMemoryMetrics();
  const latency = createLatency(clock, metrics);
  const seen = () => metrics.histograms.get('trade_latency_seconds');
  latency.landed(newRow(1, trades(1, 2)));
  assert.equal(seen(), undefined);
  latency.received(tradeId(3));
  clock.advance(1_000);
  latency.received(tradeId(4));
  latency.received(tradeId(5));
  clock.advance(500);
  latency.landed(newRow(1, trades(3, 4)));
  assert.deepEqual(seen(), { count: 2, sum: 2, max: 1.5 });
  latency.landed(newRow(1, trades(3, 4)));
  clock.advance(500);
  latency.landed(newRow(1, trades(5, 5)));
  assert.deepEqual(seen(), { count: 3, sum: 3, max: 1.5 });
});
