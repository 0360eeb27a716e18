import type { LoadedAddresses } from './account-keys.ts';
import type { TokenBalance } from './balances.ts';
import type { TransactionErrorJson } from './errors.ts';
import type { InnerInstruction, ReturnData } from './svm.ts';

/** Everything the node remembers of an executed transaction; its instructions are decoded again when asked for. */
export interface TransactionRecord {
  /** Counts executed transactions from 0; a later transaction has a higher number. */
  readonly ordinal: number;
  readonly signature: string;
  readonly slot: bigint;
  readonly indexInBlock: number;
  /** Seconds since 1970. */
  readonly blockTime: bigint;
  readonly bytes: Uint8Array;
  readonly accounts: readonly string[];
  readonly writable: readonly string[];
  readonly loaded: LoadedAddresses;
  readonly memo: string | null;
  readonly err: TransactionErrorJson | null;
  readonly fee: bigint;
  readonly preBalances: readonly bigint[];
  readonly postBalances: readonly bigint[];
  readonly preTokenBalances: readonly TokenBalance[];
  readonly postTokenBalances: readonly TokenBalance[];
  /** Null when the transaction paid its fee without running (a program could not be loaded). */
  readonly logs: readonly string[] | null;
  readonly innerInstructions: readonly (readonly InnerInstruction[])[] | null;
  readonly unitsConsumed: bigint;
  /** Micro-lamports per compute unit. */
  readonly computeUnitPrice: bigint;
  readonly returnData: ReturnData | null;
}

/** A queue over an array: the oldest entries leave at the front without moving the others each time. */
interface Entries {
  readonly records: TransactionRecord[];
  start: number;
}

const COMPACT_AT = 64;

/** The newest transactions, found by signature or by an account they name; older ones are forgotten. */
export class TransactionHistory {
  readonly #limit: number;
  /** The record of each remembered ordinal, at the ordinal modulo the limit. */
  readonly #ring: TransactionRecord[] = [];
  readonly #bySignature = new Map<string, TransactionRecord>();
  readonly #byAccount = new Map<string, Entries>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#bySignature.size;
  }

  get(signature: string): TransactionRecord | undefined {
    return this.#bySignature.get(signature);
  }

  /** Ordinals must follow each other without a gap. */
  add(record: TransactionRecord): void {
    const oldest = this.#ring[record.ordinal % this.#limit];
    if (oldest !== undefined) this.#forget(oldest);
    this.#ring[record.ordinal % this.#limit] = record;
    this.#bySignature.set(record.signature, record);
    for (const account of new Set(record.accounts)) {
      const entries = this.#byAccount.get(account);
      if (entries === undefined) this.#byAccount.set(account, { records: [record], start: 0 });
      else entries.records.push(record);
    }
  }

  /** Newest first: the transactions naming the account that are older than `before`. Stop iterating to stop the work. */
  *ofAccount(account: string, before?: TransactionRecord): Generator<TransactionRecord> {
    const entries = this.#byAccount.get(account);
    if (entries === undefined) return;
    let index = before === undefined ? entries.records.length : lowerBound(entries, before.ordinal);
    for (index -= 1; index >= entries.start; index -= 1) {
      const record = entries.records[index];
      if (record !== undefined) yield record;
    }
  }

  #forget(oldest: TransactionRecord): void {
    this.#bySignature.delete(oldest.signature);
    for (const account of new Set(oldest.accounts)) this.#forgetFirst(account);
  }

  #forgetFirst(account: string): void {
    const entries = this.#byAccount.get(account);
    if (entries === undefined) return;
    entries.start += 1;
    if (entries.start === entries.records.length) {
      this.#byAccount.delete(account);
    } else if (entries.start >= COMPACT_AT && entries.start * 2 >= entries.records.length) {
      entries.records.splice(0, entries.start);
      entries.start = 0;
    }
  }
}

/** Index of the first record whose ordinal is not below the given one. */
function lowerBound({ records, start }: Entries, ordinal: number): number {
  let low = start;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.ordinal ?? 0) < ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}
