import type { Connection } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import { idl, programDataAddress } from '#client';
import { InputError } from '#feeder';
import { releaseOf, settlementRelease } from '../../release/program.ts';
import { LOADER, PROGRAM_DATA_HEADER_BYTES, upgradeAuthorityIn } from './loader.ts';

/** A settlement program on a cluster. */
export interface ProgramPlace {
  readonly program: PublicKey;
  /** The release its bytes are. */
  readonly version: string;
  readonly upgradeAuthority: PublicKey | undefined;
}

/**
 * The program named, else the one at the IDL's address; undefined when there is none at the latter.
 * @throws InputError PROGRAM_MISSING, PROGRAM_UNKNOWN
 */
export async function findProgram(
  connection: Connection,
  named: PublicKey | undefined,
): Promise<ProgramPlace | undefined> {
  const program = named ?? new PublicKey(idl.address);
  const account = await connection.getAccountInfo(program);
  if (account === null) {
    if (named === undefined) return undefined;
    throw new InputError(
      'PROGRAM_MISSING',
      `there is no program ${program} on this cluster`,
      'Correct --program, or leave it out: then the deployed release is looked for, and deployed where it is missing.',
    );
  }
  if (!account.owner.equals(LOADER) || !account.executable) {
    throw unknown(program, 'is no program of the upgradeable loader');
  }
  const data = (await connection.getAccountInfo(programDataAddress(program)))?.data ?? Buffer.alloc(0);
  const version = releaseOf(data.subarray(PROGRAM_DATA_HEADER_BYTES));
  if (version === undefined) throw unknown(program, 'is none of the releases in releases/settlement');
  return { program, version, upgradeAuthority: upgradeAuthorityIn(data) };
}

/** The object to deploy. @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export function objectToDeploy(named: string): { readonly version: string; readonly object: Buffer } {
  const { semver, object } = settlementRelease(named);
  return { version: semver, object };
}

const unknown = (program: PublicKey, why: string): InputError =>
  new InputError(
    'PROGRAM_UNKNOWN',
    `${program} ${why}: nothing is known about what it does`,
    'Name a program whose bytes are a release with --program; `npm run -s build:program -- --check` shows how releases are built.',
  );
