import { readFile } from 'node:fs/promises';
import type { PublicKey } from '@solana/web3.js';
import { Command, InvalidArgumentError } from 'commander';
import { LockstepError } from '#client';
import { InputError } from '#feeder/input-error';
import {
  address,
  httpUrl,
  marketOption,
  programOption,
  redisOption,
  redisUrl,
  refusePassword,
  rpcOption,
} from '../arguments.ts';

export interface DlqOptions {
  readonly redis?: string;
  readonly market?: PublicKey;
  readonly rpc: string;
  readonly program: PublicKey;
  readonly config?: string;
  readonly json: boolean;
}

/** Where the letters are, and where their outcome is. */
export interface DlqPlace {
  /** May hold a password. */
  readonly redisUrl: string;
  readonly market: PublicKey;
  readonly rpcUrl: string;
  readonly program: PublicKey;
}

/** A subcommand of `dlq`, with what all of them are told. */
export const dlqSubcommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .addOption(redisOption())
    .addOption(marketOption())
    .addOption(rpcOption())
    .addOption(programOption())
    .option('-c, --config <file>', "the relayer's settings: redisUrl, market, rpcUrl and programId are taken from it")
    .option('--json', 'print one line of JSON', false);

/**
 * What is given on the command line or in the environment overrules the file.
 * @throws LockstepError OPTION_INVALID, InputError OPTION_MISSING, CONFIG_UNREADABLE
 */
export async function placeOf(options: DlqOptions, command: Command): Promise<DlqPlace> {
  const isGiven = (name: string) => command.getOptionValueSource(name) !== 'default';
  if (options.redis !== undefined && command.getOptionValueSource('redis') === 'cli') refusePassword(options.redis);
  const file = options.config === undefined ? {} : await readSettings(options.config);
  const from = <T>(name: string, read: (text: string) => T): T | undefined => {
    const value = file[name];
    return value === undefined ? undefined : readSetting(options.config ?? '', name, value, read);
  };
  const redis = options.redis ?? from('redisUrl', redisUrl);
  const market = options.market ?? from('market', address);
  if (redis === undefined) throw missing('--redis', 'LOCKSTEP_REDIS_URL');
  if (market === undefined) throw missing('--market', 'LOCKSTEP_MARKET');
  return {
    redisUrl: redis,
    market,
    rpcUrl: (isGiven('rpc') ? undefined : from('rpcUrl', httpUrl)) ?? options.rpc,
    program: (isGiven('program') ? undefined : from('programId', address)) ?? options.program,
  };
}

async function readSettings(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    // A syntax error quotes what it found, which may be a password.
    const why = error instanceof Error && 'code' in error ? `${error.code}` : 'not valid JSON';
    throw unreadable(file, why);
  }
  throw unreadable(file, 'not a JSON object');
}

function readSetting<T>(file: string, name: string, value: unknown, read: (text: string) => T): T {
  if (typeof value !== 'string') throw unreadable(file, `${name} is not a text`);
  try {
    return read(value);
  } catch (error) {
    if (error instanceof InvalidArgumentError || error instanceof LockstepError) {
      throw unreadable(file, `${name}: ${error.message}`);
    }
    throw error;
  }
}

const unreadable = (file: string, why: string): InputError =>
  new InputError(
    'CONFIG_UNREADABLE',
    `${file}: ${why}`,
    'Give the settings file of the relayer; docs/reference/relayer.md.',
  );

const missing = (option: string, variable: string): InputError =>
  new InputError(
    'OPTION_MISSING',
    `${option} is missing`,
    `Give ${option}, set ${variable}, or give the relayer’s settings with --config.`,
  );
