/**
 * Proves: what the node remembers and answers is bounded by its limits, older history is answered as cleaned up, and time passing
 * does not grow the heap.
 * Does not prove: a bound on accounts, which are the chain's state and grow with what is written.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { post, refused, result, rpc } from '../rpc.ts';
import { setUp } from './setup.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

test('only the newest transactions are found, and forgotten ones leave no trace', async (t) => {
  const { node, connection, recipient } = await setUp(t, { limits: { transactions: 50 } });
  const signatures: string[] = [];
  for (let n = 0; n < 120; n += 1) {
    signatures.push(node.airdrop(recipient, 1_000_000n));
    node.advanceSlots(3);
  }
  node.advanceSlots(301);
  const list = await connection.getSignaturesForAddress(recipient, {}, 'confirmed');
  assert.deepEqual(
    list.map(({ signature }) => signature),
    signatures.slice(-50).reverse(),
  );
  const [forgotten = ''] = signatures;
  assert.equal(await result(node.rpcUrl, 'getTransaction', [forgotten]), null);
  const search = { searchTransactionHistory: true };
  assert.equal((await connection.getSignatureStatus(forgotten, search)).value, null);
});

test('a block whose transactions are forgotten counts as cleaned up', async (t) => {
  const { node, recipient } = await setUp(t, { limits: { transactions: 10 } });
  const slot = Number(node.slot);
  for (let n = 0; n < 20; n += 1) node.airdrop(recipient, 1_000_000n);
  node.advanceSlots(40);
  await refused(node.rpcUrl, 'getBlock', [slot], -32001, /^Block \d+ cleaned up/);
  const block = await result(node.rpcUrl, 'getBlock', [slot, { transactionDetails: 'signatures' }]);
  assert.ok(JSON.stringify(block?.signatures).length > 20 * 80);
});

test('only the newest blocks are found', async (t) => {
  const { node, connection } = await setUp(t, { limits: { blocks: 100 } });
  node.advanceSlots(500);
  const first = await connection.getFirstAvailableBlock();
  assert.equal(first, Number(node.slot) - 100);
  await refused(node.rpcUrl, 'getBlock', [first - 1], -32001, /First available block/);
  assert.equal((await connection.getBlocks(0, first + 1, 'finalized')).length, 2);
  assert.notEqual(await connection.getBlockTime(first), null);
});

test("a batch's answer is bounded", async (t) => {
  const { node, recipient } = await setUp(t);
  const large = { lamports: 10n ** 12n, owner: '1'.repeat(32), executable: false, data: new Uint8Array(10_000_000) };
  node.setAccount({ ...large, address: recipient });
  const read = { method: 'getAccountInfo', params: [recipient.toBase58(), { encoding: 'base64' }] };
  const batch = (count: number) =>
    post(node.rpcUrl, JSON.stringify(Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, ...read }))));
  assert.equal(JSON.parse(await batch(2)).length, 2);
  assert.deepEqual(JSON.parse(await batch(300)), {
    jsonrpc: '2.0',
    error: { code: -32005, message: "The batch's answer is larger than 33554432 bytes" },
    id: null,
  });
});

test('between the calls of a batch others have their turn', async (t) => {
  const turns: number[] = [];
  let calls = 0;
  const faultFor = () => {
    calls += 1;
    setImmediate(() => turns.push(calls));
    return undefined;
  };
  const { node } = await setUp(t, { faults: { faultFor } });
  const batch = Array.from({ length: 5 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'getHealth' }));
  assert.equal(JSON.parse(await post(node.rpcUrl, JSON.stringify(batch))).length, 5);
  assert.deepEqual(turns, [1, 2, 3, 4, 5]);
});

test('parameters nested too deep are invalid, whatever method is asked', async (t) => {
  const { node } = await setUp(t);
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  for (const method of ['getSlot', 'getHealth', 'getBalance', 'getAccountInfo', 'simulateTransaction']) {
    const body = `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${nested(20_000)}}`;
    const { error } = JSON.parse(await post(node.rpcUrl, body));
    assert.deepEqual([error.code, error.message], [-32602, '`params` are nested deeper than 128']);
  }
  const { error } = await rpc(node.rpcUrl, 'getBalance', JSON.parse(nested(127)));
  assert.equal(error?.code, -32602);
  assert.match(error?.message ?? '', /invalid type/);
});

test('what nobody can write to gets no airdrop, and is told so', async (t) => {
  const { node } = await setUp(t);
  for (const address of ['1'.repeat(32), 'SysvarC1ock11111111111111111111111111111111']) {
    assert.throws(() => node.airdrop(address, 1_000_000_000n), { code: 'ADDRESS_INVALID' });
    await refused(node.rpcUrl, 'requestAirdrop', [address, 1_000_000_000], -32602, /can't be given lamports/);
  }
});

test('slots and transactions without end do not grow the heap', async (t) => {
  const { node, recipient } = await setUp(t, { limits: { transactions: 200, blocks: 200 } });
  const round = () => {
    for (let n = 0; n < 400; n += 1) {
      node.airdrop(recipient, 1_000_000n);
      node.advanceSlots(1);
    }
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  round();
  round();
  const before = round();
  const after = round();
  assert.ok(after < before * 1.25, `heap grew from ${before} to ${after} bytes`);
});
