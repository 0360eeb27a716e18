// Proves: a socket that is away, breaks, hangs, talks nonsense or too much is no error; it is opened again, later each time, as long as
// somebody listens, and asked again for what is listened to; what nobody listens to any more is ended at the node.
// Does not prove: how long that takes: time is the test's here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../../tests/support/until.ts';
import { aborted } from '../../domain/aborted.ts';
import type { Clock } from '../../ports.ts';
import { websocketNode } from '../../testing/websocket-node.ts';
import { createSubscriptions } from './subscriptions.ts';

/** Between two pings, in milliseconds; no wait before an opening is as long. */
const PING_MS = 15_000;

/** Waits before an opening end at once and are written down; time between pings passes when the test says so. */
function testClock() {
  const waits: number[] = [];
  let pings: (() => void)[] = [];
  const clock: Clock = {
    now: () => performance.now(),
    async sleep(ms, signal) {
      signal.throwIfAborted();
      if (ms !== PING_MS) return void waits.push(ms);
      const due = new Promise<void>((resolve) => pings.push(resolve));
      await Promise.race([due, aborted(signal).then(() => Promise.reject(signal.reason))]);
    },
  };
  const passPing = () => {
    const due = pings;
    pings = [];
    for (const wake of due) wake();
    return due.length > 0;
  };
  return { clock, waits, passPing };
}

async function listening(options: { readonly autoPong?: boolean } = {}) {
  const node = await websocketNode(options);
  const { clock, waits, passPing } = testClock();
  const subscriptions = createSubscriptions(node.url, clock);
  const heard = { notified: 0, subscribed: 0 };
  const listener = {
    onNotified() {
      heard.notified += 1;
    },
    onSubscribed() {
      heard.subscribed += 1;
    },
  };
  const listen = (subject = 'config') => subscriptions.subscribe('account', [subject], listener);
  const unsubscribed = () => node.requests.filter((one) => one.method === 'accountUnsubscribe');
  return { node, waits, passPing, subscriptions, heard, listen, unsubscribed };
}

const DOUBLING = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];

test('a node that is away is asked later each time, and soon again once it has answered', async () => {
  const { node, waits, subscriptions, heard, listen } = await listening();
  const port = Number(new URL(node.url).port);
  await node.close();
  listen();
  await until(() => waits.length >= DOUBLING.length);
  const back = await websocketNode({ port });
  await until(() => heard.subscribed === 1);
  assert.deepEqual(waits.slice(0, DOUBLING.length), DOUBLING);
  const before = waits.length;
  back.drop();
  await until(() => heard.subscribed === 2);
  subscriptions.close();
  assert.deepEqual(waits.slice(before), [500]);
});

test('a node that takes connections only to break them is no better than one that is away', async () => {
  const { node, waits, subscriptions, listen } = await listening();
  node.greet = (socket) => socket.terminate();
  listen();
  await until(() => waits.length >= DOUBLING.length);
  subscriptions.close();
  assert.deepEqual(waits.slice(0, DOUBLING.length), DOUBLING);
});

test('after a break everything that is listened to is asked for again, and nothing else', async () => {
  const { node, subscriptions, heard, listen } = await listening();
  listen('a');
  const stop = listen('b');
  await until(() => heard.subscribed === 2);
  stop();
  node.drop();
  await until(() => heard.subscribed === 3);
  node.notify('account', 'a');
  await until(() => heard.notified === 1);
  subscriptions.close();
  const asked = node.requests.filter((one) => one.method === 'accountSubscribe').map((one) => one.params[0]);
  assert.deepEqual(asked, ['a', 'b', 'a']);
});

test('a node that does not even answer a ping is hung up on', async () => {
  const { node, passPing, subscriptions, heard, listen } = await listening({ autoPong: false });
  listen();
  await until(() => heard.subscribed === 1);
  await until(() => passPing() && node.connections() === 1);
  await until(() => passPing() || heard.subscribed === 2);
  await until(() => heard.subscribed === 2);
  subscriptions.close();
  assert.equal(node.connections(), 2);
});

test('one that answers pings and says nothing else is kept', async () => {
  const { node, passPing, subscriptions, heard, listen } = await listening();
  let pings = 0;
  node.greet = (socket) =>
    socket.on('ping', () => {
      pings += 1;
    });
  listen();
  await until(() => heard.subscribed === 1);
  for (const count of [1, 2, 3]) {
    await until(() => pings === count);
    // A round trip: the pong before it has arrived.
    node.notify('account', 'config');
    await until(() => heard.notified === count);
    assert.ok(passPing());
  }
  subscriptions.close();
  assert.equal(node.connections(), 1);
});

test('nonsense is passed over', async () => {
  const { node, subscriptions, heard, listen } = await listening();
  listen();
  await until(() => heard.subscribed === 1);
  const nonsense: readonly unknown[] = [
    null,
    7,
    [],
    'text',
    {},
    { id: 'x', result: 1 },
    { id: 999, result: 1 },
    { id: 999, error: { code: -32_600, message: 'no' } },
    { method: 'accountNotification' },
    { method: 'accountNotification', params: { subscription: 'x' } },
    { method: 'accountNotification', params: { subscription: 4_711 } },
    { method: 'signatureNotification', params: { subscription: 100 } },
  ];
  for (const one of nonsense) node.say(JSON.stringify(one));
  for (const text of ['', '{', 'null}', '\u0000']) node.say(text);
  node.say(Uint8Array.of(0xff, 0x00, 0xfe));
  node.notify('account', 'config');
  await until(() => heard.notified === 1);
  subscriptions.close();
  assert.deepEqual([heard, node.connections()], [{ notified: 1, subscribed: 1 }, 1]);
});

test('a message beyond all measure breaks the socket, and it is opened again', async () => {
  const { node, subscriptions, heard, listen } = await listening();
  listen();
  await until(() => heard.subscribed === 1);
  node.say('x'.repeat(2 * 1_048_576));
  await until(() => heard.subscribed === 2);
  subscriptions.close();
});

test('a flood is heard as it is; how often that is worth a look is not decided here', async () => {
  const { node, subscriptions, heard, listen } = await listening();
  listen();
  await until(() => heard.subscribed === 1);
  for (let one = 0; one < 5_000; one += 1) node.notify('account', 'config');
  await until(() => heard.notified === 5_000);
  subscriptions.close();
});

test('a subscription that is refused is asked for again only after a break', async () => {
  const { node, subscriptions, heard, listen } = await listening();
  node.answer = ({ id }) => ({ id, error: { code: -32_601, message: 'Method not found' } });
  const stop = listen('refused');
  await until(() => node.requests.length === 1);
  stop();
  node.answer = ({ id }) => ({ id, result: 7 });
  listen();
  await until(() => heard.subscribed === 1);
  node.drop();
  await until(() => heard.subscribed === 2);
  subscriptions.close();
  assert.deepEqual(
    node.requests.map((one) => one.params[0]),
    ['refused', 'config', 'config'],
  );
});

test('stopped before the node gave a number: ended when it does', async () => {
  const { subscriptions, heard, listen, unsubscribed } = await listening();
  listen('first');
  await until(() => heard.subscribed === 1);
  listen('early')();
  await until(() => unsubscribed().length === 1);
  subscriptions.close();
  assert.deepEqual(unsubscribed()[0]?.params, [101]);
  assert.equal(heard.subscribed, 1);
});

test('an equal subscription that is still wanted is not ended with it', async () => {
  const { node, subscriptions, heard, listen, unsubscribed } = await listening();
  node.answer = ({ id }) => ({ id, result: 7 });
  const stop = listen();
  const stopOther = listen();
  await until(() => heard.subscribed === 2);
  stop();
  assert.deepEqual(unsubscribed(), []);
  stopOther();
  await until(() => unsubscribed().length === 1);
  subscriptions.close();
});

test('a node that answers nothing is hung up on before what it owes piles up', async () => {
  const { node, subscriptions, heard, listen } = await listening();
  listen('open');
  await until(() => heard.subscribed === 1);
  node.answer = () => undefined;
  for (let one = 0; one < 65; one += 1) listen(`unanswered ${one}`)();
  await until(() => node.connections() === 2);
  subscriptions.close();
});

test('nobody listens: nothing is opened, nor opened again', async () => {
  const { node, waits, subscriptions, heard, listen } = await listening();
  assert.equal(node.connections(), 0);
  const stop = listen();
  await until(() => heard.subscribed === 1);
  stop();
  node.drop();
  await until(() => waits.length === 1);
  listen();
  await until(() => heard.subscribed === 2);
  subscriptions.close();
  listen();
  assert.equal(node.connections(), 2);
});
