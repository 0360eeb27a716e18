/**
 * Proves: tests own the time. Slots, commitments, blockhash expiry (150 / 151 blocks), replays after 1,000 other
 * transactions, warps and the clock sysvar follow `advanceSlots`, `warpToSlot` and `expireBlockhashes` exactly.
 * Does not prove: anything about the timer of a node that makes slots by itself.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey, SYSVAR_CLOCK_PUBKEY } from '@solana/web3.js';
import { toBase58 } from '../encoding.ts';
import { refused, result } from '../rpc.ts';
import { setUp } from './setup.ts';

const SLOT_HASHES = new PublicKey('SysvarS1otHashes111111111111111111111111111');

test('time stands still until it is moved', async (t) => {
  const { node, connection } = await setUp(t);
  const slot = node.slot;
  assert.equal(await connection.getSlot(), Number(slot));
  node.advanceSlots(7);
  assert.equal(node.slot, slot + 7n);
  assert.deepEqual(
    await Promise.all((['processed', 'confirmed', 'finalized'] as const).map((it) => connection.getSlot(it))),
    [Number(slot) + 7, Number(slot) + 6, 0],
  );
});

test('a transaction is processed at once, confirmed after its slot, finalised 32 slots later', async (t) => {
  const { node, connection, pay } = await setUp(t);
  const signature = await connection.sendTransaction(await pay(1_000_000));
  const status = async () => (await connection.getSignatureStatus(signature)).value;
  const found = async (commitment: 'confirmed' | 'finalized') =>
    (await connection.getTransaction(signature, { commitment, maxSupportedTransactionVersion: 0 })) !== null;
  assert.deepEqual([(await status())?.confirmationStatus, (await status())?.confirmations], ['processed', 0]);
  assert.equal(await found('confirmed'), false);
  node.advanceSlots(1);
  assert.deepEqual([(await status())?.confirmationStatus, (await status())?.confirmations], ['confirmed', 1]);
  assert.deepEqual([await found('confirmed'), await found('finalized')], [true, false]);
  node.advanceSlots(30);
  assert.equal((await status())?.confirmationStatus, 'confirmed');
  node.advanceSlots(1);
  assert.deepEqual([(await status())?.confirmationStatus, (await status())?.confirmations], ['finalized', null]);
  assert.equal(await found('finalized'), true);
});

test('how long finality takes can be chosen', async (t) => {
  const { node, connection } = await setUp(t, { finalizedAfterSlots: 3 });
  node.advanceSlots(10);
  assert.equal(await connection.getSlot('finalized'), Number(node.slot) - 3);
});

test('a blockhash is accepted for 150 blocks and not found at block 151', async (t) => {
  const { node, connection, pay, send } = await setUp(t);
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
  node.advanceSlots(150);
  assert.equal(await connection.getBlockHeight(), lastValidBlockHeight);
  assert.equal(await send(await pay(1_000_001, blockhash)), null);
  const tooLate = await pay(1_000_002, blockhash);
  node.advanceSlots(1);
  assert.equal((await connection.isBlockhashValid(blockhash)).value, false);
  assert.equal(await send(tooLate), 'BlockhashNotFound');
  assert.equal(await send(await pay(1_000_002)), null);
});

test('an old transaction without preflight is dropped without a word', async (t) => {
  const { node, connection, pay, recipient } = await setUp(t);
  const late = await pay(1_000_000);
  node.advanceSlots(151);
  const signature = await connection.sendTransaction(late, { skipPreflight: true });
  assert.equal(signature, toBase58(late.signatures[0] ?? new Uint8Array()));
  assert.equal((await connection.getSignatureStatus(signature, { searchTransactionHistory: true })).value, null);
  assert.equal(node.getAccount(recipient), undefined);
});

test('a replay is refused after a thousand other transactions, in one block and over many', async (t) => {
  const { node, connection, pay, send, recipient } = await setUp(t);
  const { blockhash } = await connection.getLatestBlockhash();
  const first = await pay(1_000_000, blockhash);
  assert.equal(await send(first), null);
  for (let n = 1; n <= 1_000; n += 1) node.airdrop(recipient, 1_000_000n);
  assert.equal(await send(first), 'AlreadyProcessed');
  node.advanceSlots(150);
  assert.equal(await send(first), 'AlreadyProcessed');
  node.advanceSlots(1);
  assert.equal(await send(first), 'BlockhashNotFound');
  assert.equal(node.getAccount(recipient)?.lamports, 1_001_000_000n);
});

test('blockhashes can be made to expire', async (t) => {
  const { node, connection, pay, send } = await setUp(t);
  const old = await pay(1_000_000);
  const height = await connection.getBlockHeight();
  node.expireBlockhashes();
  assert.equal(await connection.getBlockHeight(), height + 151);
  assert.equal(await send(old), 'BlockhashNotFound');
  assert.equal(await send(await pay(1_000_000)), null);
  for (const commitment of ['confirmed', 'finalized'] as const) {
    const { blockhash } = await connection.getLatestBlockhash(commitment);
    assert.equal((await connection.isBlockhashValid(blockhash, { commitment: 'processed' })).value, true);
  }
});

test('a warp skips slots but not blocks', async (t) => {
  const { node, connection, pay, send } = await setUp(t);
  const { blockhash } = await connection.getLatestBlockhash();
  const height = await connection.getBlockHeight();
  const from = Number(node.slot);
  node.warpToSlot(10_000n);
  assert.equal(await connection.getSlot(), 10_000);
  assert.equal(await connection.getBlockHeight(), height + 1);
  assert.equal(await connection.getSlot('finalized'), from);
  assert.equal(await send(await pay(1_000_000, blockhash)), null);
  node.advanceSlots(1);
  await refused(node.rpcUrl, 'getBlock', [5_000], -32004, /not available/);
  node.advanceSlots(32);
  await refused(node.rpcUrl, 'getBlock', [5_000], -32007, /^Slot 5000 was skipped/);
  assert.deepEqual(await connection.getBlocks(from, 10_000, 'finalized'), [from, 10_000]);
  const first = await result(node.rpcUrl, 'getBlock', [10_000, { transactionDetails: 'none' }]);
  assert.equal(first?.parentSlot, from);
  assert.throws(() => node.warpToSlot(10_000n), { code: 'SLOT_NOT_AHEAD' });
});

test('the clock sysvar counts slots and seconds, and the slot hashes follow', async (t) => {
  const { node, connection } = await setUp(t, { slotMs: 400 });
  const clock = async () => {
    const data = (await connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY))?.data ?? Buffer.alloc(40);
    return { slot: data.readBigUInt64LE(0), epoch: data.readBigUInt64LE(16), time: data.readBigInt64LE(32) };
  };
  const before = await clock();
  node.advanceSlots(100);
  const after = await clock();
  assert.equal(after.slot, node.slot);
  assert.equal(after.time - before.time, 40n);
  const hashes = (await connection.getAccountInfo(SLOT_HASHES))?.data ?? Buffer.alloc(48);
  assert.equal(hashes.readBigUInt64LE(8), node.slot - 1n);
  const last = await result(node.rpcUrl, 'getBlock', [
    Number(node.slot) - 1,
    { commitment: 'confirmed', transactionDetails: 'none' },
  ]);
  assert.equal(toBase58(hashes.subarray(16, 48)), String(last?.blockhash));
  node.warpToSlot(432_001n);
  assert.equal((await clock()).epoch, 1n);
  assert.equal((await connection.getEpochInfo('processed')).slotIndex, 1);
});

test('a signature is found without searching the history for 300 blocks', async (t) => {
  const { node, connection, pay } = await setUp(t);
  const signature = await connection.sendTransaction(await pay(1_000_000));
  const status = async (searchTransactionHistory: boolean) =>
    (await connection.getSignatureStatus(signature, { searchTransactionHistory })).value?.confirmationStatus;
  node.advanceSlots(300);
  assert.equal(await status(false), 'finalized');
  node.advanceSlots(1);
  assert.deepEqual([await status(false), await status(true)], [undefined, 'finalized']);
});

test('the same seed gives the same chain, no seed gives another', async (t) => {
  const [one, two, three] = await Promise.all([setUp(t, { seed: 's' }), setUp(t, { seed: 's' }), setUp(t)]);
  assert.equal(one.node.genesisHash, two.node.genesisHash);
  assert.notEqual(one.node.genesisHash, three.node.genesisHash);
  for (const { node } of [one, two]) node.advanceSlots(5);
  const [first, second] = await Promise.all([one, two].map(({ connection }) => connection.getLatestBlockhash()));
  assert.equal(first?.blockhash, second?.blockhash);
});

test('a node that makes slots by itself goes on and can be closed at any time', async (t) => {
  const { node, connection } = await setUp(t, { manualSlots: false, slotMs: 5 });
  const slot = node.slot;
  while (node.slot < slot + 3n) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok((await connection.getSlot()) >= Number(slot) + 3);
});
