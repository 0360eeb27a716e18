/**
 * Proves: programs and accounts given at the start are there as genesis would have them, upgrade authority included;
 * what cannot be loaded is refused by a coded error; LiteSVM is never handed what would bring it down.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Keypair, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { readAccountFile, startLocalnet } from '#localnet';
import { LOADER, programDataAddress, upgradeInstruction, writeBuffer } from '../loader.ts';
import { tinyProgram } from '../tiny-program.ts';
import { setUp } from './setup.ts';

const SYSTEM = SystemProgram.programId.toBase58();

test('an upgradeable program has its authority and slot 0, and can be upgraded at once', async (t) => {
  const programId = Keypair.generate().publicKey;
  const authority = Keypair.generate();
  const { node, send, signed, payer } = await setUp(t, {
    manualSlots: false,
    slotMs: 20,
    programs: [{ programId, bytes: tinyProgram(1), upgradeAuthority: authority.publicKey }],
  });
  const data = Buffer.from(node.getAccount(programDataAddress(programId))?.data ?? []);
  assert.equal(data.readUInt32LE(0), 3);
  assert.equal(data.readBigUInt64LE(4), 0n);
  assert.equal(data[12], 1);
  assert.deepEqual(data.subarray(13, 45), authority.publicKey.toBuffer());
  assert.deepEqual(data.subarray(45), Buffer.from(tinyProgram(1)));
  assert.equal(node.getAccount(programId)?.owner, LOADER.toBase58());
  const call = new TransactionInstruction({ programId, keys: [] });
  assert.deepEqual(await send(await signed([call])), { InstructionError: [0, { Custom: 1 }] });

  node.airdrop(authority.publicKey, 10_000_000_000n);
  const buffer = await writeBuffer(node.connection('confirmed'), authority, tinyProgram(2));
  const upgrade = upgradeInstruction(programId, buffer, authority.publicKey);
  const transaction = await signed([upgrade]);
  transaction.sign([payer, authority]);
  assert.equal(await send(transaction), null);
  // The documented difference: a cluster lets the new program run from the next slot on, the node at once.
  assert.deepEqual(await send(await signed([call])), { InstructionError: [0, { Custom: 2 }] });
});

test('a program without authority has none, and can be loaded while the node runs', async (t) => {
  const { node, send, signed } = await setUp(t);
  const programId = Keypair.generate().publicKey;
  node.loadProgram({ programId, bytes: tinyProgram(9) });
  assert.equal(node.getAccount(programDataAddress(programId))?.data[12], 0);
  const call = new TransactionInstruction({ programId, keys: [] });
  assert.deepEqual(await send(await signed([call])), { InstructionError: [0, { Custom: 9 }] });
});

test('programs that cannot be loaded are refused, and nothing is left running', async () => {
  const programId = Keypair.generate().publicKey;
  const refusal = (program: object) => startLocalnet({ programs: [{ programId, ...program }] });
  await assert.rejects(refusal({ bytes: new Uint8Array(100) }), { code: 'PROGRAM_REFUSED' });
  await assert.rejects(refusal({ file: '/nowhere/program.so' }), { code: 'PROGRAM_UNREADABLE' });
  await assert.rejects(refusal({}), { code: 'PROGRAM_UNREADABLE' });
  await assert.rejects(refusal({ programId: 'x', bytes: tinyProgram(0) }), { code: 'ADDRESS_INVALID' });
});

test('accounts are there from the start, also from a dump', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-account-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'account.json');
  const address = Keypair.generate().publicKey.toBase58();
  const account = { lamports: 5_000_000, data: ['AQID', 'base64'], owner: SYSTEM, executable: false, rentEpoch: 0 };
  writeFileSync(file, JSON.stringify({ pubkey: address, account }));
  const { node } = await setUp(t, { accounts: [readAccountFile('-', file)] });
  assert.deepEqual([...(node.getAccount(address)?.data ?? [])], [1, 2, 3]);
  assert.equal(node.getAccount(address)?.lamports, 5_000_000n);
  writeFileSync(file, '{"pubkey": 5}');
  assert.throws(() => readAccountFile('-', file), { code: 'ACCOUNT_FILE_INVALID' });
  assert.throws(() => readAccountFile('-', join(folder, 'none')), { code: 'ACCOUNT_FILE_INVALID' });
});

test('a program account can only be replaced by a program', async (t) => {
  const { node } = await setUp(t);
  const programId = Keypair.generate().publicKey;
  node.loadProgram({ programId, bytes: tinyProgram(0) });
  const account = node.getAccount(programId);
  assert.ok(account);
  const refusal = { code: 'PROGRAM_REPLACED' };
  assert.throws(() => node.setAccount({ ...account, address: programId, executable: false }), refusal);
  assert.throws(() => node.setAccount({ ...account, address: programId, lamports: 0n }), refusal);
});

test('an account of 0 lamports is removed', async (t) => {
  const { node } = await setUp(t);
  const address = Keypair.generate().publicKey;
  const account = { address, owner: SYSTEM, executable: false, data: new Uint8Array(3) };
  node.setAccount({ ...account, lamports: 1n });
  assert.equal(node.getAccount(address)?.data.length, 3);
  node.setAccount({ ...account, lamports: 0n });
  assert.equal(node.getAccount(address), undefined);
});

test('the faucet says when it cannot send', async (t) => {
  const { node } = await setUp(t);
  const address = Keypair.generate().publicKey;
  assert.throws(() => node.airdrop(address, 10n ** 18n), { code: 'FAUCET_EMPTY' });
  assert.throws(() => node.airdrop('nobody', 1n), { code: 'ADDRESS_INVALID' });
});
