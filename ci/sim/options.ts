import { Command, InvalidArgumentError, Option } from 'commander';
import type { Environment } from '#gate/can-ship';
import { ENVIRONMENTS } from '#gate/can-ship';

export interface SimOptions {
  /** Empty: the candidate and every release. */
  readonly engines: readonly string[];
  readonly environments: readonly Environment[];
  /** Path of an object that takes the environment's place. */
  readonly program: string | undefined;
  readonly idl: string | undefined;
  /** Versions, `source` or `environment`; empty: both of the latter. */
  readonly relayers: readonly string[];
  readonly isFlow: boolean;
  readonly isWithoutV1: boolean;
  readonly count: number;
  readonly seed: string;
  readonly firstTradeMs: number;
  readonly jobs: number;
  readonly out: string | undefined;
  readonly json: boolean;
}

const DEFAULT_COUNT = 400;
/** A busy machine takes its time to start one. */
const FIRST_TRADE_MS = 90_000;
const MIN_COUNT = 60;
const MAX_COUNT = 100_000;
/** A validator takes about 1 GB. */
const MAX_JOBS = 8;

/** @throws CommanderError */
export function parseOptions(argv: readonly string[], write: (text: string) => void): SimOptions {
  const command = new Command('sim-test')
    .description(
      'Lets engines trade on a chain with exactly one program on it, and holds every balance and the state root against the reference model.',
    )
    .option(
      '--engine <x...>',
      'candidate, NAME@SEMVER, a folder with package and manifest, a program or a command (default: candidate and all releases)',
    )
    .addOption(
      new Option('--environment <name...>', 'whose program').choices(ENVIRONMENTS).default([...ENVIRONMENTS], 'both'),
    )
    .option('--program <file.so>', 'this object in place of the environment’s; --environment then says whose relayer')
    .option('--idl <file>', 'its IDL (default: idl.json beside it, else the checkout’s)')
    .option('--relayer <version...>', 'source, environment or a version (default: source and environment)')
    .option('--flow', 'the trades of --engine must be those of the seeded order flow; it is given --seed', false)
    .option('--without-v1', 'V1 is off where the program goes, and nobody sends it any more', false)
    .option('--count <n>', 'trades of each cell', whole(MIN_COUNT, MAX_COUNT), DEFAULT_COUNT)
    .option('--seed <text>', 'of the order flow', '1')
    .option('--jobs <n>', 'cells at a time, each with a chain of its own', whole(1, MAX_JOBS), 2)
    .option('--out <file>', 'write the matrix, for `lockstep gate can-ship`')
    .option('--json', 'the matrix on standard output, in one line', false)
    .addHelpText(
      'after',
      '\nThe chain is solana-test-validator of SOLANA_TEST_VALIDATOR or PATH, else the embedded node, which proves nothing.' +
        '\nAn engine given as a command is started as docs/reference/engine.md says, and keeps to TRADE_RATE.' +
        '\n\nExit codes: 0 every cell passes, 1 one fails, 2 tool error, 3 unknown (which never passes).',
    )
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined });
  const given = command.parse(argv, { from: 'user' }).opts();
  const { engine = [], environment, program, idl, relayer = [], flow, withoutV1, ...rest } = given;
  const { count, seed, jobs, out, json } = rest;
  return {
    ...{ engines: engine, environments: environment, program, idl, relayers: relayer },
    ...{ isFlow: flow, isWithoutV1: withoutV1, count, seed, firstTradeMs: FIRST_TRADE_MS, jobs, out, json },
  };
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number of ${min} to ${max}.`);
  };
}
