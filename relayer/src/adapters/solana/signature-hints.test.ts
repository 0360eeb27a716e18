// Proves: a notification reaches who asked for that signature, once; nobody else, and nobody who stopped listening; a socket that is
// away is no error and is not tried again at once.
// Does not prove: that a node notifies; polling does not rest on it.
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { createSignatureHints, websocketUrlOf } from './signature-hints.ts';

const request = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()) });

/** A node that accepts subscriptions, numbers them from 100, and notifies when told. */
async function node() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const requests: z.output<typeof request>[] = [];
  const subscriptions = new Map<unknown, number>();
  server.on('connection', (socket) => {
    socket.on('message', (text) => {
      const asked = request.parse(JSON.parse(text.toString()));
      requests.push(asked);
      if (asked.method !== 'signatureSubscribe') return;
      subscriptions.set(asked.params[0], 100 + requests.length);
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: asked.id, result: 100 + requests.length }));
    });
  });
  const notify = (signature: string) => {
    const params = {
      subscription: subscriptions.get(signature),
      result: { context: { slot: 1 }, value: { err: null } },
    };
    for (const client of server.clients)
      client.send(JSON.stringify({ jsonrpc: '2.0', method: 'signatureNotification', params }));
  };
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, notify };
}
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}
const now = () => performance.now();

test('a notification reaches its listener once, and no other', async () => {
  const { url, requests, notify } = await node();
  const hints = createSignatureHints(url, 'confirmed', now);
  const seen: string[] = [];
  hints.listen('a', () => seen.push('a'));
  hints.listen('b', () => seen.push('b'));
  await until(() => requests.length === 2);
  assert.deepEqual(requests[0]?.params, ['a', { commitment: 'confirmed' }]);
  notify('b');
  notify('b');
  await until(() => seen.length > 0);
  notify('a');
  await until(() => seen.length > 1);
  hints.close();
  assert.deepEqual(seen, ['b', 'a']);
});

test('whoever stopped listening hears nothing, and the node is told', async () => {
  const { url, requests, notify } = await node();
  const hints = createSignatureHints(url, 'confirmed', now);
  const seen: string[] = [];
  const stop = hints.listen('a', () => seen.push('a'));
  await until(() => requests.length === 1);
  hints.listen('b', () => seen.push('b'));
  await until(() => requests.length === 2);
  stop();
  await until(() => requests.length === 3);
  assert.deepEqual(requests[2], { ...requests[2], method: 'signatureUnsubscribe', params: [101] });
  notify('a');
  notify('b');
  await until(() => seen.length > 0);
  hints.close();
  assert.deepEqual(seen, ['b']);
});

test('a socket that is away is no error, and is tried again later', async () => {
  let time = 0;
  const hints = createSignatureHints('ws://127.0.0.1:1', 'confirmed', () => time);
  hints.listen('a', () => assert.fail());
  await new Promise((resolve) => setTimeout(resolve, 50));
  hints.listen('b', () => assert.fail())();
  time = 5_000;
  hints.listen('c', () => assert.fail());
  hints.close();
});

test('the websocket is one port further when the port is named', () => {
  assert.equal(websocketUrlOf('http://127.0.0.1:8899'), 'ws://127.0.0.1:8900/');
  assert.equal(websocketUrlOf('https://node.example/key'), 'wss://node.example/key');
});
