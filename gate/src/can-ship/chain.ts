import { createHash } from 'node:crypto';
import { Connection, PublicKey } from '@solana/web3.js';
import { programDataAddress } from '#client';
import { gateError } from '../errors.ts';
import type { ProgramIdentity } from './matrix.ts';

/** ProgramData: u32 kind, u64 slot, the upgrade authority as an option; then the object. */
const PROGRAM_DATA_HEADER_BYTES = 45;

const ELF_MAGIC = 0x7f454c46;
const ELF_HEADER_BYTES = 64;

/** What a cluster runs, held against an object. */
export interface OnChain {
  /** Hex: of as many bytes as the object has when only zeros follow, else of what the ELF header says is the object. */
  readonly sha256: string;
  readonly isTheObject: boolean;
}

/**
 * Reads a program's bytes again from the chain. @throws LockstepError GATE_CHAIN_UNREADABLE
 */
export async function programOnChain(
  rpcUrl: string,
  program: string,
  { sha256, bytes }: ProgramIdentity,
): Promise<OnChain> {
  const room = await programBytes(rpcUrl, program);
  const isPadded = room.length >= bytes && room.subarray(bytes).every((byte) => byte === 0);
  const found = digest(room.subarray(0, isPadded ? bytes : objectLength(room)));
  return { sha256: found, isTheObject: isPadded && found === sha256 };
}

async function programBytes(rpcUrl: string, program: string): Promise<Buffer> {
  try {
    const connection = new Connection(rpcUrl, { commitment: 'confirmed', disableRetryOnRateLimit: true });
    const account = await connection.getAccountInfo(programDataAddress(new PublicKey(program)));
    if (account === null) throw new Error(`${program} is no upgradeable program on this cluster`);
    return account.data.subarray(PROGRAM_DATA_HEADER_BYTES);
  } catch (cause) {
    throw gateError('GATE_CHAIN_UNREADABLE', 'the program could not be read from the chain', cause);
  }
}

/** An object ends with its section headers; what is none ends with its last byte that is not zero. */
function objectLength(room: Buffer): number {
  if (room.length >= ELF_HEADER_BYTES && room.readUInt32BE() === ELF_MAGIC) {
    const end = Number(room.readBigUInt64LE(40)) + room.readUInt16LE(58) * room.readUInt16LE(60);
    if (end <= room.length && room.subarray(end).every((byte) => byte === 0)) return end;
  }
  return room.findLastIndex((byte) => byte !== 0) + 1;
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
