import { toBase58 } from './base58.ts';
import type { AccountState } from './svm.ts';
import { UPGRADEABLE_LOADER } from './well-known.ts';
import type { AddressLookup, WireMessage } from './wire.ts';

/** Bytes before the first address in a lookup table account. */
const LOOKUP_TABLE_HEADER_BYTES = 56;
const ADDRESS_BYTES = 32;

export interface LoadedAddresses {
  readonly writable: readonly string[];
  readonly readonly: readonly string[];
}

export type ReadAccount = (address: string) => AccountState | undefined;

/** All accounts of a transaction in the order instructions count them: static, loaded writable, loaded read-only. */
export class AccountKeys {
  readonly all: readonly string[];
  readonly loaded: LoadedAddresses;
  readonly #message: WireMessage;
  readonly #invoked: ReadonlySet<number>;

  private constructor(message: WireMessage, loaded: LoadedAddresses) {
    this.#message = message;
    this.loaded = loaded;
    this.all = [...message.staticKeys, ...this.loaded.writable, ...this.loaded.readonly];
    this.#invoked = new Set(message.instructions.map(({ programIndex }) => programIndex));
  }

  /** Looks the addresses up in the tables as they are now. */
  static resolve(message: WireMessage, readAccount: ReadAccount): AccountKeys {
    return new AccountKeys(message, resolveLookups(message.lookups, readAccount));
  }

  /** Takes the addresses as they were when the transaction was executed. */
  static withLoaded(message: WireMessage, loaded: LoadedAddresses): AccountKeys {
    return new AccountKeys(message, loaded);
  }

  get payer(): string {
    return this.all[0] ?? '';
  }

  at(index: number): string {
    return this.all[index] ?? '';
  }

  isSigner(index: number): boolean {
    return index < this.#message.header.requiredSignatures;
  }

  /** A program that is called is never written, unless the loader takes part (an upgrade). */
  isWritable(index: number): boolean {
    return this.#isRequestedWritable(index) && !(this.#invoked.has(index) && !this.all.includes(UPGRADEABLE_LOADER));
  }

  isInvoked(index: number): boolean {
    return this.#invoked.has(index);
  }

  writable(): string[] {
    return this.all.filter((_, index) => this.isWritable(index));
  }

  #isRequestedWritable(index: number): boolean {
    const { requiredSignatures, readonlySigned, readonlyUnsigned } = this.#message.header;
    const staticCount = this.#message.staticKeys.length;
    if (index >= staticCount) return index < staticCount + this.loaded.writable.length;
    if (index < requiredSignatures) return index < requiredSignatures - readonlySigned;
    return index < staticCount - readonlyUnsigned;
  }
}

/** A table or an index that does not exist yields no address: LiteSVM refuses such a transaction by itself. */
function resolveLookups(lookups: readonly AddressLookup[], readAccount: ReadAccount): LoadedAddresses {
  const writable: string[] = [];
  const readonly: string[] = [];
  for (const { table, writableIndexes, readonlyIndexes } of lookups) {
    const data = readAccount(table)?.data ?? new Uint8Array();
    for (const index of writableIndexes) push(writable, data, index);
    for (const index of readonlyIndexes) push(readonly, data, index);
  }
  return { writable, readonly };
}

function push(addresses: string[], table: Uint8Array, index: number): void {
  const start = LOOKUP_TABLE_HEADER_BYTES + index * ADDRESS_BYTES;
  if (start + ADDRESS_BYTES <= table.length) addresses.push(toBase58(table.subarray(start, start + ADDRESS_BYTES)));
}
