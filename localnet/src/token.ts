/** SPL Token and Token-2022 accounts, read from their bytes as far as balances and parsed answers need. */
import { toBase58 } from './base58.ts';
import type { AccountState } from './svm.ts';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from './well-known.ts';

export const TOKEN_ACCOUNT_BYTES = 165;
const MINT_BYTES = 82;
/** Token-2022 pads a mint to the size of an account and writes the kind in the byte behind it. */
const ACCOUNT_TYPE_OFFSET = TOKEN_ACCOUNT_BYTES;
const ACCOUNT_TYPE_MINT = 1;
const ACCOUNT_TYPE_ACCOUNT = 2;
const ACCOUNT_STATES = ['uninitialized', 'initialized', 'frozen'] as const;

export const TOKEN_ACCOUNT_OWNER_OFFSET = 32;
export const TOKEN_ACCOUNT_DELEGATE_OFFSET = 76;

export interface TokenAccount {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate: string | null;
  readonly state: (typeof ACCOUNT_STATES)[number];
  /** The rent reserve of a wrapped SOL account; null for every other mint. */
  readonly nativeReserve: bigint | null;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: string | null;
}

export interface Mint {
  readonly mintAuthority: string | null;
  readonly supply: bigint;
  readonly decimals: number;
  readonly isInitialized: boolean;
  readonly freezeAuthority: string | null;
}

export function isTokenProgram(address: string): boolean {
  return address === TOKEN_PROGRAM || address === TOKEN_2022_PROGRAM;
}

/** Undefined unless this is an initialised token account of a token program. */
export function parseTokenAccount(account: AccountState): TokenAccount | undefined {
  if (!isTokenProgram(account.owner) || !hasKind(account, TOKEN_ACCOUNT_BYTES, ACCOUNT_TYPE_ACCOUNT)) return undefined;
  const { data } = account;
  const state = ACCOUNT_STATES[data[108] ?? 0];
  if (state === undefined || state === 'uninitialized') return undefined;
  return {
    mint: toBase58(data.subarray(0, 32)),
    owner: toBase58(data.subarray(32, 64)),
    amount: u64(data, 64),
    delegate: optionalAddress(data, 72),
    state,
    nativeReserve: u32(data, 109) === 1 ? u64(data, 113) : null,
    delegatedAmount: u64(data, 121),
    closeAuthority: optionalAddress(data, 129),
  };
}

/** Undefined unless this is an initialised mint of a token program. */
export function parseMint(account: AccountState): Mint | undefined {
  if (!isTokenProgram(account.owner) || !hasKind(account, MINT_BYTES, ACCOUNT_TYPE_MINT)) return undefined;
  const { data } = account;
  if (data[45] !== 1) return undefined;
  return {
    mintAuthority: optionalAddress(data, 0),
    supply: u64(data, 36),
    decimals: data[44] ?? 0,
    isInitialized: true,
    freezeAuthority: optionalAddress(data, 46),
  };
}

export interface TokenAmount {
  readonly [key: string]: string | number;
  readonly amount: string;
  readonly decimals: number;
  readonly uiAmount: number;
  readonly uiAmountString: string;
}

export function tokenAmount(amount: bigint, decimals: number): TokenAmount {
  const uiAmountString = decimalString(amount, decimals);
  return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString };
}

function decimalString(amount: bigint, decimals: number): string {
  if (decimals === 0) return amount.toString();
  const digits = amount.toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/\.?0+$/, '');
}

function hasKind({ owner, data }: AccountState, baseLength: number, kind: number): boolean {
  if (data.length === baseLength) return true;
  return owner === TOKEN_2022_PROGRAM && data.length > ACCOUNT_TYPE_OFFSET && data[ACCOUNT_TYPE_OFFSET] === kind;
}

function optionalAddress(data: Uint8Array, offset: number): string | null {
  return u32(data, offset) === 1 ? toBase58(data.subarray(offset + 4, offset + 36)) : null;
}

function u32(data: Uint8Array, offset: number): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(offset, true);
}

function u64(data: Uint8Array, offset: number): bigint {
  return new DataView(data.buffer, data.byteOffset).getBigUint64(offset, true);
}
