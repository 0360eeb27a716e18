/**
 * Proves: each kind of fault does what it says, to calls and to notifications, as often as planned and no longer.
 * Does not prove: anything about what clients make of them.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type Fault, FaultPlan, type FaultSubject, type Json } from '#localnet';
import { until } from '../../support/until.ts';
import { post, refused, result, rpc } from '../rpc.ts';
import { base64 } from '../wallet.ts';
import { setUp } from './setup.ts';

const options = { encoding: 'base64', preflightCommitment: 'processed' };

test('a dropped request is not carried out and not answered', async (t) => {
  const faults = new FaultPlan();
  const { node, pay, recipient } = await setUp(t, { faults });
  faults.set('sendTransaction', { kind: 'drop-request' }, 1);
  const transaction = base64(await pay(1_000_000));
  await assert.rejects(rpc(node.rpcUrl, 'sendTransaction', [transaction, options]), /fetch failed/);
  assert.equal(node.getAccount(recipient), undefined);
  await result(node.rpcUrl, 'sendTransaction', [transaction, options]);
  assert.equal(node.getAccount(recipient)?.lamports, 1_000_000n);
});

test('a dropped answer leaves the call carried out', async (t) => {
  const faults = new FaultPlan();
  const { node, pay, recipient } = await setUp(t, { faults });
  faults.set('sendTransaction', { kind: 'drop-answer' }, 1);
  const transaction = base64(await pay(1_000_000));
  await assert.rejects(rpc(node.rpcUrl, 'sendTransaction', [transaction, options]), /fetch failed/);
  assert.equal(node.getAccount(recipient)?.lamports, 1_000_000n);
});

for (const kind of ['drop-request', 'drop-answer'] as const) {
  test(`${kind} closes the connection without a byte`, { timeout: 30_000 }, async (t) => {
    const faults = new FaultPlan();
    const { node } = await setUp(t, { faults });
    faults.set('getSlot', { kind }, 1);
    const { hostname, port } = new URL(node.rpcUrl);
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getSlot' });
    const head = ['POST / HTTP/1.1', 'host: node', 'content-type: application/json', `content-length: ${body.length}`];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    await once(socket, 'close');
    assert.equal(Buffer.concat(received).length, 0);
  });
}

test('a delayed call is carried out later', async (t) => {
  const plan = new FaultPlan();
  const arrived: string[] = [];
  const faultFor = (subject: FaultSubject) => {
    arrived.push(subject.method);
    return plan.faultFor(subject);
  };
  const { node } = await setUp(t, { faults: { faultFor } });
  // Longer than any pause of the machine between the call's arrival and the slots below.
  plan.set('getSlot', { kind: 'delay', ms: 2_000 }, 1);
  const slow = rpc(node.rpcUrl, 'getSlot', [{ commitment: 'processed' }]);
  await until(() => arrived.includes('getSlot'));
  const before = node.slot;
  node.advanceSlots(5);
  assert.equal(Number((await slow).result), Number(before) + 5);
});

test('a call fails with the error that was planned', async (t) => {
  const faults = new FaultPlan();
  const { node } = await setUp(t, { faults });
  faults.set('getSlot', {
    kind: 'error',
    code: -32005,
    message: 'Node is behind by 42 slots',
    data: { numSlotsBehind: 42 },
  });
  for (let n = 0; n < 2; n += 1) {
    const data = await refused(node.rpcUrl, 'getSlot', [], -32005, /behind by 42/);
    assert.deepEqual(data, { numSlotsBehind: 42 });
  }
  faults.clear('getSlot');
  await result(node.rpcUrl, 'getSlot');
});

test('a call is answered with null, or anything else, without being carried out', async (t) => {
  const faults = new FaultPlan();
  const { node, connection, pay, recipient } = await setUp(t, { faults });
  faults.set('getSignatureStatuses', { kind: 'answer', result: { context: { slot: 1 }, value: [null] } });
  faults.set('sendTransaction', { kind: 'answer', result: 'lost' }, 1);
  assert.equal(await result(node.rpcUrl, 'sendTransaction', [base64(await pay(1_000_000)), options]), 'lost');
  assert.equal(node.getAccount(recipient), undefined);
  const signature = await connection.sendTransaction(await pay(1_000_000));
  assert.equal((await connection.getSignatureStatus(signature)).value, null);
  faults.set('getTransaction', { kind: 'answer', result: null });
  assert.equal(await result(node.rpcUrl, 'getTransaction', [signature]), null);
  faults.clear();
  assert.notEqual((await connection.getSignatureStatus(signature)).value, null);
});

test('a lie is made from the truth', async (t) => {
  const faults = new FaultPlan();
  const { node, connection } = await setUp(t, { faults });
  faults.set('getBlockHeight', { kind: 'lie', rewrite: (truth) => Number(truth) - 100 });
  node.advanceSlots(200);
  assert.equal(await connection.getBlockHeight(), Number(node.slot) - 100);
});

test('in a batch a dropped call takes the whole answer with it', async (t) => {
  const faults = new FaultPlan();
  const { node } = await setUp(t, { faults });
  faults.set('getSlot', { kind: 'drop-answer' }, 1);
  const batch = ['getHealth', 'getSlot'].map((method, id) => ({ jsonrpc: '2.0', id, method }));
  await assert.rejects(post(node.rpcUrl, JSON.stringify(batch)), /fetch failed/);
  assert.equal(JSON.parse(await post(node.rpcUrl, JSON.stringify(batch))).length, 2);
});

test('notifications can be lost, late or wrong', async (t) => {
  const faults = new FaultPlan();
  const { node, connection, payer } = await setUp(t, { faults });
  const seen: number[] = [];
  const id = connection.onAccountChange(payer.publicKey, ({ lamports }) => seen.push(lamports));
  await until(() => node.subscriptionCount === 1);
  const write = (lamports: number) => {
    const account = node.getAccount(payer.publicKey);
    assert.ok(account);
    node.setAccount({ ...account, address: payer.publicKey, lamports: BigInt(lamports) });
  };
  faults.set('accountNotification', { kind: 'drop-answer' }, 1);
  write(1);
  write(2);
  await until(() => seen.length === 1);
  assert.deepEqual(seen, [2]);
  faults.set('accountNotification', { kind: 'delay', ms: 50 }, 1);
  write(3);
  write(4);
  await until(() => seen.length === 3);
  assert.deepEqual(seen, [2, 4, 3]);
  const rewrite = (truth: Json) => ({ ...Object(truth), value: { ...Object(truth).value, lamports: 77 } });
  faults.set('accountNotification', { kind: 'lie', rewrite }, 1);
  write(5);
  await until(() => seen.length === 4);
  assert.equal(seen[3], 77);
  // web3.js tries to reach a node that is gone for as long as it holds a subscription.
  await connection.removeAccountChangeListener(id);
});

test('every call is shown to the hook with its parameters and transport', async (t) => {
  const subjects: FaultSubject[] = [];
  const faults = {
    faultFor: (subject: FaultSubject): Fault | undefined => {
      subjects.push(subject);
      return undefined;
    },
  };
  const { node, connection } = await setUp(t, { faults });
  subjects.length = 0;
  await connection.getSlot('confirmed');
  assert.deepEqual(subjects, [{ method: 'getSlot', params: [{ commitment: 'confirmed' }], transport: 'http' }]);
  const id = connection.onSlotChange(() => {});
  await until(() => node.subscriptionCount === 1);
  node.advanceSlots(1);
  const methods = subjects.slice(1).map(({ method, transport }) => `${transport} ${method}`);
  assert.deepEqual(methods, ['websocket slotSubscribe', 'websocket slotNotification']);
  await connection.removeSlotChangeListener(id);
});
