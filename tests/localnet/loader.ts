/** Deploys and upgrades by transactions, one after the other. */
import { type Connection, Keypair, type PublicKey, SystemProgram } from '@solana/web3.js';
import { programDataAddress } from '#client';
import {
  BUFFER_HEADER_BYTES,
  deployBuffer,
  initializeBuffer,
  LOADER,
  PROGRAM_BYTES,
  PROGRAM_DATA_HEADER_BYTES,
  upgradeInstruction,
  writeBuffer as writeChunk,
} from '../../cli/src/start/place/loader.ts';
import { sendAndConfirm } from './wallet.ts';

export { LOADER, PROGRAM_DATA_HEADER_BYTES, programDataAddress, upgradeInstruction };

/** What fits into one transaction beside everything else. */
const CHUNK_BYTES = 900;

/** Writes the object into a new buffer that the payer may use; one transaction per chunk. */
export async function writeBuffer(connection: Connection, payer: Keypair, object: Uint8Array): Promise<PublicKey> {
  const buffer = Keypair.generate();
  const space = BUFFER_HEADER_BYTES + object.length;
  const lamports = await connection.getMinimumBalanceForRentExemption(space);
  const create = SystemProgram.createAccount({
    fromPubkey: payer.publicKey,
    newAccountPubkey: buffer.publicKey,
    lamports,
    space,
    programId: LOADER,
  });
  const initialize = initializeBuffer(buffer.publicKey, payer.publicKey);
  await sendAndConfirm(connection, payer, [create, initialize], [buffer]);
  for (let offset = 0; offset < object.length; offset += CHUNK_BYTES) {
    const chunk = object.subarray(offset, offset + CHUNK_BYTES);
    await sendAndConfirm(connection, payer, [writeChunk(buffer.publicKey, payer.publicKey, offset, chunk)]);
  }
  return buffer.publicKey;
}

/** Deploys a buffer under a new program id with room to grow to `maxBytes`; the payer becomes the authority. */
export async function deploy(
  connection: Connection,
  payer: Keypair,
  program: Keypair,
  buffer: PublicKey,
  maxBytes: number,
): Promise<string> {
  const lamports = await connection.getMinimumBalanceForRentExemption(PROGRAM_BYTES);
  const create = SystemProgram.createAccount({
    fromPubkey: payer.publicKey,
    newAccountPubkey: program.publicKey,
    lamports,
    space: PROGRAM_BYTES,
    programId: LOADER,
  });
  const place = { payer: payer.publicKey, program: program.publicKey, buffer, maxBytes };
  return sendAndConfirm(connection, payer, [create, deployBuffer(place)], [program]);
}
