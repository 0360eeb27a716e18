// Proves: where a node's websocket is looked for when nobody says.
// Does not prove: that a provider keeps to it; then it has to be named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { websocketUrlOf } from './websocket-url.ts';

test('the websocket is one port further when the port is named', () => {
  assert.equal(websocketUrlOf('http://127.0.0.1:8899'), 'ws://127.0.0.1:8900/');
  assert.equal(websocketUrlOf('https://node.example/key'), 'wss://node.example/key');
});
