import { BatchVersion } from '#client';
import { Held } from '../failure.ts';
import { pause } from '../pause.ts';
import { serviceState } from '../service/root.ts';
import { configNow } from './chain.ts';
import type { Evidence } from './journal.ts';
import { judge } from './metrics/judge.ts';
import { fromPrometheus, fromRelayer } from './metrics/reader.ts';
import type { Sample } from './metrics/sample.ts';
import { laneOf } from './site.ts';
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
  const sampled = { lane: laneOf(site), version: BatchVersion.V2 };
  const read = prometheus === undefined ? fromRelayer(site.relayer.url, sampled) : fromPrometheus(prometheus, sampled);
  let samples: (Sample | undefined)[] = [];
  // A relayer that never comes up has no metrics; its service counts how often it tried.
  const triesBefore = (await serviceState(site.relayer.root))?.restarts ?? 0;
  let identities = 0;
  let told = performance.now();
  const deadline = performance.now() + thresholds.holdSeconds * 1_000;
  for (;;) {
    await scene.requireInCharge();
    const sample = await read(desk.signal);
    const known = samples.findLast((one) => one !== undefined);
    if (sample !== undefined && known !== undefined && sample.identity !== known.identity) {
      identities += 1;
      samples = [];
    }
    samples.push(sample);
    const tries = ((await serviceState(site.relayer.root))?.restarts ?? 0) - triesBefore;
    const restarts = Math.max(identities, tries);
    const judged = judge(samples, thresholds);
    const tooMany = `the relayer was started again ${restarts} times, at most ${thresholds.maxRestarts}`;
    const { verdict, reasons, figures } =
      restarts > thresholds.maxRestarts ? { ...judged, verdict: 'breach', reasons: [tooMany] } : judged;
    if (verdict === 'pass') return { verdict: 'promoted', ...figures, restarts };
    if (verdict === 'breach') {
      // Taking it back ends with settlement going on, which is not ours to decide then.
      if ((await configNow(scene)).isPaused) throw new Held('PAUSED', 'settlement was paused meanwhile', PAUSED);
      throw new Breached('THRESHOLD_BREACHED', reasons.join('; '), REVERTS);
    }
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
const PAUSED =
  'Find out who paused it. `lockstep config unpause` and the same command go on, `lockstep rollback` takes everything back.';
const HOLDS =
  'Both versions stay allowed and nothing was undone. See that trades flow and metrics are readable, then run the same command again; `lockstep rollback` takes it back.';
