/**
 * Proves: where the embedded node differs from a cluster, it differs as docs/reference/localnet.md says.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair, NONCE_ACCOUNT_LENGTH, SystemProgram } from '@solana/web3.js';
import { refused, result } from '../rpc.ts';
import { base64, buildV0, transfer } from '../wallet.ts';
import { setUp } from './setup.ts';

test('the version names the node, so that nobody takes it for a cluster', async (t) => {
  const { node } = await setUp(t);
  const version = await result(node.rpcUrl, 'getVersion');
  assert.match(String(version?.['lockstep-localnet']), /^\d+\.\d+\.\d+$/);
});

test('accounts are shown as they are now at every commitment', async (t) => {
  const { connection, pay, recipient } = await setUp(t);
  await connection.sendTransaction(await pay(1_000_000));
  for (const commitment of ['processed', 'confirmed', 'finalized'] as const) {
    assert.equal(await connection.getBalance(recipient, commitment), 1_000_000);
  }
});

test('there are no validators, votes or rewards', async (t) => {
  const { node, connection } = await setUp(t);
  assert.deepEqual(await connection.getVoteAccounts(), { current: [], delinquent: [] });
  node.advanceSlots(1);
  const block = await result(node.rpcUrl, 'getBlock', [1, { commitment: 'confirmed' }]);
  assert.deepEqual(block?.rewards, []);
});

test('methods about stake, inflation, ledgers and snapshots do not exist', async (t) => {
  const { node } = await setUp(t);
  for (const method of [
    'getBlockCommitment',
    'getBlockProduction',
    'getHighestSnapshotSlot',
    'getInflationGovernor',
    'getInflationRate',
    'getInflationReward',
    'getLargestAccounts',
    'getLeaderSchedule',
    'getMaxRetransmitSlot',
    'getMaxShredInsertSlot',
    'getRecentPerformanceSamples',
    'getStakeMinimumDelegation',
  ]) {
    await refused(node.rpcUrl, method, [], -32601, /^Method not found$/);
  }
});

test('a durable nonce does not replace a blockhash', async (t) => {
  const { node, connection, payer, signed, send } = await setUp(t);
  const nonce = Keypair.generate();
  const lamports = await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH);
  const parties = { fromPubkey: payer.publicKey, noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey };
  const create = await signed(SystemProgram.createNonceAccount({ ...parties, lamports }).instructions);
  create.sign([payer, nonce]);
  assert.equal(await send(create), null);
  const stored = await connection.getNonce(nonce.publicKey);
  assert.ok(stored);
  node.advanceSlots(1);
  const advance = SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey });
  const instructions = [advance, transfer(payer.publicKey, payer.publicKey, 1)];
  assert.equal(await send(buildV0(payer.publicKey, stored.nonce, instructions, [payer])), 'BlockhashNotFound');
});

test('sizes of loaded accounts and cost units are not told', async (t) => {
  const { node, connection, pay } = await setUp(t);
  const transaction = await pay(1_000_000);
  const options = { encoding: 'base64', commitment: 'processed' };
  const simulated = await result(node.rpcUrl, 'simulateTransaction', [base64(transaction), options]);
  assert.equal(simulated?.value?.loadedAccountsDataSize, undefined);
  const signature = await connection.sendTransaction(transaction);
  node.advanceSlots(1);
  const readable = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };
  const found = await result(node.rpcUrl, 'getTransaction', [signature, readable]);
  assert.equal(found?.meta?.costUnits, undefined);
});

test('parsed transactions name accounts, but leave instructions to the client', async (t) => {
  const { node, connection, pay } = await setUp(t);
  const signature = await connection.sendTransaction(await pay(1_000_000));
  node.advanceSlots(1);
  const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const parsed = await connection.getParsedTransaction(signature, options);
  const [instruction] = parsed?.transaction.message.instructions ?? [];
  assert.ok(instruction && !('parsed' in instruction));
  assert.equal(instruction.accounts.length, 2);
});

test('equal airdrops in one block are two', async (t) => {
  const { node, recipient } = await setUp(t);
  assert.notEqual(node.airdrop(recipient, 1_000_000n), node.airdrop(recipient, 1_000_000n));
  assert.equal(node.getAccount(recipient)?.lamports, 2_000_000n);
});
