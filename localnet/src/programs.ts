import { readFileSync } from 'node:fs';
import { type AddressLike, toAddress } from './address.ts';
import { fromBase58, toBase58 } from './base58.ts';
import { LocalnetError } from './localnet-error.ts';
import type { Svm } from './svm.ts';

/** A program to put on the chain as genesis would: `file` is read when `bytes` is absent. */
export interface ProgramSpec {
  readonly programId: AddressLike;
  readonly file?: string;
  readonly bytes?: Uint8Array;
  /** Who may upgrade it; without one nobody can. */
  readonly upgradeAuthority?: AddressLike;
}

/** ProgramData: u32 kind, u64 slot, then the authority as an option; the object begins at the fixed offset 45. */
const PROGRAM_DATA_KIND = 3;
const SLOT_OFFSET = 4;
const AUTHORITY_OFFSET = 12;
const PROGRAM_ACCOUNT_POINTER_OFFSET = 4;

/** Programs of genesis carry slot 0, so that they can be upgraded at once. */
const GENESIS_SLOT = 0n;

/** Throws PROGRAM_UNREADABLE, PROGRAM_REFUSED or ADDRESS_INVALID. */
export function loadProgram(svm: Svm, spec: ProgramSpec): void {
  const programId = toAddress(spec.programId);
  const authority = spec.upgradeAuthority === undefined ? undefined : toAddress(spec.upgradeAuthority);
  const object = spec.bytes ?? readObject(spec.file);
  try {
    svm.addProgram(programId, object);
  } catch (cause) {
    const advice = 'Give a shared object built for SBPF that the upgradeable loader accepts.';
    throw new LocalnetError('PROGRAM_REFUSED', `Program ${programId} was refused by the loader`, advice, cause);
  }
  writeProgramData(svm, programId, authority);
}

/** LiteSVM leaves the authority empty and takes the current slot. */
function writeProgramData(svm: Svm, programId: string, authority: string | undefined): void {
  const pointer = svm.getAccount(programId)?.data.subarray(PROGRAM_ACCOUNT_POINTER_OFFSET) ?? new Uint8Array();
  const address = toBase58(pointer);
  const account = svm.getAccount(address);
  if (account === undefined) throw new Error(`Program ${programId} has no ProgramData account`);
  const data = account.data.slice();
  const view = new DataView(data.buffer);
  view.setUint32(0, PROGRAM_DATA_KIND, true);
  view.setBigUint64(SLOT_OFFSET, GENESIS_SLOT, true);
  view.setUint8(AUTHORITY_OFFSET, authority === undefined ? 0 : 1);
  data.set(authority === undefined ? new Uint8Array(32) : fromBase58(authority), AUTHORITY_OFFSET + 1);
  svm.setAccount(address, { ...account, data });
}

function readObject(file: string | undefined): Uint8Array {
  if (file === undefined) {
    throw new LocalnetError('PROGRAM_UNREADABLE', 'A program needs a file or bytes', 'Name the shared object to load.');
  }
  try {
    return readFileSync(file);
  } catch (cause) {
    const advice = 'Name the shared object (.so) to load.';
    throw new LocalnetError('PROGRAM_UNREADABLE', `${file} can't be read`, advice, cause);
  }
}
