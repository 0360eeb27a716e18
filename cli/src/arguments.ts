import { PublicKey } from '@solana/web3.js';
import { InvalidArgumentError, Option } from 'commander';
import type { TradeId } from '#client';
import { idl, LockstepError, tradeId } from '#client';

/** Readers of option values: each refuses what it can't use with what it wants instead. */

export function address(text: string): PublicKey {
  try {
    return new PublicKey(text);
  } catch {
    throw new InvalidArgumentError('It must be an address in base58.');
  }
}

export function httpUrl(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, username, password } = new URL(text);
    if (/^https?:$/.test(protocol) && username === '' && password === '') return text;
  }
  // An InvalidArgumentError would quote the value, which may be a password.
  throw new LockstepError(
    'OPTION_INVALID',
    '--rpc must be an http:// or https:// URL without user name and password',
    'Correct --rpc, LOCKSTEP_RPC_URL or RPC_URL; requests are never sent with credentials from the URL.',
  );
}

/** A password in it is not quoted. */
export const redisUrl = (text: string): string => urlOf(text, /^rediss?:$/, '--redis', 'a redis:// or rediss:// URL');

export const relayerUrl = (text: string): string => urlOf(text, /^https?:$/, '--relayer', 'an http:// or https:// URL');

export const websocketUrl = (text: string): string => urlOf(text, /^wss?:$/, '--ws', 'a ws:// or wss:// URL');

function urlOf(text: string, protocol: RegExp, option: string, what: string): string {
  if (URL.canParse(text) && protocol.test(new URL(text).protocol)) return text;
  throw new LockstepError('OPTION_INVALID', `${option} must be ${what}`, `Correct ${option}.`);
}

export function id(text: string): TradeId {
  try {
    return tradeId(text);
  } catch {
    throw new InvalidArgumentError('It must be a whole number below 2^64.');
  }
}

export function root(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('It must be 64 hex digits.');
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** A whole number between two limits, both allowed. */
export const whole =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a whole number of ${min} to ${max}.`);
    }
    return value;
  };

/** Where a cluster is looked for when nobody says: what `lockstep localnet` listens on. */
const DEFAULT_RPC_URL = 'http://127.0.0.1:8899';

const RPC_ENV = 'RPC_URL';
/** The relayer's name for it; it wins, as the more particular one. */
const LOCKSTEP_RPC_ENV = 'LOCKSTEP_RPC_URL';

export const rpcOption = (): Option =>
  new Option('--rpc <url>', `JSON-RPC endpoint of the cluster; ${LOCKSTEP_RPC_ENV} wins over ${RPC_ENV}`)
    .env(process.env[LOCKSTEP_RPC_ENV] === undefined ? RPC_ENV : LOCKSTEP_RPC_ENV)
    .default(DEFAULT_RPC_URL)
    .argParser(httpUrl);

export const redisOption = (): Option =>
  new Option('--redis <url>', 'the redis of the relayer; a URL with a password goes into the variable or the file')
    .env('LOCKSTEP_REDIS_URL')
    .argParser(redisUrl);

/** Everybody on the machine can read a command line. @throws LockstepError OPTION_INVALID */
export function refusePassword(url: string): void {
  const { password, searchParams } = new URL(url);
  if (password === '' && !searchParams.has('password')) return;
  throw new LockstepError(
    'OPTION_INVALID',
    '--redis must not hold a password',
    'Put the URL into LOCKSTEP_REDIS_URL, or into the relayer’s settings where the command takes --config.',
  );
}

export const marketOption = (): Option =>
  new Option('--market <address>', 'the market').env('LOCKSTEP_MARKET').argParser(address);

export const programOption = (): Option =>
  new Option('--program <address>', 'the settlement program')
    .argParser(address)
    .default(new PublicKey(idl.address), idl.address);
