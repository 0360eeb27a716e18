/**
 * Proves: transactions of all three versions are decoded as web3.js and kit wrote them, bytes that Solana's decoder
 * would refuse are refused here, and nothing that passes makes LiteSVM abort the process (mutated bytes, seeded).
 * Does not prove: that LiteSVM survives every possible byte string.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Blockhash,
  createTransactionMessage,
  generateKeyPairSigner,
  getTransactionEncoder,
  pipe,
  setTransactionMessageComputeUnitLimit,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  setTransactionMessagePriorityFeeLamports,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { Keypair, MessageV0, PublicKey, SystemProgram, Transaction, VersionedTransaction } from '@solana/web3.js';
import fc from 'fast-check';
import { toBase58 } from './base58.ts';
import { MalformedBytes } from './byte-reader.ts';
import { Svm } from './svm.ts';
import { decodeTransaction, maxTransactionBytes, transactionId } from './wire.ts';

const payer = Keypair.fromSeed(new Uint8Array(32).fill(1));
const blockhash = toBase58(new Uint8Array(32).fill(9));
const table = new PublicKey(new Uint8Array(32).fill(5));
const pay = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: table, lamports: 7 });

function legacyBytes(): Uint8Array {
  const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash }).add(pay);
  transaction.sign(payer);
  return new Uint8Array(transaction.serialize());
}

function v0Bytes(): Uint8Array {
  const message = new MessageV0({
    header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
    staticAccountKeys: [payer.publicKey, table, SystemProgram.programId],
    recentBlockhash: blockhash,
    compiledInstructions: [{ programIdIndex: 2, accountKeyIndexes: [0, 3], data: new Uint8Array([1, 2]) }],
    addressTableLookups: [{ accountKey: table, writableIndexes: [4], readonlyIndexes: [5, 6] }],
  });
  const transaction = new VersionedTransaction(message);
  transaction.sign([payer]);
  return transaction.serialize();
}

async function v1Bytes(): Promise<Uint8Array> {
  const signer = await generateKeyPairSigner();
  const message = pipe(
    createTransactionMessage({ version: 1 }),
    (it) => setTransactionMessageFeePayerSigner(signer, it),
    (it) =>
      setTransactionMessageLifetimeUsingBlockhash({ blockhash: blockhash as Blockhash, lastValidBlockHeight: 0n }, it),
    (it) => setTransactionMessageComputeUnitLimit(1_000, it),
    (it) => setTransactionMessagePriorityFeeLamports(77n, it),
  );
  return new Uint8Array(getTransactionEncoder().encode(await signTransactionMessageWithSigners(message)));
}

test('a legacy transaction is decoded', () => {
  const bytes = legacyBytes();
  const { message, signatures, blockhashOffset } = decodeTransaction(bytes);
  assert.equal(message.version, 'legacy');
  assert.equal(message.blockhash, blockhash);
  assert.deepEqual(message.staticKeys, [
    payer.publicKey.toBase58(),
    table.toBase58(),
    SystemProgram.programId.toBase58(),
  ]);
  assert.deepEqual(message.header, { requiredSignatures: 1, readonlySigned: 0, readonlyUnsigned: 1 });
  assert.deepEqual([...(message.instructions[0]?.accounts ?? [])], [0, 1]);
  assert.deepEqual(Buffer.from(message.instructions[0]?.data ?? []), pay.data);
  assert.equal(toBase58(bytes.subarray(blockhashOffset, blockhashOffset + 32)), blockhash);
  assert.equal(transactionId({ bytes, message, signatures, blockhashOffset }), toBase58(bytes.subarray(1, 65)));
});

test('a version 0 transaction is decoded with its lookups', () => {
  const { message } = decodeTransaction(v0Bytes());
  assert.equal(message.version, 0);
  const [lookup] = message.lookups;
  assert.equal(lookup?.table, table.toBase58());
  assert.deepEqual([[...(lookup?.writableIndexes ?? [])], [...(lookup?.readonlyIndexes ?? [])]], [[4], [5, 6]]);
});

test('a version 1 transaction is decoded with its configuration', async () => {
  const bytes = await v1Bytes();
  const { message, signatures } = decodeTransaction(bytes);
  assert.equal(message.version, 1);
  assert.equal(signatures.length, 1);
  assert.deepEqual(message.config, {
    computeUnitLimit: 1_000,
    heapSize: null,
    loadedAccountsDataSizeLimit: null,
    priorityFeeLamports: 77n,
  });
});

test('what follows a transaction is cut off', () => {
  const bytes = legacyBytes();
  assert.deepEqual(decodeTransaction(Uint8Array.of(...bytes, 1, 2, 3)).bytes, bytes);
});

test('every prefix of a transaction is malformed', async () => {
  for (const bytes of [legacyBytes(), v0Bytes(), await v1Bytes()]) {
    for (let length = 0; length < bytes.length; length += 1) {
      assert.throws(() => decodeTransaction(bytes.subarray(0, length)), MalformedBytes);
    }
  }
});

test('lengths that are not in their shortest form, and unknown versions and masks, are malformed', async () => {
  const legacy = legacyBytes();
  const keyCountAt = 1 + 64 + 3;
  const longForm = Uint8Array.of(...legacy.subarray(0, keyCountAt), 0x83, 0x00, ...legacy.subarray(keyCountAt + 1));
  assert.throws(() => decodeTransaction(longForm), /shortest form/);
  const v0 = v0Bytes();
  v0[65] = 0x82;
  assert.throws(() => decodeTransaction(v0), /Invalid tag encoding: 2/);
  v0[65] = 0x81;
  assert.throws(() => decodeTransaction(v0), MalformedBytes);
  const v1 = await v1Bytes();
  for (const mask of [0b100000, 0b01, 0b10]) {
    const changed = v1.slice();
    changed[4] = mask;
    assert.throws(() => decodeTransaction(changed), /config mask/);
  }
});

test('version 1 may have 4,096 bytes, everything else 1,232', () => {
  assert.deepEqual(
    [maxTransactionBytes(0x81), maxTransactionBytes(1), maxTransactionBytes(0x80)],
    [4_096, 1_232, 1_232],
  );
});

test('no mutation that is accepted brings LiteSVM down', async () => {
  const svm = new Svm();
  const originals = [legacyBytes(), v0Bytes(), await v1Bytes()];
  const mutation = fc.tuple(
    fc.constantFrom(...originals),
    fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 }),
  );
  let accepted = 0;
  fc.assert(
    fc.property(mutation, ([original, changes]) => {
      const bytes = original.slice();
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      try {
        const { bytes: exact } = decodeTransaction(bytes);
        svm.simulate(exact, false);
        accepted += 1;
      } catch (cause) {
        assert.ok(cause instanceof MalformedBytes, String(cause));
      }
    }),
    { numRuns: 5_000, seed: 1 },
  );
  assert.ok(accepted > 500, `${accepted} mutations were accepted`);
});
