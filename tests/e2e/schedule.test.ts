// Proves, with a relayer process, the feeder and settlement 0.2.0: a scheduled change of the batch versions takes effect at its slot while
// trades flow and the relayer follows it without a transaction; one that is cancelled, that a pause cancels, or that a rollback of the flags
// finds ahead, never does; each id settles once, in order.
// Does not prove: what the program allows to be scheduled (tests/program), or what commands say of it (tests/operator).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { changeOf, readConfig, settlementInstructions, slot, VersionBit } from '#client';
import { until } from '../support/until.ts';
import { embeddedChain } from './setup/chain.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';
import { allow, batchesOf } from './setup/versions.ts';

const { V1, V2 } = VersionBit;
/** Slots to a change that something else comes before, however busy the machine is; the rest is skipped then. */
const FAR = 4_000;
/** Slots to a change that comes by itself: it must be scheduled before it. */
const SOON = 400;
/** Slots that are not skipped. */
const NEAR = 160;
/** Trades settled behind a slot, so that batches on both sides of it are seen. */
const SOME = 30n;
/** They outlast the tests; those behind a pause of the engine are never written. */
const TRADES = 20_000;
const RATE = 60;

let scene: Scene;
let relayer: RelayerProcess;
before(async () => {
  scene = await openScene({ startChain: embeddedChain({ release: '0.2.0' }), settings: { maxBatchTrades: 16 } });
  relayer = await scene.start();
  await relayer.untilState('running');
  await scene.engine.begin(lot(1, TRADES), RATE);
});
after(() => scene.close());

const build = () => settlementInstructions(scene.venue.program);
const admin = () => scene.keys.operator.publicKey;
const node = () => scene.chain.embedded ?? assert.fail();
const now = () => node().slot;

/** Schedules these versions; answers the slot. */
async function schedule(allowedBatchVersions: number, ahead = FAR): Promise<bigint> {
  const at = now() + BigInt(ahead);
  await scene.operate(build().scheduleChange({ admin: admin(), change: changeOf(slot(at), { allowedBatchVersions }) }));
  return at;
}

const pause = (isPaused: boolean) => scene.operate(build().setPaused({ authority: admin(), isPaused }));

/** Waits until trades have settled behind the slot; from `start` up to it all batches must be V1. Answers the versions behind it. */
async function through(at: bigint, start: bigint): Promise<number[]> {
  if (now() + BigInt(NEAR) < at) node().warpToSlot(at - BigInt(NEAR));
  await until(() => now() > at);
  await relayer.untilSettled((await scene.cursor()) + SOME);
  const batches = (await batchesOf(scene)).filter((batch) => BigInt(batch.slot) >= start);
  for (const { slot: landed, batch } of batches) assert.ok(batch.version === 1 || BigInt(landed) >= at);
  return [...new Set(batches.filter((batch) => BigInt(batch.slot) >= at).map(({ batch }) => batch.version))];
}
const pendingSchedule = async () =>
  (await readConfig(scene.venue.connection, scene.venue.program, 'confirmed')).value.schedule.activationSlot;

test('cancelled before its slot: nothing changes', async () => {
  const start = now();
  const at = await schedule(V2);
  await scene.operate(build().cancelSchedule({ admin: admin() }));
  assert.deepEqual(await through(at, start), [1]);
});

test('paused before its slot, which cancels it: nothing changes', async () => {
  const start = now();
  const at = await schedule(V2);
  await pause(true);
  assert.equal(await pendingSchedule(), 0n);
  await relayer.untilBlocked('Paused');
  await pause(false);
  assert.deepEqual(await through(at, start), [1]);
});

test('at its slot the relayer follows, without a transaction', async () => {
  const start = now();
  const at = await schedule(V2, SOON);
  assert.deepEqual(await through(at, start), [2]);
  assert.equal(await pendingSchedule(), at, 'nobody stored it');
});

test('the flags are rolled back with a schedule ahead: V1 from then on, also behind its slot', async () => {
  await allow(scene, V1 | V2);
  const at = await schedule(V2);
  await pause(true);
  assert.equal(await pendingSchedule(), 0n);
  await relayer.untilBlocked('Paused');
  await allow(scene, V1);
  const back = now();
  await pause(false);
  assert.deepEqual(await through(at, back), [1]);
});

test('each id once, in order, as it was emitted', async () => {
  const last = await scene.engine.pause();
  await relayer.untilSettled(BigInt(last));
  await scene.requireOutcomes({ input: scene.engine.emitted(last), voids: [] });
});
