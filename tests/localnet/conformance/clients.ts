/** Client libraries unmodified: web3.js with lookup tables, the Anchor provider, kit's version 1 transactions. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import anchor from '@coral-xyz/anchor';
import {
  type Address,
  appendTransactionMessageInstruction,
  type Blockhash,
  createKeyPairSignerFromBytes,
  createTransactionMessage,
  getTransactionEncoder,
  pipe,
  setTransactionMessageComputeUnitLimit,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  setTransactionMessageLoadedAccountsDataSizeLimit,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import {
  AddressLookupTableProgram,
  type Connection,
  Keypair,
  SystemProgram,
  sendAndConfirmTransaction,
  Transaction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { refused, result } from '../rpc.ts';
import { connect, fundedKey, SOL, sendAndConfirm, transfer, twoSlots } from '../wallet.ts';

const SYSTEM = SystemProgram.programId.toBase58() as Address;

export function clientsSuite(chain: () => Chain): void {
  let connection: Connection;
  let payer: Keypair;
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
  });

  test('web3.js sends and confirms a legacy transaction by itself', async () => {
    const to = Keypair.generate().publicKey;
    const transaction = new Transaction().add(transfer(payer.publicKey, to, SOL));
    await sendAndConfirmTransaction(connection, transaction, [payer]);
    assert.equal(await connection.getBalance(to), SOL);
  });

  test('a lookup table is created, filled, read and used', async () => {
    const recentSlot = (await connection.getSlot('confirmed')) - 1;
    const parties = { authority: payer.publicKey, payer: payer.publicKey };
    const [create, table] = AddressLookupTableProgram.createLookupTable({ ...parties, recentSlot });
    const addresses = [Keypair.generate().publicKey, Keypair.generate().publicKey];
    const extend = AddressLookupTableProgram.extendLookupTable({ ...parties, lookupTable: table, addresses });
    await sendAndConfirm(connection, payer, [create]);
    await sendAndConfirm(connection, payer, [extend]);
    // A table can be used from the slot after the one it was extended in.
    await twoSlots(connection);
    const { value } = await connection.getAddressLookupTable(table);
    assert.deepEqual(value?.state.addresses.map(String), addresses.map(String));
    assert.ok(value);

    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
    const instructions = addresses.map((to) => transfer(payer.publicKey, to, 1_000_000));
    const message = new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions });
    const transaction = new VersionedTransaction(message.compileToV0Message([value]));
    transaction.sign([payer]);
    const signature = await connection.sendTransaction(transaction);
    await connection.confirmTransaction({ signature, blockhash, lastValidBlockHeight });
    const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
    const found = await connection.getTransaction(signature, options);
    assert.equal(found?.meta?.err, null);
    assert.deepEqual(found?.meta?.loadedAddresses?.writable.map(String), addresses.map(String));
    assert.equal(found?.meta?.postBalances[2], 1_000_000);
    const parsed = await connection.getParsedTransaction(signature, options);
    const loaded = parsed?.transaction.message.accountKeys.filter(({ source }) => source === 'lookupTable') ?? [];
    assert.equal(loaded.length, 2);
    const [listed] = await connection.getSignaturesForAddress(addresses[0] ?? payer.publicKey, {}, 'confirmed');
    assert.equal(listed?.signature, signature);
  });

  test('the Anchor provider sends, simulates and explains failures', async () => {
    const provider = new anchor.AnchorProvider(connection, new anchor.Wallet(payer), { commitment: 'confirmed' });
    const to = Keypair.generate().publicKey;
    const signature = await provider.sendAndConfirm(new Transaction().add(transfer(payer.publicKey, to, SOL)));
    assert.ok(signature.length > 80);
    assert.equal(await provider.connection.getBalance(to), SOL);
    const simulated = await provider.simulate(new Transaction().add(transfer(payer.publicKey, to, SOL)));
    assert.equal(simulated.unitsConsumed, 150);
    const tooMuch = new Transaction().add(transfer(payer.publicKey, to, 1e15));
    await assert.rejects(provider.sendAndConfirm(tooMuch), /insufficient lamports|custom program error: 0x1/);
    await assert.rejects(provider.simulate(tooMuch));
  });

  test('kit sends version 1 transactions, which may have 4,096 bytes', async () => {
    const signer = await createKeyPairSignerFromBytes(payer.secretKey);
    const { blockhash } = await connection.getLatestBlockhash();
    const lifetime = { blockhash: blockhash as Blockhash, lastValidBlockHeight: 0n };
    // The system program ignores what follows a complete transfer.
    const build = async (bytes: number) => {
      const data = new Uint8Array(bytes);
      data.set(transfer(payer.publicKey, payer.publicKey, 1).data);
      const accounts = [
        { address: signer.address, role: 3 as const, signer },
        { address: signer.address, role: 1 as const },
      ];
      const message = pipe(
        createTransactionMessage({ version: 1 }),
        (it) => setTransactionMessageFeePayerSigner(signer, it),
        (it) => setTransactionMessageLifetimeUsingBlockhash(lifetime, it),
        (it) => setTransactionMessageComputeUnitLimit(1_000, it),
        (it) => setTransactionMessageLoadedAccountsDataSizeLimit(65_536, it),
        (it) => appendTransactionMessageInstruction({ programAddress: SYSTEM, accounts, data }, it),
      );
      return Buffer.from(getTransactionEncoder().encode(await signTransactionMessageWithSigners(message)));
    };
    const overhead = (await build(100)).length - 100;
    const full = await build(4_096 - overhead);
    assert.equal(full.length, 4_096);
    const url = chain().rpcUrl;
    const options = { encoding: 'base64', preflightCommitment: 'confirmed' };
    const signature = String(await result(url, 'sendTransaction', [full.toString('base64'), options]));
    const latest = await connection.getLatestBlockhash();
    await connection.confirmTransaction({ signature, ...latest });
    const readable = { commitment: 'confirmed', maxSupportedTransactionVersion: 1 };
    const found = await result(url, 'getTransaction', [signature, readable]);
    assert.equal(found?.version, 1);
    assert.equal(found?.meta?.err, null);
    assert.deepEqual(found?.transaction?.message?.transactionConfig, {
      computeUnitLimit: 1_000,
      heapSize: null,
      loadedAccountsDataSizeLimit: 65_536,
      priorityFee: null,
    });
    const v0 = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };
    await refused(url, 'getTransaction', [signature, v0], -32015, /Transaction version \(1\)/);
    const over = (await build(4_097 - overhead)).toString('base64');
    await refused(url, 'sendTransaction', [over, options], -32602, /too large: 4097 bytes \(max: 4096 bytes\)$/);
  });
}
