import { createHash } from 'node:crypto';
import { Connection, PublicKey } from '@solana/web3.js';
import { programDataAddress } from '#client';
import { gateError } from '../errors.ts';
import type { ProgramIdentity } from './matrix.ts';

/** ProgramData: u32 kind, u64 slot, the upgrade authority as an option; then the object. */
const PROGRAM_DATA_HEADER_BYTES = 45;

/** What a cluster runs, held against an object. */
export interface OnChain {
  /** Hex: of as many bytes as the object has when only zeros follow, else of all that is no trailing zero. */
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
  const found = digest(isPadded ? room.subarray(0, bytes) : withoutTrailingZeros(room));
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

function withoutTrailingZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
