/**
 * Proves: what the node remembers is bounded by its limits, older history is answered as cleaned up, and time passing
 * does not grow the heap.
 * Does not prove: a bound on accounts, which are the chain's state and grow with what is written.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { refused, result } from '../rpc.ts';
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
