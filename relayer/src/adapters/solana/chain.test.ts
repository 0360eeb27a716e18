// Proves: each kind of RPC answer becomes the fact the stages rely on: null apart from no answer, refusals named, bytes signed by the
// signer alone and carrying the payload, a signature never given twice.
// Does not prove: that a real node answers so; tests/relayer runs against one.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { Connection } from '@solana/web3.js';
import { PublicKey, VersionedTransaction } from '@solana/web3.js';
import { LockstepError, sequence, settleData } from '#client';
import { newRow } from '../../domain/row.ts';
import { TransientError } from '../../errors.ts';
import { encodePayload } from '../../stages/encode/codec.ts';
import { fakeClock } from '../../testing/clock.ts';
import { createMemoryMetrics } from '../../testing/metrics.ts';
import { silent } from '../../testing/ports.ts';
import type { Answers } from '../../testing/rpc-node.ts';
import { rpcNode } from '../../testing/rpc-node.ts';
import { trades } from '../../testing/trades.ts';
import { createSolanaChain } from './chain.ts';
import { createEndpoints } from './endpoints.ts';
import { signerOf } from './keypair.ts';
import { createConnection } from './rpc.ts';

const address = (fill: number) => new PublicKey(new Uint8Array(32).fill(fill));
const place = { programId: address(9), market: address(8) };
const blockhash = (fill: number) => address(fill).toBase58();
const payload = encodePayload(newRow(1, trades(1, 3)), sequence(1)).data;
const context = (slot: number) => ({ slot });

const keypair = generateKeyPairSync('ed25519');
const jwk = keypair.privateKey.export({ format: 'jwk' });
const half = (part: string | undefined) => [...Buffer.from(part ?? '', 'base64url')];
const signer = signerOf(JSON.stringify([...half(jwk.d), ...half(jwk.x)]), 'a test');

const only = (connection: Connection) => {
  const metrics = createMemoryMetrics();
  return createEndpoints({ endpoints: [{ name: 'only', connection }], clock: fakeClock(), metrics, logger: silent });
};

async function chainWith(answers: Answers, timeoutMs = 5_000) {
  const node = await rpcNode(answers);
  const clock = fakeClock();
  const connection = createConnection({ rpcUrl: node.url, timeoutMs });
  const settings = {
    commitment: 'confirmed',
    computeUnitPrice: 0,
    blockhashMaxAgeMs: 2_000,
  } as const;
  return {
    clock,
    calls: node.calls,
    chain: createSolanaChain({ endpoints: only(connection), signer, clock, ...place, ...settings }),
  };
}
const unanswered = (error: unknown) => error instanceof TransientError && error.code === 'RPC_UNAVAILABLE';
const simulated = (value: object) => ({ context: context(5), value: { accounts: null, returnData: null, ...value } });

test('a simulation that passes tells its cost', async () => {
  const { chain, calls } = await chainWith({
    simulateTransaction: () => simulated({ err: null, logs: [], unitsConsumed: 7_123 }),
  });
  assert.deepEqual(await chain.simulate(payload), { kind: 'accepted', computeUnits: 7_123 });
  const options = calls[0]?.params[1];
  assert.ok(typeof options === 'object' && options !== null);
  assert.deepEqual(
    { ...options },
    { encoding: 'base64', commitment: 'confirmed', sigVerify: false, replaceRecentBlockhash: true },
  );
});

test('a refusal of the program is named', async () => {
  const logs = [
    `Program ${place.programId} invoke [1]`,
    `Program ${place.programId} failed: custom program error: 0x17b8`,
  ];
  const err = { InstructionError: [1, { Custom: 6072 }] };
  const { chain } = await chainWith({ simulateTransaction: () => simulated({ err, logs, unitsConsumed: 1 }) });
  const simulation = await chain.simulate(payload);
  assert.equal(simulation.kind === 'refused' && simulation.refusal.name, 'Paused');
});

for (const code of [6102, 6108]) {
  test(`refusal ${code} without the program's record of the trade taught nothing`, async () => {
    const err = { InstructionError: [1, { Custom: code }] };
    const { chain } = await chainWith({ simulateTransaction: () => simulated({ err, logs: [] }) });
    await assert.rejects(chain.simulate(payload), unanswered);
  });
}

test('every node is asked to simulate, and named', async () => {
  const { chain } = await chainWith({
    simulateTransaction: () => simulated({ err: null, logs: [], unitsConsumed: 7 }),
  });
  const [one, ...more] = await chain.simulateOnAll(payload);
  assert.equal(one?.node, 'only');
  assert.deepEqual(one?.simulation, { kind: 'accepted', computeUnits: 7 });
  assert.deepEqual(more, []);
});

test('a failure outside the program is told apart', async () => {
  const { chain } = await chainWith({ simulateTransaction: () => simulated({ err: 'AccountNotFound', logs: [] }) });
  const simulation = await chain.simulate(payload);
  assert.equal(simulation.kind === 'failed' && simulation.reason, '"AccountNotFound"');
});

test('null is an answer, an error and silence are none', async () => {
  const status = { slot: 7, confirmations: 1, err: null, confirmationStatus: 'confirmed' };
  const failed = { slot: 8, confirmations: null, err: { InstructionError: [0, 'X'] }, status: { Err: 'X' } };
  const known = await chainWith({
    getSignatureStatuses: () => ({ context: context(90), value: [null, { ...status, status: { Ok: null } }, failed] }),
  });
  assert.deepEqual(await known.chain.statuses(['a', 'b', 'c'], true), {
    slot: 90n,
    statuses: [
      null,
      { slot: 7n, commitment: 'confirmed' },
      { slot: 8n, commitment: 'finalized', error: '{"InstructionError":[0,"X"]}' },
    ],
  });
  assert.deepEqual(known.calls[0]?.params, [['a', 'b', 'c'], { searchTransactionHistory: true }]);

  const failing = await chainWith({
    getSignatureStatuses: () => {
      throw new Error('node is behind');
    },
  });
  await assert.rejects(failing.chain.statuses(['a'], false), unanswered);
  const silent = await chainWith({ getSignatureStatuses: undefined }, 50);
  await assert.rejects(silent.chain.statuses(['a'], false), unanswered);
});

test('a node that is not there taught nothing', async () => {
  const connection = createConnection({ rpcUrl: 'http://127.0.0.1:1', timeoutMs: 500 });
  const settings = { commitment: 'confirmed', computeUnitPrice: 0, blockhashMaxAgeMs: 0 } as const;
  const chain = createSolanaChain({ endpoints: only(connection), signer, clock: fakeClock(), ...place, ...settings });
  await assert.rejects(chain.heights(), unanswered);
  await assert.rejects(chain.send(Uint8Array.of(1)), unanswered);
});

test('a market that is not there may only be not there yet', async () => {
  const { chain } = await chainWith({ getAccountInfo: () => ({ context: context(5), value: null }) });
  await assert.rejects(chain.market('confirmed'), unanswered);
});

test('an account of another kind taught nothing about the market, and is named', async () => {
  const value = { data: ['AAAA', 'base64'], executable: false, lamports: 1, owner: blockhash(9), rentEpoch: 0 };
  const { chain } = await chainWith({ getAccountInfo: () => ({ context: context(5), value }) });
  await assert.rejects(chain.market('confirmed'), (error) => {
    assert.ok(unanswered(error));
    return error instanceof Error && error.cause instanceof LockstepError && error.cause.code === 'ACCOUNT_UNREADABLE';
  });
});

test('block heights at both commitments, with the finalised slot', async () => {
  const info = (at: unknown) => {
    const finalized = JSON.stringify(at).includes('finalized');
    const absoluteSlot = finalized ? 460 : 500;
    return { absoluteSlot, blockHeight: absoluteSlot - 100, epoch: 0, slotIndex: 1, slotsInEpoch: 432_000 };
  };
  const { chain } = await chainWith({ getEpochInfo: (params) => info(params) });
  assert.deepEqual(await chain.heights(), { progress: 400, finalized: 360, finalizedSlot: 460n });
});

function hashes(...fills: number[]): Answers {
  let at = 0;
  const getLatestBlockhash = () => {
    const fill = fills[Math.min(at, fills.length - 1)] ?? 0;
    at += 1;
    return { context: context(5), value: { blockhash: blockhash(fill), lastValidBlockHeight: 100 + fill } };
  };
  return { getLatestBlockhash };
}

test('what is signed carries the payload and the relayer’s signature', async () => {
  const { chain } = await chainWith(hashes(1));
  const { bytes, signature, lastValidBlockHeight } = await chain.sign(payload, 5_000, []);
  const transaction = VersionedTransaction.deserialize(bytes);
  const relayer = new PublicKey(signer.publicKey);
  assert.ok(transaction.message.staticAccountKeys[0]?.equals(relayer));
  const settle = transaction.message.compiledInstructions.at(-1);
  assert.deepEqual(settleData(settle?.data ?? new Uint8Array()), payload);
  assert.equal(lastValidBlockHeight, 101);
  assert.ok(signature.length > 80);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), signer.publicKey]);
  const { createPublicKey, verify } = await import('node:crypto');
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  assert.ok(verify(null, transaction.message.serialize(), key, transaction.signatures[0] ?? new Uint8Array()));
});

test('a blockhash is asked for once while it is young', async () => {
  const { chain, calls, clock } = await chainWith(hashes(1, 2));
  await chain.sign(payload, 1, []);
  await chain.sign(payload, 2, []);
  assert.equal(calls.length, 1);
  clock.advance(2_000);
  await chain.sign(payload, 2, []);
  assert.equal(calls.length, 2);
});

test('a signature that was given before is not given again', async () => {
  const { chain } = await chainWith(hashes(1, 2));
  const first = await chain.sign(payload, 5_000, []);
  const second = await chain.sign(payload, 5_000, [first.signature]);
  assert.notEqual(second.signature, first.signature);
  const { chain: stuck } = await chainWith(hashes(1));
  await assert.rejects(stuck.sign(payload, 5_000, [first.signature]), unanswered);
});

for (const [what, value] of [
  ['no hash', { blockhash: 'zzz0', lastValidBlockHeight: 100 }],
  ['too short a hash', { blockhash: '1111', lastValidBlockHeight: 100 }],
  ['a negative height', { blockhash: blockhash(1), lastValidBlockHeight: -1 }],
  ['half a block', { blockhash: blockhash(1), lastValidBlockHeight: 1.5 }],
] as const) {
  test(`a blockhash with ${what} taught nothing`, async () => {
    const { chain } = await chainWith({ getLatestBlockhash: () => ({ context: context(5), value }) });
    await assert.rejects(chain.sign(payload, 5_000, []), unanswered);
  });
}

test('an answer without end taught nothing', async () => {
  const { chain } = await chainWith({ getEpochInfo: () => 'x'.repeat(17 * 1_024 * 1_024) });
  await assert.rejects(
    chain.heights(),
    (error) => unanswered(error) && `${error}`.includes('more than 16777216 bytes'),
  );
});
