// `npm run bench:flip -- [--runs N] [--json] [--record]`: how long after a switch of the allowed batch versions the first batch of the new
// version lands. Times depend on the machine: they are printed and, with --record, kept in bench/flip.json; nothing asserts them.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureFlips, SLOT_MS } from './flip-run.ts';
import { spread } from './spread.ts';

const DEFAULT_RUNS = '40';
const recordFile = new URL('flip.json', import.meta.url);

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
const flips = await measureFlips(runs);
const figures = {
  ...{ runs, slotMs: SLOT_MS },
  confirmedToBatchMs: spread(flips.map((flip) => flip.confirmedToBatchMs)),
  sentToBatchMs: spread(flips.map((flip) => flip.sentToBatchMs)),
  machine: { node: process.version, processors: availableParallelism(), loadBefore },
};
console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
if (values.record) writeFileSync(recordFile, `${JSON.stringify(figures, undefined, 2)}\n`);
