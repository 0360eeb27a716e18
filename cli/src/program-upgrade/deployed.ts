import type { Connection, PublicKey } from '@solana/web3.js';
import { programDataAddress } from '#client';
import { LOADER, PROGRAM_DATA_HEADER_BYTES, upgradeAuthorityIn } from '../start/place/loader.ts';
import { upgradeError } from './errors.ts';

/** A program of the upgradeable loader, as the chain has it. */
export interface DeployedProgram {
  readonly program: PublicKey;
  /** The object, and zeros up to all the room there is. */
  readonly bytes: Buffer;
  /** Of the last deployment, upgrade or extension. */
  readonly slot: bigint;
  /** Undefined when nobody can upgrade it. */
  readonly authority: PublicKey | undefined;
}

/** Behind the u32 that says what the account is. */
const SLOT_OFFSET = 4;

/** @throws LockstepError PROGRAM_MISSING */
export async function readDeployed(
  connection: Connection,
  program: PublicKey,
  commitment: 'confirmed' | 'finalized' = 'confirmed',
): Promise<DeployedProgram> {
  const [account, data] = await connection.getMultipleAccountsInfo([program, programDataAddress(program)], commitment);
  if (!account?.executable || !account.owner.equals(LOADER) || !data) {
    throw upgradeError('PROGRAM_MISSING', `${program} is no program of the upgradeable loader on this cluster`);
  }
  return {
    program,
    bytes: data.data.subarray(PROGRAM_DATA_HEADER_BYTES),
    slot: data.data.readBigUInt64LE(SLOT_OFFSET),
    authority: upgradeAuthorityIn(data.data),
  };
}

/** Whether a program's room holds this object and nothing else. */
export const holds = (room: Uint8Array, object: Uint8Array): boolean =>
  Buffer.from(object).equals(room.subarray(0, object.length)) &&
  room.subarray(object.length).every((byte) => byte === 0);
