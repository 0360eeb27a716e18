/** The filters of `getProgramAccounts` and `programSubscribe`. */
import { fromBase58 } from './base58.ts';
import { asArray, asConfig, asString, asU64, type Config } from './params.ts';
import { invalidParams } from './rpc-error.ts';
import type { AccountState } from './svm.ts';
import { parseTokenAccount } from './token.ts';

/** Agave's MAX_GET_PROGRAM_ACCOUNT_FILTERS and its bound on the bytes to compare. */
const MAX_FILTERS = 4;
const MAX_COMPARED_BYTES = 128;
/** Base58 text of MAX_COMPARED_BYTES bytes is never longer. */
const MAX_BASE58_CHARACTERS = 175;

export type AccountFilter = (account: AccountState) => boolean;

export function matchesAll(account: AccountState, filters: readonly AccountFilter[]): boolean {
  return filters.every((matches) => matches(account));
}

export function readFilters(config: Config): AccountFilter[] {
  const values = config.optional('filters', asArray) ?? [];
  if (values.length > MAX_FILTERS) throw invalidParams(`Too many filters provided; max ${MAX_FILTERS}`);
  return values.map(readFilter);
}

/** Accounts that hold these bytes at this offset. */
export function memcmp(offset: number, bytes: Uint8Array): AccountFilter {
  return ({ data }) =>
    offset + bytes.length <= data.length && Buffer.from(bytes).equals(data.subarray(offset, offset + bytes.length));
}

function readFilter(value: unknown): AccountFilter {
  if (value === 'tokenAccountState') return (account) => parseTokenAccount(account) !== undefined;
  const filter = asConfig(value);
  const size = filter.optional('dataSize', asU64);
  if (size !== undefined) return ({ data }) => BigInt(data.length) === size;
  const compare = filter.required('memcmp', asConfig);
  return memcmp(Number(compare.required('offset', asU64)), readBytes(compare));
}

function readBytes(compare: Config): Uint8Array {
  const text = compare.required('bytes', asString);
  const encoding = compare.oneOf('encoding', ['base58', 'base64']);
  const bytes = encoding === 'base64' ? new Uint8Array(Buffer.from(text, 'base64')) : base58(text);
  if (bytes.length > MAX_COMPARED_BYTES) throw invalidParams('Invalid param: DataTooLarge');
  return bytes;
}

function base58(text: string): Uint8Array {
  if (text.length > MAX_BASE58_CHARACTERS) throw invalidParams('Invalid param: DataTooLarge');
  try {
    return fromBase58(text);
  } catch {
    throw invalidParams('Invalid param: Base58DecodeError');
  }
}
