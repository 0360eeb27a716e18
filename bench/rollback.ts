// `npm run bench:rollback -- [--runs N] [--json] [--record]`: how long the emergency plan takes while trades settle, from releases and versions with
// V2 back to those without. Times depend on the machine: they are printed and, with --record, kept in bench/rollback.json; nothing
// asserts them.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Rollback } from './rollback-run.ts';
import { measureRollbacks } from './rollback-run.ts';
import { spread } from './spread.ts';

const DEFAULT_RUNS = '5';
const recordFile = new URL('rollback.json', import.meta.url);

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: DEFAULT_RUNS },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1');

/** Of the last minute, before the benchmark adds its own. */
const loadBefore = Number(loadavg()[0]?.toFixed(1));
const measured: Rollback[] = [];
for await (const rollback of measureRollbacks(runs)) {
  measured.push(rollback);
  console.error(`run ${measured.length}: rolled back in ${rollback.rollbackMs.toFixed(0)} ms`);
}
const figures = {
  runs,
  rollbackMs: spread(measured.map((run) => run.rollbackMs)),
  commandMs: spread(measured.map((run) => run.commandMs)),
  machine: { node: process.version, processors: availableParallelism(), loadBefore },
};
console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
if (values.record) writeFileSync(recordFile, `${JSON.stringify(figures, undefined, 2)}\n`);
