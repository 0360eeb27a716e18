import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';

export interface TimedBenchmark<Name extends string> {
  readonly name: string;
  readonly defaultRuns: number;
  /** More options, each a whole number from 1 with its default. */
  readonly options?: Readonly<Record<Name, number>>;
  /** Options that the benchmark reads itself. */
  readonly own?: NonNullable<ParseArgsConfig['options']>;
}

/**
 * The command of a benchmark of times, `[--runs N] [--json] [--record]`: measures, prints the figures with what the machine was like, and
 * with `--record` keeps them in `bench/<name>.json`.
 */
export async function timed<Name extends string = never>(
  { name, defaultRuns, options, own = {} }: TimedBenchmark<Name>,
  measure: (runs: number, more: Readonly<Record<Name, number>>) => Promise<object>,
): Promise<void> {
  const more = Object.entries<number>(options ?? {});
  const { values } = parseArgs({
    options: {
      ...own,
      ...Object.fromEntries(more.map(([option, value]) => [option, { type: 'string', default: `${value}` } as const])),
      runs: { type: 'string', default: `${defaultRuns}` },
      json: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  });
  const runs = countOf('runs', values.runs);
  const given: Readonly<Record<string, unknown>> = values;
  const counts = Object.fromEntries(more.map(([option]) => [option, countOf(option, given[option])]));
  // Of the last minute, before the benchmark adds its own.
  const loadBefore = Number(loadavg()[0]?.toFixed(1));
  const measured = await measure(runs, counts as Record<Name, number>);
  const machine = { node: process.version, processors: availableParallelism(), loadBefore };
  const figures = { runs, ...measured, machine };
  console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
  const recordFile = new URL(`${name}.json`, import.meta.url);
  if (values.record) writeFileSync(recordFile, `${JSON.stringify(figures, undefined, 2)}\n`);
}

function countOf(option: string, value: unknown): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${option} takes a whole number from 1`);
  return count;
}
