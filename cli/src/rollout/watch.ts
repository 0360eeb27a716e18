import { BatchVersion } from '#client';
import { Held } from '../failure.ts';
import { pause } from '../pause.ts';
import type { Evidence } from './journal.ts';
import { judge } from './metrics/judge.ts';
import { fromPrometheus, fromRelayer } from './metrics/reader.ts';
import type { Sample } from './metrics/sample.ts';
import type { Scene } from './step.ts';
import { Breached } from './step.ts';

const SAMPLE_MS = 1_000;
const TOLD_MS = 10_000;

/**
 * Watches the new version for a window. Promotes on a full window within all thresholds.
 * @throws Breached at the first breach, Held when there is not enough to judge by within `holdSeconds`
 */
export async function watch(scene: Scene): Promise<Evidence> {
  const { desk, site, thresholds, prometheus } = scene;
  const sampled = { lane: site.market.toBase58(), version: BatchVersion.V2 };
  const read = prometheus === undefined ? fromRelayer(site.relayer.url, sampled) : fromPrometheus(prometheus, sampled);
  let samples: (Sample | undefined)[] = [];
  let restarts = 0;
  let told = performance.now();
  const deadline = performance.now() + thresholds.holdSeconds * 1_000;
  for (;;) {
    await scene.requireInCharge();
    const sample = await read(desk.signal);
    const known = samples.findLast((one) => one !== undefined);
    if (sample !== undefined && known !== undefined && sample.identity !== known.identity) {
      restarts += 1;
      samples = [];
    }
    samples.push(sample);
    if (restarts > thresholds.maxRestarts) {
      throw new Breached(
        'THRESHOLD_BREACHED',
        `the relayer was started again ${restarts} times, at most ${thresholds.maxRestarts}`,
        REVERTS,
      );
    }
    const { verdict, reasons, figures } = judge(samples, thresholds);
    if (verdict === 'pass') return { verdict: 'promoted', ...figures, restarts };
    if (verdict === 'breach') throw new Breached('THRESHOLD_BREACHED', reasons.join('; '), REVERTS);
    if (performance.now() >= deadline) {
      throw new Held(
        'INCONCLUSIVE',
        `nothing can be said after ${thresholds.holdSeconds} s: ${reasons.join('; ')}`,
        HOLDS,
      );
    }
    if (performance.now() - told >= TOLD_MS) {
      told = performance.now();
      desk.output.say(`      ${reasons.join('; ')}`);
    }
    await pause(SAMPLE_MS, desk.signal);
  }
}

const REVERTS = 'It is taken back now; the journal keeps the figures.';
const HOLDS =
  'Both versions stay allowed and nothing was undone. See that trades flow and metrics are readable, then run the same command again; `lockstep rollback` takes it back.';
