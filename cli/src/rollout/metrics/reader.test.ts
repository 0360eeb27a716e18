/**
 * Proves: samples are taken from a relayer's exposition and from Prometheus' instant queries alike; several instances add up; what is
 * missing, of another lane, stale, an error or garbage is no sample.
 * Does not prove: that a real Prometheus scrapes; its answers here are as its HTTP API documents them.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { readExposition } from './exposition.ts';
import { fromPrometheus, fromRelayer } from './reader.ts';

const sampled = { lane: 'Market1', version: 2 };
const signal = new AbortController().signal;

const EXPOSITION = `# HELP process_start_time_seconds Start time.
# TYPE process_start_time_seconds gauge
process_start_time_seconds{lane="Market1"} 1763700000
lockstep_relayer_trades_settled_total{lane="Market1"} 1200
lockstep_relayer_trades_rejected_total{lane="Market1"} 3
lockstep_relayer_batches_settled_total{lane="Market1"} 40
lockstep_relayer_batches_settled_by_version_total{version="1",lane="Market1"} 30
lockstep_relayer_batches_settled_by_version_total{version="2",lane="Market1"} 10
lockstep_relayer_transactions_failed_total{lane="Market1"} 1
lockstep_relayer_blocked{lane="Market1"} 0
lockstep_relayer_trade_latency_seconds_bucket{le="0.5",lane="Market1"} 1000
lockstep_relayer_trade_latency_seconds_bucket{le="+Inf",lane="Market1"} 1200
`;

async function serve(t: TestContext, answer: (url: URL) => string | undefined): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const body = answer(new URL(request.url ?? '/', 'http://here'));
    response.writeHead(body === undefined ? 500 : 200).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a sample from the relayer itself', async (t) => {
  const url = await serve(t, ({ pathname }) => (pathname === '/metrics' ? EXPOSITION : undefined));
  const { atMs: _, ...sample } = (await fromRelayer(url, sampled)(signal)) ?? { atMs: 0 };
  assert.deepEqual(sample, {
    ...{ identity: '@1763700000', tradesSettled: 1_200, tradesRejected: 3, batchesSettled: 40, batchesOfVersion: 10 },
    ...{ attemptsFailed: 1, isBlocked: false },
    latency: [
      { atMostSeconds: 0.5, count: 1_000 },
      { atMostSeconds: Number.POSITIVE_INFINITY, count: 1_200 },
    ],
  });
});

const vectorOf = (text: string, instance: string) =>
  readExposition(text).map(({ name, labels, value }) => ({
    metric: { __name__: name, ...labels, instance },
    value: [1_763_700_100, `${value}`.replace('Infinity', '+Inf')],
  }));

const answerOf = (result: unknown[]) => JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
const isAge = (url: URL) => url.searchParams.get('query')?.startsWith('time()') === true;

test('a sample from Prometheus adds up what two instances counted', async (t) => {
  const series = [...vectorOf(EXPOSITION, 'a:9100'), ...vectorOf(EXPOSITION, 'b:9100')];
  const url = await serve(t, (query) => answerOf(isAge(query) ? [{ metric: {}, value: [1, '12.5'] }] : series));
  const sample = await fromPrometheus(`${url}/prometheus`, sampled)(signal);
  assert.equal(sample?.tradesSettled, 2_400);
  assert.equal(sample?.batchesOfVersion, 20);
  assert.equal(sample?.identity, 'a:9100@1763700000 b:9100@1763700000');
  assert.equal(sample?.latency.at(-1)?.count, 2_400);
});

test('a Prometheus that has not scraped lately, answers an error or nonsense gives no sample', async (t) => {
  const fresh = answerOf(vectorOf(EXPOSITION, 'a:9100'));
  const age = (seconds: string) => answerOf([{ metric: {}, value: [1, seconds] }]);
  const answers: readonly ((url: URL) => string | undefined)[] = [
    (url) => (isAge(url) ? age('61') : fresh),
    (url) => (isAge(url) ? answerOf([]) : fresh),
    (url) => (isAge(url) ? age('NaN') : fresh),
    (url) => (isAge(url) ? age('1') : JSON.stringify({ status: 'error', error: 'no' })),
    (url) => (isAge(url) ? age('1') : '<html>'),
    () => undefined,
  ];
  for (const answer of answers) {
    const url = await serve(t, answer);
    assert.equal(await fromPrometheus(url, sampled)(signal), undefined);
  }
});

test('without one of the metrics there is no sample', async (t) => {
  const names = [
    'process_start_time',
    'trades_settled',
    'trades_rejected',
    'batches_settled_total',
    'failed',
    'blocked',
  ];
  for (const missing of [...names, '+Inf', 'lane="Market1"']) {
    const text = EXPOSITION.split('\n')
      .filter((line) => !line.includes(missing))
      .join('\n');
    const url = await serve(t, () => text);
    assert.equal(await fromRelayer(url, sampled)(signal), undefined, missing);
  }
});

test('a relayer that is not there gives no sample, and an operator who stops is heard', async (t) => {
  const url = await serve(t, () => undefined);
  assert.equal(await fromRelayer(url, sampled)(signal), undefined);
  const reason = new Error('stopped');
  await assert.rejects(fromRelayer(url, sampled)(AbortSignal.abort(reason)), reason);
});

test('an exposition is read with escapes, timestamps and special numbers', () => {
  const text = 'a{x="1\\"2\\n\\\\",y=""} +Inf 1700000000000\nb 2e3\n# c 1\nnonsense\nd{} NaN\n';
  assert.deepEqual(readExposition(text), [
    { name: 'a', labels: { x: '1"2\n\\', y: '' }, value: Number.POSITIVE_INFINITY },
    { name: 'b', labels: {}, value: 2_000 },
    { name: 'd', labels: {}, value: Number.NaN },
  ]);
});
