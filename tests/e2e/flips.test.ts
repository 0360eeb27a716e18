// Proves, with a relayer process, the feeder and settlement 0.2.0: three hundred changes of the allowed batch versions and ten of the
// engine's schema, one right after the other while trades flow, settle each id once, in order and as it was emitted, and leave balances
// and root as the model has them. Prints how long a batch of the new version takes.
// Does not prove: how fast that is on a machine of its own (bench/flip.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VersionBit } from '#client';
import type { BatchRecord } from '../../cli/src/lane-history.ts';
import { SeededRandom } from '../../feeder/src/random.ts';
import { embeddedChain } from './setup/chain.ts';
import { openScene } from './setup/scene.ts';
import { lotV2 } from './setup/trades.ts';
import { allow, batchesOf } from './setup/versions.ts';

const FLIPS = 300;
const FLIPS_PER_SCHEMA = 30;
/** They outlast the flips; those behind a pause of the engine are never written. */
const TRADES = 50_000;
const RATE = 150;
/** The engine rests while it is further ahead of the chain than this, so that a busy machine has an end too. */
const MOST_AHEAD = 300n;
const FLIPS_PER_LOOK = 5;
const MASKS = [VersionBit.V1, VersionBit.V2, VersionBit.V1 | VersionBit.V2];

interface Flip {
  readonly slot: bigint;
  readonly mask: number;
}

test(`${FLIPS} flips under load drop and double nothing`, async (t) => {
  const scene = await openScene({ startChain: embeddedChain({ release: '0.2.0' }) });
  t.after(() => scene.close());
  const node = scene.chain.embedded ?? assert.fail();
  const relayer = await scene.start();
  await relayer.untilState('running');
  await scene.engine.begin(lotV2(1, TRADES), RATE);

  const random = new SeededRandom('flips');
  const flips: Flip[] = [{ slot: node.slot, mask: VersionBit.V1 }];
  while (flips.length <= FLIPS) {
    const others = MASKS.filter((mask) => mask !== flips.at(-1)?.mask);
    const mask = others[random.below(others.length)] ?? assert.fail();
    await allow(scene, mask);
    flips.push({ slot: node.slot, mask });
    if (flips.length % FLIPS_PER_SCHEMA === 0) await scene.engine.switchSchema();
    if (flips.length % FLIPS_PER_LOOK !== 0) continue;
    const written = BigInt(await scene.engine.run());
    if (written - (await scene.cursor()) > MOST_AHEAD) await scene.engine.pause();
  }
  await allow(scene, VersionBit.V1 | VersionBit.V2);
  const last = await scene.engine.pause();
  await relayer.untilSettled(BigInt(last));

  await scene.requireOutcomes({ input: scene.engine.emitted(last), voids: [] });
  const batches = await batchesOf(scene);
  const versions = batches.map(({ batch }) => batch.version);
  assert.deepEqual([...new Set(versions)].sort(), [1, 2]);
  const changes = versions.filter((version, at) => at > 0 && version !== versions[at - 1]).length;
  t.diagnostic(`${last} trades in ${batches.length} batches, which changed version ${changes} times`);
  t.diagnostic(describe(slotsToNewVersion(flips, batches)));
});

/** For each flip after which batches had to change their version, and did before the next flip: slots until the first one. */
function slotsToNewVersion(flips: readonly Flip[], batches: readonly BatchRecord[]): number[] {
  return flips.flatMap(({ slot, mask }, at) => {
    const before = batches.findLast((batch) => BigInt(batch.slot) < slot)?.batch.version;
    const until = flips[at + 1]?.slot ?? slot;
    const wanted = mask === VersionBit.V1 ? 1 : 2;
    const first = batches.find((batch) => BigInt(batch.slot) >= slot && batch.batch.version === wanted);
    if (before === undefined || before === wanted || first === undefined) return [];
    return BigInt(first.slot) <= until ? [first.slot - Number(slot)] : [];
  });
}

function describe(slots: number[]): string {
  const sorted = slots.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return `flip confirmed → first batch of the new version: p50 ${at(0.5)}, p95 ${at(0.95)} slots, ${sorted.length} flips`;
}
