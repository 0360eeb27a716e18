import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

/**
 * The command of a benchmark of times, `[--runs N] [--json] [--record]`: measures, prints the figures with what the machine was like, and
 * with `--record` keeps them in `bench/<name>.json`.
 */
export async function timed(
  { name, defaultRuns }: { readonly name: string; readonly defaultRuns: number },
  measure: (runs: number) => Promise<object>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: `${defaultRuns}` },
      json: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1');
  // Of the last minute, before the benchmark adds its own.
  const loadBefore = Number(loadavg()[0]?.toFixed(1));
  const measured = await measure(runs);
  const machine = { node: process.version, processors: availableParallelism(), loadBefore };
  const figures = { runs, ...measured, machine };
  console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
  const recordFile = new URL(`${name}.json`, import.meta.url);
  if (values.record) writeFileSync(recordFile, `${JSON.stringify(figures, undefined, 2)}\n`);
}
