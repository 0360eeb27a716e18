// Proves: the example runs by itself to its end: two signed orders trade and settle, the feed tells it until it is final, a maintenance refuses an
// order with 503 and the next one afterwards is taken.
// Does not prove: what the gateway refuses (tests/gateway), or matching (feeder/src/orders).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToItsEnd } from './run.ts';

test('signed orders, the feed, a maintenance', async () => {
  const { signature, refused, ...rest } = await runToItsEnd('gateway-client', []);
  assert.match(`${signature}`, /^[1-9A-HJ-NP-Za-km-z]{86,88}$/);
  const { retryAfter, ...told } = refused as Readonly<Record<string, unknown>>;
  assert.deepEqual(told, { status: 503, code: 'MAINTENANCE' });
  assert.ok(Number(retryAfter) > 0);
  assert.deepEqual(rest, {
    ...{ bid: 'accepted', ask: 'filled', trades: ['1'], settled: 1, after: 'accepted' },
    stages: ['submitted', 'confirmed', 'finalized'],
  });
});
