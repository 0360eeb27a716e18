// Proves: a hint about a signature comes once, to who asked for it; one about an account comes with each change, and each time the node
// begins to tell; both are asked for at the lane's commitment.
// Does not prove: that a node notifies; polling does not rest on it. What a broken socket does is tried in subscriptions.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { until } from '../../../../tests/support/until.ts';
import { websocketNode } from '../../testing/websocket-node.ts';
import { systemClock } from '../system-clock.ts';
import { createHints } from './hints.ts';
import { createSubscriptions } from './subscriptions.ts';

async function hinted() {
  const node = await websocketNode();
  const hints = createHints(createSubscriptions(node.url, systemClock), 'confirmed');
  const seen: string[] = [];
  const see = (what: string) => () => seen.push(what);
  return { node, hints, seen, see };
}

test('a notification reaches its listener once, and no other', async () => {
  const { node, hints, seen, see } = await hinted();
  hints.signature('a', see('a'));
  hints.signature('b', see('b'));
  await until(() => node.requests.length === 2);
  assert.equal(node.requests[0]?.method, 'signatureSubscribe');
  assert.deepEqual(node.requests[0]?.params, ['a', { commitment: 'confirmed' }]);
  node.notify('signature', 'b');
  node.notify('signature', 'b');
  await until(() => seen.length > 0);
  node.notify('signature', 'a');
  await until(() => seen.length > 1);
  hints.close();
  assert.deepEqual(seen, ['b', 'a']);
});

test('whoever stopped listening hears nothing, and the node is told', async () => {
  const { node, hints, seen, see } = await hinted();
  const stop = hints.signature('a', see('a'));
  await until(() => node.requests.length === 1);
  hints.signature('b', see('b'));
  await until(() => node.requests.length === 2);
  stop();
  await until(() => node.requests.length === 3);
  assert.deepEqual(node.requests[2], { ...node.requests[2], method: 'signatureUnsubscribe', params: [100] });
  stop();
  node.notify('signature', 'a');
  node.notify('signature', 'b');
  await until(() => seen.length > 0);
  hints.close();
  assert.deepEqual(seen, ['b']);
  assert.equal(node.requests.length, 3);
});

test('an account is looked at when the node begins to tell, and with each change', async () => {
  const { node, hints, seen, see } = await hinted();
  const account = PublicKey.default;
  const stop = hints.account(account, see('look'));
  await until(() => seen.length === 1);
  assert.equal(node.requests[0]?.method, 'accountSubscribe');
  assert.deepEqual(node.requests[0]?.params, [account.toBase58(), { commitment: 'confirmed', encoding: 'base64' }]);
  node.notify('account', account.toBase58());
  node.notify('account', account.toBase58());
  await until(() => seen.length === 3);
  node.drop();
  await until(() => seen.length === 4);
  stop();
  await until(() => node.requests.at(-1)?.method === 'accountUnsubscribe');
  hints.close();
});
