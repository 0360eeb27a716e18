// `npm run bench:recovery -- [--runs N] [--json] [--record]`: how long a relayer that was killed with SIGKILL takes to settle again.
// Times depend on the machine: they are printed and, with --record, kept in bench/recovery.json; nothing asserts them.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Recovery } from './recovery-run.ts';
import { measureRecoveries } from './recovery-run.ts';
import { spread } from './spread.ts';

const DEFAULT_RUNS = '10';
const recordFile = new URL('recovery.json', import.meta.url);

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
const measured: Recovery[] = [];
for await (const recovery of measureRecoveries(runs)) {
  measured.push(recovery);
  const { killToSettledMs, startToRunningMs } = recovery;
  const line = `run ${measured.length}: settled ${killToSettledMs.toFixed(0)} ms after the kill`;
  console.error(`${line}, running ${startToRunningMs.toFixed(0)} ms after the start`);
}
const figures = {
  runs,
  killToSettledMs: spread(measured.map((run) => run.killToSettledMs)),
  startToRunningMs: spread(measured.map((run) => run.startToRunningMs)),
  machine: { node: process.version, processors: availableParallelism(), loadBefore },
};
console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
if (values.record) writeFileSync(recordFile, `${JSON.stringify(figures, undefined, 2)}\n`);
