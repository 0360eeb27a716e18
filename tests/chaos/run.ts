/** `npm run chaos -- [--seed TEXT] [--runs N] [--deeds N]`: runs until one fails; the last line of each is a JSON report. */
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

const DEFAULTS = { seed: '1', runs: '1', deeds: '30' } as const;

const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, deeds: { type: 'string' } },
});
const { seed, runs, deeds } = { ...DEFAULTS, ...values };

for (let run = 0; run < Number(runs); run += 1) {
  const report = await runChaos({ seed: `${seed}.${run}`, deeds: Number(deeds), say: (line) => console.error(line) });
  console.log(JSON.stringify(report));
}
