import { readFileSync } from 'node:fs';
import { releaseOf, settlementRelease } from '../release/program.ts';
import { upgradeError } from './errors.ts';

/** What is to run. */
export interface WantedObject {
  readonly object: Buffer;
  /** The release it is; undefined when nothing is known about it. */
  readonly release: string | undefined;
  /** Batch versions it settles; undefined when nothing is known about it. */
  readonly batchVersions: readonly number[] | undefined;
}

const ELF = Buffer.from('\x7fELF', 'latin1');
/** ELF64: the machine, and the table of sections, which linkers write last. Source: the ELF specification; 247 is BPF, 263 SBPF. */
const ELF_HEADER_BYTES = 64;
const MACHINES = [247, 263];
const [MACHINE_OFFSET, TABLE_OFFSET, ENTRY_SIZE_OFFSET, ENTRIES_OFFSET] = [18, 40, 58, 60];

/** Whether the bytes are a whole program for Solana: one that was cut short or is for this machine costs rent before it is refused. */
function isProgram(object: Buffer): boolean {
  if (object.length < ELF_HEADER_BYTES || !object.subarray(0, ELF.length).equals(ELF)) return false;
  const table = object.readUInt16LE(ENTRY_SIZE_OFFSET) * object.readUInt16LE(ENTRIES_OFFSET);
  return (
    MACHINES.includes(object.readUInt16LE(MACHINE_OFFSET)) &&
    object.readBigUInt64LE(TABLE_OFFSET) + BigInt(table) <= BigInt(object.length)
  );
}

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, OBJECT_UNREADABLE */
export function wantedObject({ release, object: file }: { release?: string; object?: string }): WantedObject {
  if (file === undefined) return known(release ?? 'staged');
  const object = objectIn(file);
  const semver = releaseOf(object);
  return semver === undefined ? { object, release: undefined, batchVersions: undefined } : known(semver);
}

function known(named: string): WantedObject {
  const { object, semver, batchVersions } = settlementRelease(named);
  return { object, release: semver, batchVersions };
}

function objectIn(file: string): Buffer {
  try {
    const object = readFileSync(file);
    if (isProgram(object)) return object;
  } catch (cause) {
    throw upgradeError('OBJECT_UNREADABLE', `${file}: ${(cause as NodeJS.ErrnoException).code ?? cause}`, { cause });
  }
  throw upgradeError('OBJECT_UNREADABLE', `${file} is no whole program object for Solana`);
}
