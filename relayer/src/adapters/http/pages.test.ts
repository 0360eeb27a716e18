// Proves: what /status shows: every field of the lane's status, u64 as decimal text, secrets in reasons blanked; /metrics is there
// when there is something to show; /live and /ready are 200 or 503 with what they found.
// Does not prove: transport (server.test.ts), a real lane (tests/relayer/http.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequence, tradeId } from '#client';
import { createExposedMetrics } from '../../observe/exposition.ts';
import { createProgress } from '../../observe/progress.ts';
import type { Readiness } from '../../observe/readiness.ts';
import { createMemoryMetrics } from '../../testing/metrics.ts';
import { trade } from '../../testing/trades.ts';
import type { PagesDeps } from './pages.ts';
import { observationPages } from './pages.ts';

const facts = { pid: 7, startedAt: '2026-01-01T00:00:00.000Z', release: '1.2.3', speaks: [2, 1] };
const ready: Readiness = { ready: true, state: 'waiting', redis: { ok: true }, rpc: { ok: true, slot: 5n } };
const nothingStuck: PagesDeps['stuck'] = () => undefined;
const rest = { metrics: undefined, stuck: nothingStuck, readiness: async () => ready };
const LAST = 2n ** 64n - 1n;

test('/status is the status of the lane, as JSON', async () => {
  const progress = createProgress('lane', createMemoryMetrics());
  progress.state('running');
  progress.cursor({ nextSequence: sequence(9), lastTradeId: tradeId(LAST) });
  const wish = { request: 'r', maxVersion: 1, asV1To: tradeId(LAST), by: 'ops', reason: 'rollback' };
  progress.control({ control: wish, ignored: 'x' });
  progress.outbox(() => ({ 1: 3, 2: 4 }));
  progress.blocked({ code: 'RPC_UNAVAILABLE', reason: 'no http://me:pw@host, nor S3CRET' });
  progress.rejected({ tradeId: tradeId(5), code: 'c', reason: 'r', advice: 'a', trade: trade(5) });
  const pages = observationPages({ facts, status: progress.status, secrets: ['S3CRET'], ...rest });
  const page = await pages['/status']?.();
  assert.equal(page?.status, 200);
  assert.equal(page?.type, 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(page?.body ?? ''), {
    ...facts,
    lane: 'lane',
    state: 'blocked',
    ...{ received: 0, decoded: 0, batched: 0, submitted: 0, confirmed: 0, finalized: 0, batches: 0 },
    lastTradeId: LAST.toString(),
    nextSequence: '9',
    rejected: [
      {
        tradeId: '5',
        code: 'c',
        reason: 'r',
        advice: 'a',
        trade: { tradeId: '5', buyer: 1, seller: 2, price: '100', quantity: '5', takerIsBuyer: true },
      },
    ],
    rejectedCount: 1,
    pending: 0,
    control: { request: 'r', maxVersion: 1, asV1To: LAST.toString(), ignored: 'x' },
    rowsByVersion: { 1: 3, 2: 4 },
    blocked: { code: 'RPC_UNAVAILABLE', reason: 'no http://***@host, nor ***' },
  });
});

test('/metrics is the exposition, and not there without one', async () => {
  const progress = createProgress('lane', createMemoryMetrics());
  const shown = { facts, status: progress.status, secrets: [], ...rest };
  const page = await observationPages({ ...shown, metrics: createExposedMetrics('lane') })['/metrics']?.();
  assert.match(page?.type ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(page?.body ?? '', /^lockstep_relayer_lease_held\{lane="lane"\} 0$/m);
  assert.equal(observationPages({ ...shown, metrics: undefined })['/metrics'], undefined);
});

test('/live and /ready answer with what was found', async () => {
  const { status } = createProgress('lane', createMemoryMetrics());
  const asked = async (path: string, deps: Partial<typeof rest>) => {
    const page = await observationPages({ facts, status, secrets: ['S3CRET'], ...rest, ...deps })[path]?.();
    return [page?.status, JSON.parse(page?.body ?? '')];
  };
  assert.deepEqual(await asked('/live', {}), [200, { live: true }]);
  const found = { loop: 'intake', silentMs: 31_000 };
  assert.deepEqual(await asked('/live', { stuck: () => found }), [503, { live: false, ...found }]);
  assert.deepEqual(await asked('/ready', {}), [200, { ...ready, rpc: { ok: true, slot: '5' } }]);
  const down: Readiness = { ...ready, ready: false, reason: 'r', redis: { ok: false, reason: 'AUTH S3CRET' } };
  const answer = await asked('/ready', { readiness: async () => down });
  assert.deepEqual(answer, [503, { ...down, redis: { ok: false, reason: 'AUTH ***' }, rpc: { ok: true, slot: '5' } }]);
});
