import type { PublicKey } from '@solana/web3.js';
import { Command, Option } from 'commander';
import type { Decimal } from '#feeder';
import { DEFAULT_FLOW_TRADES, InputError, rateOption, stepOption } from '#feeder';
import { address, httpUrl, redisUrl, websocketUrl, whole } from '../arguments.ts';

export interface StartOptions {
  /** Trade file; without one the seeded order flow. */
  readonly trades?: string;
  readonly tick?: Decimal;
  readonly lot?: Decimal;
  readonly count?: number;
  readonly seed: string;
  /** Trades a second. */
  readonly rate: number | 'max';
  readonly traders: number;
  /** A cluster instead of the embedded node. */
  readonly rpc?: string;
  readonly ws?: string;
  /** File of the key that pays there. */
  readonly keypair?: string;
  readonly program?: PublicKey;
  /** Release of the program, or `deployed`, or `staged`. */
  readonly release?: string;
  /** Folder: relayer and engine run as services in it, and releases can be changed by hand. */
  readonly site?: string;
  /** Where a gateway listens; 0 for any free port, none without it. */
  readonly gatewayPort?: number;
  /** A Redis instead of a private one; may hold a password. */
  readonly redis?: string;
  readonly once: boolean;
  readonly json: boolean;
}

const DEFAULT_TRADERS = 64;
/** Each trader costs two token accounts and two transactions to set up; the program itself takes 65,000. */
const MAX_TRADERS = 1_000;
const MAX_COUNT = 1_000_000_000;

/** The command without its action. */
export function startOptionsCommand(): Command {
  return new Command('start')
    .description(
      'settle trades and verify the chain: redis, node, relayer and an engine, all private unless named, all gone afterwards',
    )
    .option(
      '--trades <file>',
      'CSV with the columns trade_id,timestamp_ms,price,quantity,taker_side (default: seeded order flow)',
    )
    .option(
      '--tick <decimal>',
      'smallest step of a price (default: what the file needs, 0.01 without one)',
      stepOption('tick'),
    )
    .option(
      '--lot <decimal>',
      'smallest step of a quantity (default: what the file needs, 0.0001 without one)',
      stepOption('lot'),
    )
    .option(
      '--count <n>',
      `first rows of the file, or trades to generate (default: all, ${DEFAULT_FLOW_TRADES})`,
      whole(1, MAX_COUNT),
    )
    .option('--seed <text>', 'decides who trades, and the generated orders', '1')
    .option('--rate <n|max>', 'trades a second', rateOption, 'max')
    .option('--traders <n>', 'entries the trades are spread over', whole(2, MAX_TRADERS), DEFAULT_TRADERS)
    .addOption(
      new Option('--redis <url>', 'a Redis of yours, left running (default: a private one)')
        .env('LOCKSTEP_REDIS_URL')
        .argParser(redisUrl),
    )
    .option('--rpc <url>', 'JSON-RPC endpoint of a test cluster (default: the embedded node)', httpUrl)
    .option('--ws <url>', 'websocket of that cluster (default: its RPC, one port further)', websocketUrl)
    .option(
      '--keypair <file>',
      'key that pays there, upgrade authority and admin (default: a new one, from the faucet)',
    )
    .option(
      '--program <address>',
      "settlement program there (default: the IDL's address, deployed if missing)",
      address,
    )
    .option(
      '--release <semver>',
      'release of the program: deployed (default), staged (default with --site), or a version',
    )
    .option(
      '--site <dir>',
      'empty folder: relayer and engine run in it as services, from releases/, so that releases can be changed',
    )
    .option(
      '--gateway-port <port>',
      'run a gateway there, 0 for any free port: maintenance and settlement feed, which with --site is silent until relayer 0.2.0 runs (0.1.0 writes none); these trades are not its orders',
      whole(0, 65_535),
    )
    .option('--once', 'end when all is settled and verified (default without a terminal, and with --json)', false)
    .option('--json', 'end standard output with one line of JSON; other text goes to standard error', false)
    .addHelpText(
      'after',
      '\nAmounts are u64 atoms of a quote mint that has the decimals of tick and lot together: with 0.01 and 0.0001 a trade can' +
        '\nbe 18,446,744,073,709 quote at most, with 0.00000001 and 0.00000001 1,844 quote. Larger rows are rejected.' +
        '\n\nIn a terminal, without --once, everything stays up after the summary until Ctrl-C: `lockstep status` and' +
        '\n`lockstep prove` can then be tried on it.\nWhat is in the line of JSON: docs/reference/cli.md',
    );
}

/** Options that mean something only on a cluster. */
const CLUSTER_OPTIONS = ['ws', 'keypair', 'program'] as const;

/** @throws InputError OPTION_INVALID */
export function requireConsistent(options: StartOptions): void {
  if (options.rpc !== undefined) return;
  const stray = CLUSTER_OPTIONS.find((name) => options[name] !== undefined);
  if (stray === undefined) return;
  throw new InputError('OPTION_INVALID', `--${stray} is of a cluster, and no --rpc names one`, 'Add --rpc URL.');
}
