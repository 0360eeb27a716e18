// Proves: the status adds up, waits end when their trade is settled, when the lane fails or when they are cut short, and the list of
// rejected trades is bounded.
// Does not prove: that the stages report; pipeline.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequence, tradeId } from '#client';
import { newRow } from '../domain/row.ts';
import type { Gauge } from '../ports.ts';
import { createMemoryMetrics } from '../testing/metrics.ts';
import { trades } from '../testing/trades.ts';
import { createProgress } from './progress.ts';

const make = () => {
  const metrics = createMemoryMetrics();
  return { metrics, progress: createProgress('lane', metrics) };
};
const cursor = (last: number) => ({ nextSequence: sequence(2), lastTradeId: tradeId(last) });
const rejection = (id: number) => ({ tradeId: tradeId(id), code: 'c', reason: 'r', advice: 'a' });

test('pending is what was received or recovered and has not landed', () => {
  const { progress, metrics } = make();
  progress.recovered(2);
  for (let at = 0; at < 3; at += 1) progress.received();
  progress.landed(newRow(1, trades(1, 4)), 10);
  assert.equal(progress.status().pending, 1);
  progress.reopened([newRow(1, trades(1, 4))]);
  assert.equal(progress.status().pending, 5);
  assert.equal(metrics.counters.get('trades_settled'), 4);
  assert.deepEqual(metrics.histograms.get('batch_settle_seconds'), { count: 1, sum: 0.01, max: 0.01 });
});

test('what holds a lane is shown as code and reason alone', () => {
  const { progress } = make();
  const held = { code: 'Paused', reason: 'r', kind: 'blocked' };
  progress.blocked(held);
  assert.deepEqual(progress.status().blocked, { code: 'Paused', reason: 'r' });
});

test('a running lane that something holds is blocked', () => {
  const { progress } = make();
  progress.state('running');
  progress.blocked({ code: 'Paused', reason: 'r' });
  assert.equal(progress.status().state, 'blocked');
  progress.blocked(undefined);
  assert.equal(progress.status().state, 'running');
  assert.equal(progress.status().blocked, undefined);
});

test('a stream that is held is told when no batch is', () => {
  const { progress, metrics } = make();
  progress.state('running');
  progress.streamBlocked({ code: 'GENERATION_INVALID', reason: 'r' });
  progress.blocked({ code: 'Paused', reason: 'r' });
  assert.equal(progress.status().blocked?.code, 'Paused');
  progress.blocked(undefined);
  assert.equal(progress.status().blocked?.code, 'GENERATION_INVALID');
  assert.equal(metrics.gauges.get('blocked'), 1);
  progress.streamBlocked(undefined);
  assert.equal(progress.status().state, 'running');
  assert.equal(metrics.gauges.get('blocked'), 0);
});

test('a wait ends with the cursor, or with finality when that is asked for', async () => {
  const { progress } = make();
  let final = false;
  const landed = progress.untilSettled(tradeId(5), {});
  const finalized = progress.untilSettled(tradeId(5), { finalized: true }).then(() => {
    final = true;
  });
  progress.cursor(cursor(5));
  await landed;
  assert.equal(final, false);
  progress.finalized([], tradeId(5));
  await finalized;
  await progress.untilSettled(tradeId(5), { finalized: true });
});

test('a wait rejects with what the lane failed with', async () => {
  const { progress } = make();
  const waiting = assert.rejects(progress.untilSettled(tradeId(5), {}), /halted/);
  progress.failed(new Error('halted'));
  await waiting;
  await assert.rejects(progress.untilSettled(tradeId(5), {}), /halted/);
});

test('a wait that is cut short rejects with its reason', async () => {
  const { progress } = make();
  const cut = new AbortController();
  const waiting = assert.rejects(progress.untilSettled(tradeId(5), { signal: cut.signal }), /cut/);
  cut.abort(new Error('cut'));
  await waiting;
  await assert.rejects(progress.untilSettled(tradeId(5), { signal: cut.signal }), /cut/);
});

test('only the newest rejected trades are shown, all are counted', () => {
  const { progress } = make();
  for (let id = 1; id <= 1_500; id += 1) progress.rejected(rejection(id));
  const { rejected, rejectedCount } = progress.status();
  assert.equal(rejectedCount, 1_500);
  assert.equal(rejected.length, 1_000);
  assert.equal(rejected.at(-1)?.tradeId, 1_500n);
});

test('the gauges follow the lane from one holder to the next', () => {
  const { progress, metrics } = make();
  const gauges = () =>
    ['lease_held', 'batches_open', 'batches_unfinalized'].map((name) => metrics.gauges.get(name as Gauge));
  progress.state('running');
  metrics.set('batches_open', 3);
  metrics.set('batches_unfinalized', 2);
  assert.deepEqual(gauges(), [1, 3, 2]);
  progress.state('waiting');
  assert.deepEqual(gauges(), [0, 0, 0]);
  progress.state('recovering');
  assert.deepEqual(gauges(), [1, 0, 0]);
  metrics.set('batches_open', 1);
  progress.state('halted');
  assert.deepEqual(gauges(), [0, 1, 0]);
});
