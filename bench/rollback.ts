// `npm run bench:rollback -- [--runs N] [--json] [--record]`: how long the emergency plan takes while trades settle, from releases and versions with
// V2 back to those without. Times depend on the machine: they are printed and, with --record, kept in bench/rollback.json; nothing
// asserts them.
import type { Rollback } from './rollback-run.ts';
import { measureRollbacks } from './rollback-run.ts';
import { spread } from './spread.ts';
import { timed } from './timed.ts';

await timed({ name: 'rollback', defaultRuns: 5 }, async (runs) => {
  const measured: Rollback[] = [];
  for await (const rollback of measureRollbacks(runs)) {
    measured.push(rollback);
    console.error(`run ${measured.length}: rolled back in ${rollback.rollbackMs.toFixed(0)} ms`);
  }
  return {
    rollbackMs: spread(measured.map((run) => run.rollbackMs)),
    commandMs: spread(measured.map((run) => run.commandMs)),
  };
});
