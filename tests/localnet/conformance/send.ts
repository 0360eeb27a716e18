/** Sending and simulating: what is accepted, what is refused, and in which words. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createInitializeMintInstruction,
  createTransferInstruction,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import {
  ComputeBudgetProgram,
  type Connection,
  Keypair,
  PublicKey,
  SendTransactionError,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  type VersionedTransaction,
} from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { toBase58 } from '../encoding.ts';
import { type Loose, refused, result } from '../rpc.ts';
import { base64, buildV0, connect, fundedKey, SOL, transfer } from '../wallet.ts';

const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const ZERO_HASH = SystemProgram.programId.toBase58();
const PREFLIGHT_FIELDS = ['accounts', 'err', 'fee', 'innerInstructions', 'loadedAddresses', 'logs', 'unitsConsumed'];

export function sendSuite(chain: () => Chain): void {
  const url = () => chain().rpcUrl;
  let connection: Connection;
  let payer: Keypair;
  let blockhash: string;
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection);
    blockhash = (await connection.getLatestBlockhash('confirmed')).blockhash;
  });

  const options = { encoding: 'base64', preflightCommitment: 'confirmed' };
  const signed = (...instructions: TransactionInstruction[]) =>
    buildV0(payer.publicKey, blockhash, instructions, [payer]);
  const pay = (lamports: number, to = Keypair.generate().publicKey) => transfer(payer.publicKey, to, lamports);
  const memo = (bytes: number) =>
    new TransactionInstruction({ programId: MEMO, keys: [], data: Buffer.alloc(bytes, 65) });
  const preflight = async (transaction: VersionedTransaction, sentence: RegExp): Promise<Loose | undefined> =>
    refused(url(), 'sendTransaction', [base64(transaction), options], -32002, sentence);
  const simulate = async (transaction: VersionedTransaction, extra: object = {}): Promise<Loose | undefined> => {
    const config = { encoding: 'base64', commitment: 'confirmed', ...extra };
    return (await result(url(), 'simulateTransaction', [base64(transaction), config]))?.value;
  };
  const untilKnown = async (signature: string) => {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { value } = await connection.getSignatureStatus(signature);
      if (value?.confirmationStatus === 'confirmed' || value?.confirmationStatus === 'finalized') return value;
      await sleep(50);
    }
    throw new Error(`${signature} was not confirmed`);
  };

  test('a transfer is accepted in base64, and in base58 by default', async () => {
    const first = signed(pay(SOL / 1000));
    const signature = await result(url(), 'sendTransaction', [base64(first), { ...options, maxRetries: 0 }]);
    assert.equal(String(signature), toBase58(first.signatures[0] ?? new Uint8Array()));
    assert.equal((await untilKnown(String(signature))).err, null);
    const second = signed(pay(SOL / 1000));
    const sent = await result(url(), 'sendTransaction', [
      toBase58(second.serialize()),
      { preflightCommitment: 'confirmed' },
    ]);
    assert.equal((await untilKnown(String(sent))).err, null);
  });

  test('a failing instruction is refused in preflight with its logs', async () => {
    const data = await preflight(
      signed(pay(1e15)),
      /^Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1$/,
    );
    assert.deepEqual(data?.err, { InstructionError: [0, { Custom: 1 }] });
    assert.equal(data?.fee, 5000);
    assert.equal(data?.unitsConsumed, 150);
    assert.match(String(data?.logs?.[1]), /^Transfer: insufficient lamports \d+, need 1000000000000000$/);
    for (const field of PREFLIGHT_FIELDS) assert.ok(field in (data ?? {}), field);
    assert.deepEqual(
      [data?.accounts, data?.innerInstructions, data?.loadedAddresses, data?.returnData],
      [null, null, null, null],
    );
  });

  test('web3.js turns a preflight refusal into an error with logs', async () => {
    const transaction = new Transaction().add(pay(1e15));
    await assert.rejects(connection.sendTransaction(transaction, [payer]), (error) => {
      assert.ok(error instanceof SendTransactionError);
      assert.ok(error.logs?.some((line) => line.includes('insufficient lamports')));
      return true;
    });
  });

  test('a blockhash nobody knows, and a transaction sent twice, are refused', async () => {
    const stale = buildV0(payer.publicKey, ZERO_HASH, [pay(SOL / 1000)], [payer]);
    const data = await preflight(stale, /^Transaction simulation failed: Blockhash not found$/);
    assert.equal(data?.err, 'BlockhashNotFound');
    assert.deepEqual([data?.logs, data?.fee, data?.unitsConsumed], [[], null, 0]);

    const once = signed(pay(SOL / 1000));
    const signature = await result(url(), 'sendTransaction', [base64(once), options]);
    await untilKnown(String(signature));
    const again = await preflight(once, /^Transaction simulation failed: This transaction has already been processed$/);
    assert.equal(again?.err, 'AlreadyProcessed');
    const skipped = await result(url(), 'sendTransaction', [base64(once), { ...options, skipPreflight: true }]);
    assert.equal(String(skipped), String(signature));
  });

  test('missing and wrong signatures are refused before anything runs', async () => {
    const unsigned = buildV0(payer.publicKey, blockhash, [pay(SOL / 1000)]);
    const data = await preflight(unsigned, /did not pass signature verification$/);
    assert.equal(data?.err, 'SignatureFailure');
    const forged = signed(pay(SOL / 1000));
    const signature = forged.signatures[0] ?? new Uint8Array();
    signature[7] = (signature[7] ?? 0) ^ 1;
    assert.equal((await preflight(forged, /signature verification$/))?.err, 'SignatureFailure');
    const answer = await result(url(), 'sendTransaction', [base64(forged), { ...options, skipPreflight: true }]);
    await sleep(500);
    assert.equal((await connection.getSignatureStatus(String(answer))).value, null);
  });

  test('payers that cannot pay are refused', async () => {
    const poor = Keypair.generate();
    const fromNothing = buildV0(poor.publicKey, blockhash, [transfer(poor.publicKey, payer.publicKey, 1)], [poor]);
    const data = await preflight(fromNothing, /Attempt to debit an account but found no record of a prior credit\.$/);
    assert.equal(data?.err, 'AccountNotFound');
    const rent = await preflight(signed(pay(5)), /results in an account \(1\) with insufficient funds for rent$/);
    assert.deepEqual(rent?.err, { InsufficientFundsForRent: { account_index: 1 } });
  });

  test('programs that do not exist or are none are told apart', async () => {
    const missing = new TransactionInstruction({ programId: Keypair.generate().publicKey, keys: [] });
    assert.equal((await preflight(signed(missing), /a program that does not exist$/))?.err, 'ProgramAccountNotFound');
    const key = (await fundedKey(connection, SOL)).publicKey;
    const wallet = new TransactionInstruction({ programId: key, keys: [] });
    const data = await preflight(signed(wallet), /This program may not be used for executing instructions$/);
    assert.equal(data?.err, 'InvalidProgramForExecution');
  });

  test('without preflight a failing transaction lands and pays its fee', async () => {
    for (const [instruction, err] of [
      [pay(1e15), { InstructionError: [0, { Custom: 1 }] }],
      [new TransactionInstruction({ programId: Keypair.generate().publicKey, keys: [] }), 'ProgramAccountNotFound'],
    ] as const) {
      const before = await connection.getBalance(payer.publicKey);
      const answer = await result(url(), 'sendTransaction', [
        base64(signed(instruction)),
        { ...options, skipPreflight: true },
      ]);
      const status = await untilKnown(String(answer));
      assert.deepEqual(status.err, err);
      assert.equal(await connection.getBalance(payer.publicKey), before - 5000);
    }
  });

  test('transactions above 1,232 bytes and text that is none are refused', async () => {
    const send = (text: string, config: object, message: RegExp) =>
      refused(url(), 'sendTransaction', [text, { ...options, ...config }], -32602, message);
    const tooLong = Buffer.concat([signed(memo(900)).serialize(), Buffer.alloc(400)]);
    await send(tooLong.toString('base64'), {}, /too large: \d+ bytes \(max: encoded\/raw 1644\/1232\)$/);
    await send(Buffer.alloc(6_000).toString('base64'), { skipPreflight: true }, /too large: 8000 bytes/);
    await send('AAAA', {}, /^failed to deserialize solana_transaction::versioned::VersionedTransaction/);
    await send('!!', {}, /^invalid base64 encoding/);
    await send('0OIl', { encoding: 'base58' }, /^invalid base58 encoding/);
    await send('AAAA', { encoding: 'json' }, /^unsupported encoding: json\. Supported encodings: base58, base64$/);
    const other = Buffer.from(signed(pay(SOL)).serialize());
    other[65] = 0x82;
    await send(other.toString('base64'), {}, /Invalid tag encoding: 2/);
  });

  test('a transaction of exactly 1,232 bytes is carried out', async () => {
    const empty = signed(ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 }), memo(1)).serialize().length;
    // One byte more for the length of the memo's data than an empty one needs.
    const fill = 1_232 - empty;
    const exact = signed(ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 }), memo(fill));
    assert.equal(exact.serialize().length, 1_232);
    const simulated = await simulate(exact);
    assert.equal(simulated?.err, null);
  });

  test('malformed messages are invalid parameters, with or without preflight', async () => {
    const outOfRange = signed(pay(SOL));
    outOfRange.message.compiledInstructions[0]?.accountKeyIndexes.splice(1, 1, 9);
    const noTable = signed(pay(SOL));
    noTable.message.addressTableLookups.push({ accountKey: MEMO, writableIndexes: [0], readonlyIndexes: [] });
    const twice = signed(
      ComputeBudgetProgram.setComputeUnitLimit({ units: 2_000 }),
      ComputeBudgetProgram.setComputeUnitLimit({ units: 2_000 }),
    );
    const badBudget = signed(
      new TransactionInstruction({ programId: ComputeBudgetProgram.programId, keys: [], data: Buffer.from([99]) }),
    );
    for (const [transaction, sentence] of [
      [outOfRange, /^invalid transaction: Transaction failed to sanitize accounts offsets correctly$/],
      [noTable, /^invalid transaction: Transaction loads an address table account with an invalid owner$/],
      [twice, /^invalid transaction: Transaction contains a duplicate instruction \(1\) that is not allowed$/],
      [badBudget, /^invalid transaction: Error processing Instruction 0: invalid instruction data$/],
    ] as const) {
      for (const skipPreflight of [false, true]) {
        const text = base64(transaction);
        await refused(url(), 'sendTransaction', [text, { ...options, skipPreflight }], -32602, sentence);
      }
      await refused(url(), 'simulateTransaction', [base64(transaction), options], -32602, sentence);
    }
  });

  test('an account named twice is refused', async () => {
    const transaction = signed(pay(SOL));
    transaction.message.staticAccountKeys.splice(1, 1, payer.publicKey);
    transaction.sign([payer]);
    assert.equal((await preflight(transaction, /Account loaded twice$/))?.err, 'AccountLoadedTwice');
  });

  test('simulation shows balances, logs and units, and changes nothing', async () => {
    const to = Keypair.generate().publicKey;
    const before = await connection.getBalance(payer.publicKey);
    const value = await simulate(signed(pay(SOL, to)));
    assert.equal(value?.err, null);
    assert.equal(value?.unitsConsumed, 150);
    assert.equal(value?.fee, 5000);
    assert.deepEqual(value?.preBalances, [before, 0, 1]);
    assert.deepEqual(value?.postBalances, [before - SOL - 5000, SOL, 1]);
    assert.deepEqual(value?.logs, [`Program ${ZERO_HASH} invoke [1]`, `Program ${ZERO_HASH} success`]);
    assert.deepEqual([value?.accounts, value?.innerInstructions, value?.replacementBlockhash], [null, null, null]);
    assert.equal(await connection.getBalance(payer.publicKey), before);
    assert.equal(await connection.getBalance(to), 0);
  });

  test('simulation can verify signatures or replace the blockhash, not both', async () => {
    const unsigned = buildV0(payer.publicKey, ZERO_HASH, [pay(SOL)]);
    assert.equal((await simulate(unsigned))?.err, 'BlockhashNotFound');
    const replaced = await simulate(unsigned, { replaceRecentBlockhash: true });
    assert.equal(replaced?.err, null);
    assert.equal(typeof replaced?.replacementBlockhash?.lastValidBlockHeight, 'number');
    const verified = await simulate(buildV0(payer.publicKey, blockhash, [pay(SOL)]), { sigVerify: true });
    assert.equal(verified?.err, 'SignatureFailure');
    assert.equal(verified?.preBalances, null);
    const both = { encoding: 'base64', sigVerify: true, replaceRecentBlockhash: true };
    const message = /^sigVerify may not be used with replaceRecentBlockhash$/;
    await refused(url(), 'simulateTransaction', [base64(unsigned), both], -32602, message);
  });

  test('simulation shows accounts as they would be', async () => {
    const to = Keypair.generate().publicKey.toBase58();
    const accounts = { encoding: 'base64', addresses: [to, Keypair.generate().publicKey.toBase58()] };
    const value = await simulate(signed(pay(SOL, new PublicKey(to))), { accounts });
    assert.equal(value?.accounts?.[0]?.lamports, SOL);
    assert.equal(value?.accounts?.[1], null);
    const text = base64(signed(pay(SOL)));
    const base58 = { ...options, accounts: { encoding: 'base58', addresses: [to] } };
    await refused(url(), 'simulateTransaction', [text, base58], -32602, /^base58 encoding not supported$/);
    const many = { ...options, accounts: { encoding: 'base64', addresses: new Array(4).fill(to) } };
    await refused(url(), 'simulateTransaction', [text, many], -32602, /^Too many accounts provided; max 3$/);
  });

  test('return data and failing token instructions look alike', async () => {
    const mint = Keypair.generate();
    const lamports = await connection.getMinimumBalanceForRentExemption(MINT_SIZE);
    const create = SystemProgram.createAccount({
      fromPubkey: payer.publicKey,
      newAccountPubkey: mint.publicKey,
      lamports,
      space: MINT_SIZE,
      programId: TOKEN_PROGRAM_ID,
    });
    const init = createInitializeMintInstruction(mint.publicKey, 6, payer.publicKey, null);
    // Instruction 21 of the token program answers the size of a token account as return data.
    const size = new TransactionInstruction({
      programId: TOKEN_PROGRAM_ID,
      keys: [{ pubkey: mint.publicKey, isSigner: false, isWritable: false }],
      data: Buffer.from([21]),
    });
    const value = await simulate(buildV0(payer.publicKey, blockhash, [create, init, size], [payer, mint]));
    assert.equal(value?.err, null);
    assert.equal(value?.returnData?.programId, TOKEN_PROGRAM_ID.toBase58());
    const bytes = Buffer.from(String(value?.returnData?.data?.[0]), 'base64');
    assert.equal(bytes.readBigUInt64LE(), 165n);

    const nowhere = createTransferInstruction(mint.publicKey, mint.publicKey, payer.publicKey, 1n);
    const failed = await simulate(signed(nowhere));
    assert.deepEqual(failed?.err, { InstructionError: [0, 'InvalidAccountData'] });
  });

  test('fees follow signatures, unit limits and prices', async () => {
    const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000 });
    const limit = (units: number) => ComputeBudgetProgram.setComputeUnitLimit({ units });
    const call = (program: string, data = [1]) =>
      new TransactionInstruction({ programId: new PublicKey(program), keys: [], data: Buffer.from(data) });
    const fee = async (...instructions: TransactionInstruction[]) => {
      const { message } = buildV0(payer.publicKey, blockhash, instructions);
      return (await connection.getFeeForMessage(message, 'confirmed')).value;
    };
    assert.equal(await fee(pay(1)), 5_000);
    assert.equal(await fee(price), 8_000);
    assert.equal(await fee(price, limit(1_234)), 6_234);
    assert.equal(await fee(price, limit(2_000_000)), 1_405_000);
    assert.equal(await fee(price, pay(1)), 11_000);
    assert.equal(await fee(price, memo(1)), 208_000);
    assert.equal(await fee(price, memo(1), memo(2), memo(3), memo(4), memo(5), memo(6), memo(7), memo(8)), 1_405_000);
    assert.equal(await fee(price, call('Ed25519SigVerify111111111111111111111111111', [2])), 21_000);
    assert.equal(await fee(price, call('KeccakSecp256k11111111111111111111111111111')), 16_000);
    assert.equal(await fee(price, call('Secp256r1SigVerify1111111111111111111111111')), 213_000);
    assert.equal(await fee(price, call('Stake11111111111111111111111111111111111111')), 208_000);
    assert.equal(await fee(price, call('BPFLoaderUpgradeab1e11111111111111111111111')), 11_000);
    const { message } = buildV0(payer.publicKey, ZERO_HASH, [pay(1)]);
    assert.equal((await connection.getFeeForMessage(message, 'confirmed')).value, null);
    await refused(url(), 'getFeeForMessage', ['AAAA'], -32602, /^failed to deserialize/);
  });

  test('a priority fee is paid on top', async () => {
    const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 500_000 });
    const limit = ComputeBudgetProgram.setComputeUnitLimit({ units: 1_001 });
    const before = await connection.getBalance(payer.publicKey);
    const answer = await result(url(), 'sendTransaction', [base64(signed(price, limit, pay(SOL / 1000))), options]);
    await untilKnown(String(answer));
    assert.equal(await connection.getBalance(payer.publicKey), before - SOL / 1000 - 5_000 - 501);
    const fees = await connection.getRecentPrioritizationFees({ lockedWritableAccounts: [payer.publicKey] });
    assert.ok(fees.length > 0);
  });

  test('a context that has not been reached keeps a transaction from being sent', async () => {
    const text = base64(signed(pay(SOL)));
    const config = { ...options, minContextSlot: 99_999_999 };
    await refused(url(), 'sendTransaction', [text, config], -32016, /Minimum context slot/);
  });

  test('preflight on the finalised bank does not know a newer blockhash', async () => {
    const { blockhash: newest } = await connection.getLatestBlockhash('processed');
    const transaction = buildV0(payer.publicKey, newest, [pay(SOL / 1000)], [payer]);
    const config = { encoding: 'base64', preflightCommitment: 'finalized' };
    await refused(url(), 'sendTransaction', [base64(transaction), config], -32002, /Blockhash not found$/);
  });
}
