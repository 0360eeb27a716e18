/** Executed transactions: statuses, contents in every encoding, the list of an address. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createAssociatedTokenAccountIdempotent, createMint, mintTo } from '@solana/spl-token';
import { type Connection, Keypair, type PublicKey, VersionedTransaction } from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { refused, result } from '../rpc.ts';
import { connect, fundedKey, SOL, sendAndConfirm, transfer } from '../wallet.ts';

const NEVER_SEEN = '1'.repeat(64);

export function historySuite(chain: () => Chain): void {
  const url = () => chain().rpcUrl;
  let connection: Connection;
  let payer: Keypair;
  let recipient: PublicKey;
  let signatures: string[];
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
    recipient = Keypair.generate().publicKey;
    signatures = [];
    for (let n = 1; n <= 4; n += 1) {
      signatures.push(await sendAndConfirm(connection, payer, [transfer(payer.publicKey, recipient, n * 1_000_000)]));
    }
  });
  const last = () => signatures.at(-1) ?? '';
  const get = (options: object | string) => result(url(), 'getTransaction', [last(), options]);
  const list = async (options: object) => {
    const rows = await result(url(), 'getSignaturesForAddress', [
      recipient.toBase58(),
      { commitment: 'confirmed', ...options },
    ]);
    return JSON.parse(JSON.stringify(rows)) as {
      signature: string;
      slot: number;
      err: unknown;
      confirmationStatus: string;
    }[];
  };

  test('a status names slot, error and how far the transaction has come', async () => {
    const { value } = await connection.getSignatureStatuses([last(), NEVER_SEEN]);
    assert.equal(value[1], null);
    assert.equal(value[0]?.err, null);
    assert.ok(['confirmed', 'finalized'].includes(value[0]?.confirmationStatus ?? ''));
    const raw = await result(url(), 'getSignatureStatuses', [[last()], { searchTransactionHistory: true }]);
    assert.deepEqual(raw?.value?.[0]?.status, { Ok: null });
    await refused(url(), 'getSignatureStatuses', [['zz']], -32602, /WrongSize/);
    await refused(
      url(),
      'getSignatureStatuses',
      [new Array(257).fill(last())],
      -32602,
      /Too many inputs provided; max 256/,
    );
  });

  test('a finalised transaction has no more confirmations to count', async () => {
    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
    const first = signatures[0] ?? '';
    await connection.confirmTransaction({ signature: first, blockhash, lastValidBlockHeight }, 'finalized');
    const { value } = await connection.getSignatureStatus(first);
    assert.deepEqual([value?.confirmations, value?.confirmationStatus], [null, 'finalized']);
    assert.notEqual(
      await connection.getTransaction(first, { commitment: 'finalized', maxSupportedTransactionVersion: 0 }),
      null,
    );
  });

  test('a transaction carries message, balances, fee, logs and units', async () => {
    const answer = await get({ commitment: 'confirmed', maxSupportedTransactionVersion: 0 });
    const { meta, transaction } = answer ?? {};
    assert.equal(answer?.version, 0);
    assert.equal(typeof answer?.blockTime, 'number');
    assert.equal(typeof answer?.transactionIndex, 'number');
    assert.deepEqual([meta?.err, meta?.status, meta?.fee, meta?.computeUnitsConsumed], [null, { Ok: null }, 5000, 150]);
    assert.deepEqual([meta?.innerInstructions, meta?.rewards], [[], []]);
    assert.deepEqual(meta?.loadedAddresses, { readonly: [], writable: [] });
    const [before, after] = [meta?.preBalances, meta?.postBalances];
    assert.equal(Number(before?.[0]) - Number(after?.[0]), 4_000_000 + 5_000);
    assert.equal(Number(after?.[1]) - Number(before?.[1]), 4_000_000);
    assert.deepEqual(transaction?.message?.header, {
      numReadonlySignedAccounts: 0,
      numReadonlyUnsignedAccounts: 1,
      numRequiredSignatures: 1,
    });
    assert.equal(transaction?.message?.accountKeys?.[0], payer.publicKey.toBase58());
    assert.deepEqual(transaction?.message?.instructions?.[0]?.accounts, [0, 1]);
    assert.equal(transaction?.message?.instructions?.[0]?.stackHeight, 1);
    assert.deepEqual(transaction?.message?.addressTableLookups, []);
    assert.deepEqual(transaction?.signatures, [last()]);
  });

  test('the bytes come back as they were sent', async () => {
    const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0, encoding: 'base64' };
    const bytes = Buffer.from(String((await get(options))?.transaction?.[0]), 'base64');
    assert.ok(VersionedTransaction.deserialize(bytes).message.staticAccountKeys[1]?.equals(recipient));
    const base58 = (await get({ ...options, encoding: 'base58' }))?.transaction;
    assert.equal(base58?.[1], 'base58');
  });

  test('parsed form names accounts and their roles', async () => {
    const parsed = await connection.getParsedTransaction(last(), {
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 0,
    });
    const keys = parsed?.transaction.message.accountKeys ?? [];
    assert.deepEqual(
      keys.map(({ signer, writable, source }) => [signer, writable, source]),
      [
        [true, true, 'transaction'],
        [false, true, 'transaction'],
        [false, false, 'transaction'],
      ],
    );
    assert.equal(parsed?.transaction.message.instructions[0]?.programId.toBase58(), '1'.repeat(32));
  });

  test('a client that cannot read version 0 is told so', async () => {
    const message = /^Transaction version \(0\) is not supported by the requesting client/;
    await refused(url(), 'getTransaction', [last(), { commitment: 'confirmed' }], -32015, message);
    await refused(url(), 'getTransaction', [last(), { commitment: 'processed' }], -32602, /below `confirmed`/);
    await refused(url(), 'getTransaction', ['xx'], -32602, /WrongSize/);
    assert.equal(await result(url(), 'getTransaction', [NEVER_SEEN, 'base64']), null);
  });

  test('inner instructions and token balances are recorded', async () => {
    const mint = await createMint(connection, payer, payer.publicKey, null, 3);
    const account = await createAssociatedTokenAccountIdempotent(connection, payer, mint, payer.publicKey);
    const [created] = await connection.getSignaturesForAddress(account, {}, 'confirmed');
    const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
    const opened = await connection.getTransaction(created?.signature ?? '', options);
    const inner = opened?.meta?.innerInstructions?.[0];
    assert.equal(inner?.index, 0);
    assert.equal(inner?.instructions.length, 4);
    const minted = await mintTo(connection, payer, mint, account, payer, 7_000n);
    const meta = (await connection.getTransaction(minted, options))?.meta;
    assert.equal(meta?.preTokenBalances?.[0]?.uiTokenAmount.uiAmount, null);
    assert.deepEqual(meta?.postTokenBalances?.[0]?.uiTokenAmount, {
      amount: '7000',
      decimals: 3,
      uiAmount: 7,
      uiAmountString: '7',
    });
    assert.equal(meta?.postTokenBalances?.[0]?.owner, payer.publicKey.toBase58());
  });

  test('the signatures of an address come newest first, cut by limit, before and until', async () => {
    const newestFirst = [...signatures].reverse();
    assert.deepEqual(
      (await list({})).map((row) => row.signature),
      newestFirst,
    );
    assert.deepEqual(
      (await list({ limit: 2 })).map((row) => row.signature),
      newestFirst.slice(0, 2),
    );
    assert.deepEqual(
      (await list({ before: newestFirst[0] })).map((row) => row.signature),
      newestFirst.slice(1),
    );
    assert.deepEqual(
      (await list({ until: newestFirst[2] })).map((row) => row.signature),
      newestFirst.slice(0, 2),
    );
    assert.deepEqual(
      (await list({ before: newestFirst[1], until: newestFirst[3] })).map((row) => row.signature),
      [newestFirst[2]],
    );
    const [row] = await list({ limit: 1 });
    assert.equal(row?.err, null);
    assert.ok(['confirmed', 'finalized'].includes(row?.confirmationStatus ?? ''));
  });

  test('limits of the list are refused by name', async () => {
    const address = recipient.toBase58();
    for (const limit of [0, 1_001]) {
      await refused(url(), 'getSignaturesForAddress', [address, { limit }], -32602, /^Invalid limit; max 1000$/);
    }
    const processed = { commitment: 'processed' };
    await refused(url(), 'getSignaturesForAddress', [address, processed], -32602, /below `confirmed`/);
    const before = { commitment: 'confirmed', before: NEVER_SEEN };
    await refused(url(), 'getSignaturesForAddress', [address, before], -32020, /^Transaction 1+ not found$/);
  });

  test('an address that took no part has no signatures', async () => {
    const nobody = Keypair.generate().publicKey;
    assert.deepEqual(await connection.getSignaturesForAddress(nobody), []);
    assert.ok((await connection.getBalance(payer.publicKey)) < 10 * SOL);
  });
}
