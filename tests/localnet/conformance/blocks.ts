/** Slots, heights, blockhashes, blocks and what is asked about the cluster. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, Keypair, SystemProgram } from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { refused, result } from '../rpc.ts';
import { connect, fundedKey, sendAndConfirm, transfer } from '../wallet.ts';

export function blocksSuite(chain: () => Chain): void {
  const url = () => chain().rpcUrl;
  let connection: Connection;
  before(() => {
    connection = connect(chain());
  });

  test('slots and heights are ordered by commitment and grow', async () => {
    const finalized = await connection.getSlot('finalized');
    const confirmed = await connection.getSlot('confirmed');
    const processed = await connection.getSlot('processed');
    assert.ok(finalized <= confirmed && confirmed <= processed);
    assert.ok((await connection.getBlockHeight('processed')) >= (await connection.getBlockHeight('finalized')));
    await sleep(300);
    assert.ok((await connection.getSlot('processed')) > processed);
    assert.equal(await result(url(), 'getSlot'), await connection.getSlot('finalized'));
  });

  test('a context that has not been reached is refused with the slot that has', async () => {
    for (const method of ['getSlot', 'getBlockHeight', 'getEpochInfo', 'getLatestBlockhash', 'getTransactionCount']) {
      const data = await refused(url(), method, [{ minContextSlot: 99_999_999 }], -32016, /Minimum context slot/);
      assert.equal(typeof data?.contextSlot, 'number');
    }
    const address = Keypair.generate().publicKey.toBase58();
    await refused(url(), 'getAccountInfo', [address, { minContextSlot: 99_999_999 }], -32016, /Minimum context slot/);
  });

  test('a blockhash lives 150 blocks from the block that the answer stands for', async () => {
    for (const commitment of ['processed', 'confirmed', 'finalized'] as const) {
      const before = await connection.getBlockHeight(commitment);
      const { lastValidBlockHeight, blockhash } = await connection.getLatestBlockhash(commitment);
      const after = await connection.getBlockHeight(commitment);
      assert.ok(lastValidBlockHeight >= before + 150 && lastValidBlockHeight <= after + 150);
      assert.deepEqual((await connection.isBlockhashValid(blockhash, { commitment })).value, true);
    }
    const unknown = SystemProgram.programId.toBase58();
    assert.equal((await connection.isBlockhashValid(unknown)).value, false);
    await refused(url(), 'isBlockhashValid', ['x'], -32602, /WrongSize/);
  });

  test('the epoch schedule has no warm-up and the epoch follows the slot', async () => {
    const schedule = await result(url(), 'getEpochSchedule');
    assert.deepEqual(schedule, {
      firstNormalEpoch: 0,
      firstNormalSlot: 0,
      leaderScheduleSlotOffset: 432_000,
      slotsPerEpoch: 432_000,
      warmup: false,
    });
    const info = await connection.getEpochInfo();
    assert.equal(info.epoch, 0);
    assert.equal(info.slotIndex, info.absoluteSlot);
    assert.equal(info.slotsInEpoch, 432_000);
  });

  test('the cluster describes itself', async () => {
    assert.equal(await result(url(), 'getHealth'), 'ok');
    assert.match((await connection.getVersion())['solana-core'], /^\d+\.\d+\.\d+/);
    const genesis = await connection.getGenesisHash();
    const first = await result(url(), 'getBlock', [0, { transactionDetails: 'none' }]);
    assert.equal(first?.blockhash, genesis);
    assert.equal(first?.parentSlot, 0);
    const { identity } = (await result(url(), 'getIdentity')) ?? {};
    assert.equal(await connection.getSlotLeader(), String(identity));
    assert.deepEqual((await connection.getSlotLeaders(0, 2)).map(String), [String(identity), String(identity)]);
    const [node] = await connection.getClusterNodes();
    assert.equal(node?.pubkey, String(identity));
    assert.equal(node?.rpc, new URL(url()).host);
    const supply = await connection.getSupply({ excludeNonCirculatingAccountsList: true });
    assert.ok(supply.value.total >= supply.value.circulating && supply.value.circulating > 0);
    assert.ok((await connection.getTransactionCount()) >= 0);
    assert.equal(typeof (await connection.getVoteAccounts()).delinquent.length, 'number');
    assert.equal(await connection.getFirstAvailableBlock(), 0);
    assert.equal(await connection.getMinimumLedgerSlot(), 0);
  });

  test('a block names its parent, its hash and its transactions', async () => {
    const payer = await fundedKey(connection);
    const signature = await sendAndConfirm(connection, payer, [
      transfer(payer.publicKey, Keypair.generate().publicKey, 1_000_000),
    ]);
    const slot = (await connection.getSignatureStatus(signature)).value?.slot ?? 0;
    const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
    const block = await connection.getBlock(slot, options);
    const found = block?.transactions.find((it) => it.transaction.signatures[0] === signature);
    assert.equal(found?.meta?.err, null);
    assert.equal(block?.parentSlot, slot - 1);
    const parent = await result(url(), 'getBlock', [slot - 1, { ...options, transactionDetails: 'none' }]);
    assert.equal(parent?.blockhash, block?.previousBlockhash);
    assert.equal(parent?.transactions, undefined);

    const signatures = await result(url(), 'getBlock', [
      slot,
      { ...options, transactionDetails: 'signatures', rewards: false },
    ]);
    assert.ok(JSON.stringify(signatures?.signatures).includes(signature));
    assert.equal(signatures?.rewards, undefined);
    const accounts = await result(url(), 'getBlock', [slot, { ...options, transactionDetails: 'accounts' }]);
    assert.ok(JSON.stringify(accounts).includes('"source":"transaction"'));
    assert.equal(await connection.getBlockTime(slot), block?.blockTime);
    assert.ok(Math.abs((block?.blockTime ?? 0) - Date.now() / 1000) < 60);
  });

  test('blocks are listed by range and by count', async () => {
    const last = await connection.getSlot('confirmed');
    assert.deepEqual(await connection.getBlocks(last - 3, last, 'confirmed'), [last - 3, last - 2, last - 1, last]);
    assert.deepEqual(await result(url(), 'getBlocks', [last, last - 1]), []);
    assert.deepEqual(await result(url(), 'getBlocksWithLimit', [last - 5, 2, { commitment: 'confirmed' }]), [
      last - 5,
      last - 4,
    ]);
    await refused(url(), 'getBlocksWithLimit', [0, 600_000], -32602, /Limit too large/);
  });

  test('blocks of the future are not available, and "processed" has no history', async () => {
    await refused(url(), 'getBlock', [99_999_999], -32004, /Block not available for slot 99999999/);
    await refused(url(), 'getBlockTime', [99_999_999], -32004, /Block not available for slot 99999999/);
    const processed = [0, { commitment: 'processed' }];
    await refused(url(), 'getBlock', processed, -32602, /does not support commitment below `confirmed`/);
  });
}
