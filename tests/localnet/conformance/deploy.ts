/** Programs deployed and upgraded by transactions, through the upgradeable loader. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Connection, Keypair, TransactionInstruction } from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import {
  deploy,
  LOADER,
  PROGRAM_DATA_HEADER_BYTES,
  programDataAddress,
  upgradeInstruction,
  writeBuffer,
} from '../loader.ts';
import { tinyProgram } from '../tiny-program.ts';
import { connect, fundedKey, SOL, sendAndConfirm, twoSlots } from '../wallet.ts';

const ROOM_BYTES = 2_000;

export function deploySuite(chain: () => Chain): void {
  let connection: Connection;
  let payer: Keypair;
  const program = Keypair.generate();
  before(async () => {
    connection = connect(chain());
    payer = await fundedKey(connection, 100 * SOL);
  });
  const call = () =>
    sendAndConfirm(connection, payer, [new TransactionInstruction({ programId: program.publicKey, keys: [] })]);
  const programData = async () => {
    const account = await connection.getAccountInfo(programDataAddress(program.publicKey));
    assert.ok(account);
    return account.data;
  };

  test('a program is deployed from a buffer and can be called', async () => {
    const object = tinyProgram(0);
    const buffer = await writeBuffer(connection, payer, object);
    const signature = await deploy(connection, payer, program, buffer, ROOM_BYTES);
    const account = await connection.getAccountInfo(program.publicKey);
    assert.equal(account?.executable, true);
    assert.ok(account?.owner.equals(LOADER));
    const data = await programData();
    assert.equal(data.length, PROGRAM_DATA_HEADER_BYTES + ROOM_BYTES);
    assert.equal(data.readUInt32LE(0), 3);
    const slot = (await connection.getSignatureStatus(signature)).value?.slot;
    assert.equal(Number(data.readBigUInt64LE(4)), slot);
    assert.equal(data[12], 1);
    assert.deepEqual(data.subarray(13, 45), payer.publicKey.toBuffer());
    assert.equal(await connection.getAccountInfo(buffer), null);
    // On a cluster a program can be called from the slot after the one it was deployed in.
    await twoSlots(connection);
    await call();
  });

  test('a stranger cannot upgrade it', async () => {
    const stranger = await fundedKey(connection);
    const buffer = await writeBuffer(connection, stranger, tinyProgram(7));
    const upgrade = upgradeInstruction(program.publicKey, buffer, stranger.publicKey);
    await assert.rejects(sendAndConfirm(connection, stranger, [upgrade]), /[Ii]ncorrect authority/);
    await call();
  });

  test('its authority upgrades it, and the new program answers', async () => {
    const newer = tinyProgram(7);
    const buffer = await writeBuffer(connection, payer, newer);
    const before = (await programData()).readBigUInt64LE(4);
    await sendAndConfirm(connection, payer, [upgradeInstruction(program.publicKey, buffer, payer.publicKey)]);
    const data = await programData();
    const written = data.subarray(PROGRAM_DATA_HEADER_BYTES, PROGRAM_DATA_HEADER_BYTES + newer.length);
    assert.deepEqual(written, Buffer.from(newer));
    assert.ok(data.readBigUInt64LE(4) > before);
    await twoSlots(connection);
    await assert.rejects(call(), /custom program error: 0x7/);
  });

  test('bytes that are no program are not deployed', async () => {
    const buffer = await writeBuffer(connection, payer, new Uint8Array(500).fill(7));
    const other = Keypair.generate();
    await assert.rejects(deploy(connection, payer, other, buffer, ROOM_BYTES), /invalid account data/);
    assert.equal(await connection.getAccountInfo(other.publicKey), null);
  });
}
