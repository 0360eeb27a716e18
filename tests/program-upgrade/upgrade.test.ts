// Proves: `lockstep program show` says what runs; `upgrade` replaces a smaller object by a larger one and back, reads it back, goes on with a
// buffer that was left half written, does nothing twice, warns of versions the object does not settle, and refuses whoever may not;
// `--export` leaves a transaction that the authority, and nobody else, can make land.
// Does not prove: a multisig's own import; that accounts survive (tests/program/upgrade.test.ts).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PublicKey, TransactionInstruction, VersionedTransaction } from '@solana/web3.js';
import { programDataAddress } from '#client';
import { bufferAddress, fillBuffer } from '../../cli/src/program-upgrade/buffer.ts';
import { settlementRelease } from '../../cli/src/release/program.ts';
import { LOADER } from '../../cli/src/start/place/loader.ts';
import { createSender } from '../../cli/src/transactions.ts';
import { build, jsonOf, openWorld, program } from '../operator/setup.ts';

const world = await openWorld();
const connection = world.chain.connection('confirmed');
const { admin, successor } = world.keys;

interface Told {
  readonly outcome: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly release: string | null;
  readonly room: number;
  readonly bytes: number;
  readonly authority: string | null;
  readonly batchVersions: readonly number[] | null;
  readonly extendBy: number;
  readonly warnings: readonly string[];
  readonly buffer: string;
  readonly transaction: string;
  readonly signers: readonly string[];
}
const upgrade = (...argv: string[]) => world.asAdmin('program', 'upgrade', ...argv, '--json');
const show = async () => jsonOf<Told>(await world.lockstep('program', 'show', '--json'));
const oldOne = settlementRelease('0.1.0');
const newOne = settlementRelease('0.2.0');

/** SetAuthority of the loader, on the program itself; nobody: for ever. */
function setUpgradeAuthority(to: PublicKey | undefined): TransactionInstruction {
  const keys = [programDataAddress(program), admin.publicKey, ...(to === undefined ? [] : [to])].map((pubkey, at) => ({
    ...{ pubkey, isSigner: at === 1, isWritable: at === 0 },
  }));
  return new TransactionInstruction({ programId: LOADER, keys, data: Buffer.from([4, 0, 0, 0]) });
}

test('show says release, room, authority and versions', async () => {
  const { release, bytes, authority, batchVersions } = await show();
  assert.deepEqual(
    { release, bytes, authority, batchVersions },
    { release: '0.1.0', bytes: oldOne.bytes, authority: admin.publicKey.toBase58(), batchVersions: [1] },
  );
  const { stdout } = await world.lockstep('program', 'show');
  assert.match(stdout, /settlement 0\.1\.0\n.*sha256 6e0ac424.*\nsettles +V1\n/s);
});

test('a dry run needs no key and sends nothing', async () => {
  const ran = await world.lockstep('program', 'upgrade', '--release', '0.2.0', '--dry-run', '--json');
  const told = jsonOf<Told>(ran);
  assert.deepEqual([ran.code, told.outcome, told.from, told.to], [0, 'simulated', '0.1.0', '0.2.0']);
  assert.ok(told.extendBy >= newOne.bytes - oldOne.bytes);
  assert.equal(await connection.getAccountInfo(await bufferAddress(admin.publicKey, newOne.object)), null);
});

test('what cannot be done is refused before anything is sent', async () => {
  const code = async (ran: Promise<{ code: number; stderr: string }>) => /^([A-Z_]+): /m.exec((await ran).stderr)?.[1];
  const other = PublicKey.default.toBase58();
  assert.equal(await code(world.as('stranger', 'program', 'upgrade')), 'NOT_UPGRADE_AUTHORITY');
  assert.equal(await code(world.lockstep('program', 'upgrade', '--yes')), 'SIGNER_MISSING');
  assert.equal(await code(upgrade('--release', '9.9.9')), 'RELEASE_MISSING');
  assert.equal(await code(upgrade('--object', '/nowhere.so')), 'OBJECT_UNREADABLE');
  assert.equal(await code(upgrade('--object', import.meta.filename)), 'OBJECT_UNREADABLE');
  assert.equal(await code(upgrade('--object', process.execPath)), 'OBJECT_UNREADABLE');
  const short = join(world.file('admin'), '..', 'short.so');
  writeFileSync(short, newOne.object.subarray(0, newOne.bytes - 1));
  assert.equal(await code(upgrade('--object', short)), 'OBJECT_UNREADABLE');
  assert.equal(await code(upgrade('--program', other)), 'PROGRAM_MISSING');
  assert.equal(await code(world.lockstep('program', 'show', '--program', other)), 'PROGRAM_MISSING');
  assert.equal((await show()).release, '0.1.0');
});

test('a half-written buffer is gone on with; the larger object runs; again, nothing is done', async () => {
  const ending = new AbortController();
  const send = createSender(connection, admin, ending.signal);
  const said: string[] = [];
  const say = (line: string) => {
    said.push(line);
    if (line.includes('pieces written')) ending.abort(new Error('killed'));
  };
  const plan = { connection, send, payer: admin, object: newOne.object, authority: admin.publicKey, say };
  await assert.rejects(world.ticking(fillBuffer(plan)), /killed/);
  assert.equal(said.length, 2);

  const ran = await upgrade('--release', '0.2.0');
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /found, going on with it/);
  const pieces = Number(/of ([\d,]+) pieces/.exec(ran.stderr)?.[1]);
  assert.ok(pieces < Number(/of ([\d,]+) pieces/.exec(said[1] ?? '')?.[1]), ran.stderr);
  const told = jsonOf<Told>(ran);
  assert.deepEqual([told.outcome, told.from, told.to, told.warnings], ['done', '0.1.0', '0.2.0', []]);
  assert.deepEqual((await show()).batchVersions, [1, 2]);
  assert.equal(await connection.getAccountInfo(new PublicKey(told.buffer)), null);
  assert.equal(jsonOf<Told>(await upgrade('--release', 'staged')).outcome, 'unchanged');
});

test('an object that lacks an allowed version is warned of; the smaller one fits without extension', async () => {
  await world.landAs('admin', build.setAllowedVersions({ admin: admin.publicKey, allowedBatchVersions: 3 }));
  const told = jsonOf<Told>(await upgrade('--release', 'deployed'));
  assert.deepEqual([told.outcome, told.extendBy, told.warnings.length], ['done', 0, 1]);
  assert.match(told.warnings[0] ?? '', /allows V2, and settlement 0\.1\.0 settles V1/);
  assert.equal((await show()).release, '0.1.0');
});

test('bytes that are no release are said to be unknown', async () => {
  const file = join(world.file('admin'), '..', 'unknown.so');
  const unknown = Buffer.from(oldOne.object);
  unknown[unknown.length - 1] = (unknown.at(-1) ?? 0) ^ 1;
  writeFileSync(file, unknown);
  const told = jsonOf<Told>(await upgrade('--object', file, '--dry-run'));
  assert.deepEqual([told.outcome, told.to], ['simulated', null]);
  assert.match(told.warnings[0] ?? '', /nothing is known/);
});

test('an export is for the authority to sign, and lands with its signature', async () => {
  await world.landAs('admin', setUpgradeAuthority(successor.publicKey));
  const ran = await upgrade('--release', '0.2.0', '--export');
  assert.equal(ran.code, 0, ran.stderr);
  const told = jsonOf<Told>(ran);
  assert.deepEqual([told.outcome, told.signers], ['exported', [successor.publicKey.toBase58()]]);
  const again = jsonOf<Told>(await upgrade('--release', '0.2.0', '--export'));
  assert.equal(again.buffer, told.buffer, 'the buffer is found again');
  const transaction = VersionedTransaction.deserialize(Buffer.from(again.transaction, 'base64'));
  transaction.sign([successor]);
  const signature = await connection.sendRawTransaction(transaction.serialize());
  await world.ticking(connection.confirmTransaction(signature, 'confirmed'));
  assert.equal((await show()).release, '0.2.0');
});

test('a program without authority stays as it is', async () => {
  const keys = [programDataAddress(program), successor.publicKey].map((pubkey, at) => ({
    ...{ pubkey, isSigner: at === 1, isWritable: at === 0 },
  }));
  await world.landAs(
    'successor',
    new TransactionInstruction({ programId: LOADER, keys, data: Buffer.from([4, 0, 0, 0]) }),
  );
  const { code, stderr } = await upgrade('--release', '0.1.0');
  assert.equal(code, 1);
  assert.match(stderr, /^PROGRAM_FINAL: /m);
  assert.match((await world.lockstep('program', 'show')).stdout, /nobody: it can never be upgraded/);
});
