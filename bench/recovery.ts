// `npm run bench:recovery -- [--runs N] [--json] [--record]`: how long a relayer that was killed with SIGKILL takes to settle again.
// Times depend on the machine: they are printed and, with --record, kept in bench/recovery.json; nothing asserts them.
import type { Recovery } from './recovery-run.ts';
import { measureRecoveries } from './recovery-run.ts';
import { spread } from './spread.ts';
import { timed } from './timed.ts';

await timed({ name: 'recovery', defaultRuns: 10 }, async (runs) => {
  const measured: Recovery[] = [];
  for await (const recovery of measureRecoveries(runs)) {
    measured.push(recovery);
    const { killToSettledMs, startToRunningMs } = recovery;
    const line = `run ${measured.length}: settled ${killToSettledMs.toFixed(0)} ms after the kill`;
    console.error(`${line}, running ${startToRunningMs.toFixed(0)} ms after the start`);
  }
  return {
    killToSettledMs: spread(measured.map((run) => run.killToSettledMs)),
    startToRunningMs: spread(measured.map((run) => run.startToRunningMs)),
  };
});
