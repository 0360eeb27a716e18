// Proves: the exposition has every metric with help, type and the label `lane`, in seconds and totals, and parses line by line; two
// relayers of one process share nothing; the process's memory is told.
// Does not prove: that a Prometheus reads it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExposedMetrics } from './exposition.ts';
import { COUNTER_HELP, exposedName, GAUGE_HELP, HISTOGRAM_HELP, LABELS } from './metrics.ts';

const SAMPLE =
  /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?(?:[\d.]+(?:e[+-]?\d+)?|Inf)|NaN|Nan|\+Inf)$/;

/** Sample values by name and labels, and the type of each metric. */
function parse(text: string) {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  assert.ok(text.endsWith('\n'));
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') helped.add(name);
    else if (kind === 'TYPE') types.set(name, rest);
    else {
      const [, metric = '', labels = '', value = ''] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
      assert.match(labels, /(^|,)lane="lane 1"(,|$)/);
      samples.set(`${metric}{${labels.replace(/,?lane="lane 1"/, '')}}`, Number(value));
    }
  }
  assert.deepEqual([...types.keys()].sort(), [...helped].sort());
  return { samples, types };
}

test('every metric is there from the start, with its type', async () => {
  const metrics = createExposedMetrics('lane 1');
  assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
  const { samples, types } = parse(await metrics.exposition());
  for (const [kind, table] of [
    ['counter', COUNTER_HELP],
    ['gauge', GAUGE_HELP],
  ] as const) {
    for (const name of Object.keys(table) as (keyof typeof table)[]) {
      const exposed = exposedName(name);
      assert.equal(types.get(exposed), kind);
      assert.equal(samples.get(`${exposed}{}`), LABELS[name] === undefined ? 0 : undefined);
      assert.equal(exposed.endsWith('_total'), kind === 'counter');
    }
  }
  for (const name of Object.keys(HISTOGRAM_HELP) as (keyof typeof HISTOGRAM_HELP)[]) {
    assert.equal(types.get(exposedName(name)), 'histogram');
    assert.match(exposedName(name), /_seconds$/);
  }
});

test('what is reported is what is told', async () => {
  const metrics = createExposedMetrics('lane 1');
  metrics.increment('trades_received');
  metrics.increment('trades_received', 4);
  metrics.increment('batches_settled_by_version', 1, { version: 2 });
  metrics.increment('batches_settled_by_version', 2, { version: 2 });
  metrics.set('info', 1, { release: '1.2.3', speaks: '2,1' });
  metrics.set('last_trade_id', 77);
  metrics.observe('batch_settle_seconds', 0.2);
  metrics.observe('batch_settle_seconds', 3);
  const { samples } = parse(await metrics.exposition());
  assert.equal(samples.get('lockstep_relayer_trades_received_total{}'), 5);
  assert.equal(samples.get('lockstep_relayer_last_trade_id{}'), 77);
  assert.equal(samples.get('lockstep_relayer_batches_settled_by_version_total{version="2"}'), 3);
  assert.equal(samples.get('lockstep_relayer_info{release="1.2.3",speaks="2,1"}'), 1);
  assert.ok((samples.get('process_start_time_seconds{}') ?? 0) > 1_700_000_000);
  assert.equal(samples.get('lockstep_relayer_batch_settle_seconds_bucket{le="0.25"}'), 1);
  assert.equal(samples.get('lockstep_relayer_batch_settle_seconds_bucket{le="+Inf"}'), 2);
  assert.equal(samples.get('lockstep_relayer_batch_settle_seconds_sum{}'), 3.2);
  assert.equal(samples.get('lockstep_relayer_batch_settle_seconds_count{}'), 2);
  assert.ok((samples.get('process_resident_memory_bytes{}') ?? 0) > 1_000_000);
});

test('two relayers of one process count apart', async () => {
  const [one, other] = [createExposedMetrics('lane 1'), createExposedMetrics('lane 1')];
  one.increment('batches_closed');
  const { samples } = parse(await other.exposition());
  assert.equal(samples.get('lockstep_relayer_batches_closed_total{}'), 0);
});
