import { toBase58 } from './base58.ts';
import type { Json } from './json.ts';
import { asConfig, asU64, type Config } from './params.ts';
import { invalidRequest } from './rpc-error.ts';
import type { AccountState } from './svm.ts';
import { parseMint, parseTokenAccount, type TokenAccount, tokenAmount } from './token.ts';
import { TOKEN_2022_PROGRAM } from './well-known.ts';
import { zstdStored } from './zstd.ts';

/** Base58 of more bytes takes too long to make, so Agave refuses it. */
export const MAX_BASE58_BYTES = 128;

export type AccountEncoding = 'binary' | 'base58' | 'base64' | 'base64+zstd' | 'jsonParsed';
const ENCODINGS: readonly AccountEncoding[] = ['base58', 'base64', 'base64+zstd', 'jsonParsed'];

export interface AccountFormat {
  /** `binary` is the oldest form: base58 text without naming the encoding. */
  readonly encoding: AccountEncoding;
  readonly slice: { readonly offset: number; readonly length: number } | undefined;
}

export type ReadMint = (address: string) => AccountState | undefined;

export function accountFormat(config: Config, byDefault: AccountEncoding): AccountFormat {
  return {
    encoding: config.oneOf('encoding', [byDefault, ...ENCODINGS]),
    slice: config.optional('dataSlice', readSlice),
  };
}

/** Throws invalid request when base58 is asked for and the data is too long for it. */
export function encodeAccount(account: AccountState, format: AccountFormat, readMint: ReadMint): Json {
  const { lamports, owner, executable, rentEpoch, data } = account;
  const space = data.length;
  return { data: encodeData(account, format, readMint), executable, lamports, owner, rentEpoch, space };
}

function encodeData(account: AccountState, { encoding, slice }: AccountFormat, readMint: ReadMint): Json {
  const { data } = account;
  const part = slice === undefined ? data : data.subarray(slice.offset, slice.offset + slice.length);
  switch (encoding) {
    case 'binary':
      return base58OfData(part);
    case 'base58':
      return [base58OfData(part), 'base58'];
    case 'base64+zstd':
      return [base64(zstdStored(part)), 'base64+zstd'];
    case 'base64':
      return [base64(part), 'base64'];
    case 'jsonParsed':
      return parsedData(account, readMint) ?? [base64(part), 'base64'];
  }
}

/** Token accounts and mints; undefined for everything else, which is then shown as bytes. */
function parsedData(account: AccountState, readMint: ReadMint): Json | undefined {
  const program = account.owner === TOKEN_2022_PROGRAM ? 'spl-token-2022' : 'spl-token';
  const space = account.data.length;
  const mint = parseMint(account);
  if (mint !== undefined) {
    const { decimals, freezeAuthority, isInitialized, mintAuthority } = mint;
    const info = { decimals, freezeAuthority, isInitialized, mintAuthority, supply: mint.supply.toString() };
    return { parsed: { info, type: 'mint' }, program, space };
  }
  const token = parseTokenAccount(account);
  const mintAccount = token === undefined ? undefined : readMint(token.mint);
  const decimals = mintAccount === undefined ? undefined : parseMint(mintAccount)?.decimals;
  if (token === undefined || decimals === undefined) return undefined;
  return { parsed: { info: tokenAccountInfo(token, decimals), type: 'account' }, program, space };
}

function tokenAccountInfo(token: TokenAccount, decimals: number): Json {
  const { mint, owner, state, delegate, closeAuthority, nativeReserve } = token;
  return {
    isNative: nativeReserve !== null,
    mint,
    owner,
    state,
    tokenAmount: tokenAmount(token.amount, decimals),
    delegate: delegate ?? undefined,
    delegatedAmount: delegate === null ? undefined : tokenAmount(token.delegatedAmount, decimals),
    rentExemptReserve: nativeReserve === null ? undefined : tokenAmount(nativeReserve, decimals),
    closeAuthority: closeAuthority ?? undefined,
  };
}

function readSlice(value: unknown): { offset: number; length: number } {
  const slice = asConfig(value);
  return { offset: Number(slice.required('offset', asU64)), length: Number(slice.required('length', asU64)) };
}

function base58OfData(data: Uint8Array): string {
  if (data.length > MAX_BASE58_BYTES) {
    throw invalidRequest('Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.');
  }
  return toBase58(data);
}

function base64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}
