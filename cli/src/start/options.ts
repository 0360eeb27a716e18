import { Command, InvalidArgumentError } from 'commander';
import type { Decimal } from '#feeder';
import { DEFAULT_FLOW_TRADES, InputError, parseStep } from '#feeder';
import { whole } from '../arguments.ts';

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
  readonly once: boolean;
  readonly json: boolean;
}

const DEFAULT_TRADERS = 64;
/** Each trader costs two token accounts and two transactions to set up; the program itself takes 65,000. */
const MAX_TRADERS = 1_000;
const MAX_RATE = 1_000_000;
const MAX_COUNT = 1_000_000_000;

/** The command without its action. */
export function startOptionsCommand(): Command {
  return new Command('start')
    .description(
      'settle trades on a chain of its own: redis, node, relayer and an engine, all private, all gone afterwards',
    )
    .option(
      '--trades <file>',
      'CSV with the columns trade_id,timestamp_ms,price,quantity,taker_side (default: seeded order flow)',
    )
    .option(
      '--tick <decimal>',
      'smallest step of a price (default: what the file needs, 0.01 without one)',
      step('tick'),
    )
    .option(
      '--lot <decimal>',
      'smallest step of a quantity (default: what the file needs, 0.0001 without one)',
      step('lot'),
    )
    .option(
      '--count <n>',
      `first rows of the file, or trades to generate (default: all, ${DEFAULT_FLOW_TRADES})`,
      whole(1, MAX_COUNT),
    )
    .option('--seed <text>', 'decides who trades, and the generated orders', '1')
    .option('--rate <n|max>', 'trades a second', rate, 'max')
    .option('--traders <n>', 'entries the trades are spread over', whole(2, MAX_TRADERS), DEFAULT_TRADERS)
    .option('--once', 'end when all is settled and verified (default without a terminal, and with --json)', false)
    .option('--json', 'end standard output with one line of JSON; other text goes to standard error', false)
    .addHelpText(
      'after',
      '\nIn a terminal, without --once, everything stays up after the summary until Ctrl-C: `lockstep status` and' +
        '\n`lockstep prove` can then be tried on it.\nWhat is in the line of JSON: docs/reference/cli.md',
    );
}

const step =
  (what: 'tick' | 'lot') =>
  (text: string): Decimal => {
    try {
      return parseStep(text, what);
    } catch (error) {
      throw error instanceof InputError ? new InvalidArgumentError(error.advice) : error;
    }
  };

function rate(text: string): number | 'max' {
  return text === 'max' ? 'max' : whole(1, MAX_RATE)(text);
}
