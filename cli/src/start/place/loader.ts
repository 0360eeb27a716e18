import type { AccountMeta } from '@solana/web3.js';
import {
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_RENT_PUBKEY,
  SystemProgram,
  TransactionInstruction,
} from '@solana/web3.js';
import { programDataAddress } from '#client';

/** The upgradeable loader's instructions and layouts, as far as deploys and upgrades need them. */

export const LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');
export const BUFFER_HEADER_BYTES = 37;
export const PROGRAM_BYTES = 36;
/** ProgramData: u32 kind, u64 slot, the upgrade authority as an option; then the object. */
export const PROGRAM_DATA_HEADER_BYTES = 45;
const AUTHORITY_OFFSET = 12;

/** Who may upgrade the program; undefined when nobody can. */
export function upgradeAuthorityIn(programData: Uint8Array): PublicKey | undefined {
  if (programData[AUTHORITY_OFFSET] !== 1) return undefined;
  return new PublicKey(programData.subarray(AUTHORITY_OFFSET + 1, PROGRAM_DATA_HEADER_BYTES));
}

export const initializeBuffer = (buffer: PublicKey, authority: PublicKey): TransactionInstruction =>
  instruction(u32(0), [writable(buffer), readonly(authority)]);

export function writeBuffer(
  buffer: PublicKey,
  authority: PublicKey,
  offset: number,
  bytes: Uint8Array,
): TransactionInstruction {
  return instruction(Buffer.concat([u32(1), u32(offset), u64(bytes.length), bytes]), [
    writable(buffer),
    signer(authority),
  ]);
}

/** Gives the buffer's lamports back to its authority. */
export const closeBuffer = (buffer: PublicKey, authority: PublicKey): TransactionInstruction =>
  instruction(u32(5), [writable(buffer), writable(authority), signer(authority)]);

/** @param maxBytes how large the object may ever get without extending the account */
export function deployBuffer(i: {
  readonly payer: PublicKey;
  readonly program: PublicKey;
  readonly buffer: PublicKey;
  readonly maxBytes: number;
}): TransactionInstruction {
  return instruction(Buffer.concat([u32(2), u64(i.maxBytes)]), [
    { pubkey: i.payer, isSigner: true, isWritable: true },
    writable(programDataAddress(i.program)),
    writable(i.program),
    writable(i.buffer),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    readonly(SystemProgram.programId),
    signer(i.payer),
  ]);
}

/** Puts the buffer's object in place of the program's. */
export const upgradeInstruction = (
  program: PublicKey,
  buffer: PublicKey,
  authority: PublicKey,
): TransactionInstruction =>
  instruction(u32(3), [
    writable(programDataAddress(program)),
    writable(program),
    writable(buffer),
    writable(authority),
    readonly(SYSVAR_RENT_PUBKEY),
    readonly(SYSVAR_CLOCK_PUBKEY),
    signer(authority),
  ]);

/** Gives a buffer to somebody else: an upgrade takes only a buffer of the program's own authority. */
export const setBufferAuthority = (buffer: PublicKey, from: PublicKey, to: PublicKey): TransactionInstruction =>
  instruction(u32(4), [writable(buffer), signer(from), readonly(to)]);

/** Room for a larger object. Newer clusters take only the form the authority signs, older ones only the other. */
export function extendProgram(
  form: 'checked' | 'unchecked',
  {
    program,
    authority,
    payer,
  }: { readonly program: PublicKey; readonly authority: PublicKey; readonly payer: PublicKey },
  additionalBytes: number,
): TransactionInstruction {
  const paying = { pubkey: payer, isSigner: true, isWritable: true };
  const accounts = [writable(programDataAddress(program)), writable(program)];
  const rest = [readonly(SystemProgram.programId), paying];
  return form === 'checked'
    ? instruction(Buffer.concat([u32(9), u32(additionalBytes)]), [...accounts, signer(authority), ...rest])
    : instruction(Buffer.concat([u32(6), u32(additionalBytes)]), [...accounts, ...rest]);
}

const instruction = (data: Buffer, keys: AccountMeta[]): TransactionInstruction =>
  new TransactionInstruction({ programId: LOADER, keys, data });

const writable = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true });
const readonly = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: false, isWritable: false });
const signer = (pubkey: PublicKey): AccountMeta => ({ pubkey, isSigner: true, isWritable: false });

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
