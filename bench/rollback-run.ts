import { fileURLToPath } from 'node:url';
import { lockstep, openSite } from '../examples/site.ts';

/** One rollback under load. Milliseconds. */
export interface Rollback {
  /** From its first look to the V1 batch that proves it: settlement goes on by then. */
  readonly rollbackMs: number;
  /** The command, from the start of its process to its end. */
  readonly commandMs: number;
}

const THRESHOLDS = fileURLToPath(new URL('../examples/phased-rollout/thresholds.json', import.meta.url));
/** Trades a second; there are enough for eleven minutes. */
const RATE = 150;
const COUNT = 100_000;

/** Rolls one site out and back again while trades settle. */
export async function* measureRollbacks(runs: number): AsyncGenerator<Rollback> {
  const site = await openSite(['--count', `${COUNT}`, '--rate', `${RATE}`]);
  try {
    for (let run = 0; run < runs; run += 1) {
      const at = ['--site', site.file, '--yes'];
      await lockstep('rollout', ...at, '--thresholds', THRESHOLDS, '--through', '2');
      const startedAt = performance.now();
      const { seconds } = await lockstep('rollback', ...at, '--as-v1', '--reason', 'a benchmark');
      yield { rollbackMs: Number(seconds) * 1_000, commandMs: performance.now() - startedAt };
    }
  } finally {
    await site.close();
  }
}
