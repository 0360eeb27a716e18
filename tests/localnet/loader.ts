/** The upgradeable loader's instructions, as far as a deploy and an upgrade need them. */
import {
  type Connection,
  Keypair,
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  SystemProgram,
  TransactionInstruction,
} from '@solana/web3.js';
import { sendAndConfirm } from './wallet.ts';

export const LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');
const BUFFER_HEADER_BYTES = 37;
export const PROGRAM_DATA_HEADER_BYTES = 45;
const PROGRAM_BYTES = 36;
/** What fits into one transaction beside everything else. */
const CHUNK_BYTES = 900;

export function programDataAddress(programId: PublicKey): PublicKey {
  return PublicKey.findProgramAddressSync([programId.toBuffer()], LOADER)[0];
}

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
  const initialize = instruction(u32(0), [writable(buffer.publicKey), readonly(payer.publicKey)]);
  await sendAndConfirm(connection, payer, [create, initialize], [buffer]);
  for (let offset = 0; offset < object.length; offset += CHUNK_BYTES) {
    const chunk = object.subarray(offset, offset + CHUNK_BYTES);
    const data = Buffer.concat([u32(1), u32(offset), u64(chunk.length), chunk]);
    const keys = [writable(buffer.publicKey), signer(payer.publicKey)];
    await sendAndConfirm(connection, payer, [instruction(data, keys)]);
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
  const keys = [
    { pubkey: payer.publicKey, isSigner: true, isWritable: true },
    writable(programDataAddress(program.publicKey)),
    writable(program.publicKey),
    writable(buffer),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    readonly(SystemProgram.programId),
    signer(payer.publicKey),
  ];
  const data = Buffer.concat([u32(2), u64(maxBytes)]);
  return sendAndConfirm(connection, payer, [create, instruction(data, keys)], [program]);
}

/** Puts the buffer's object in place of the program's. */
export function upgradeInstruction(
  programId: PublicKey,
  buffer: PublicKey,
  authority: PublicKey,
): TransactionInstruction {
  return instruction(u32(3), [
    writable(programDataAddress(programId)),
    writable(programId),
    writable(buffer),
    writable(authority),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    signer(authority),
  ]);
}

function instruction(data: Buffer, keys: TransactionInstruction['keys']): TransactionInstruction {
  return new TransactionInstruction({ programId: LOADER, keys, data });
}

const writable = (pubkey: PublicKey) => ({ pubkey, isSigner: false, isWritable: true });
const readonly = (pubkey: PublicKey) => ({ pubkey, isSigner: false, isWritable: false });
const signer = (pubkey: PublicKey) => ({ pubkey, isSigner: true, isWritable: false });

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
