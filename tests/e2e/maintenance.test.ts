// Proves: with an engine that keeps the contract, a Redis and relayer processes on the embedded chain, a lane under load flushes to its cut and
// stands still, whichever step of the way, or phase, the relayer is killed in with SIGKILL, with a second relayer beside it, and when Redis
// is emptied in the middle; what was held settles after the end, and every id ends on-chain once, exactly as the input says.
// Does not prove: each thing a phase may wait for (relayer/src/maintenance.test.ts), or an upgrade in between.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { settlementInstructions, tradeId } from '#client';
import type { MaintenancePhase } from '#relayer';
import { beginMaintenance, endMaintenance, laneKeys, moveMaintenance, readMaintenance, waiveLetter } from '#relayer';
import { until } from '../support/until.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import type { StepName } from './setup/steps.ts';
import { lot } from './setup/trades.ts';

const TRADES = 90;
const ops = { owner: 'ops', reason: 'a test' };

describe('maintenance', { timeout: 600_000 }, () => {
  let scene: Scene;
  let relayer: RelayerProcess;
  before(async () => {
    scene = await openScene();
    relayer = await scene.start();
  });
  after(() => scene.close());

  const state = () => readMaintenance(scene.redis, scene.market);
  const reported = (phase: MaintenancePhase, since: number) =>
    until(async () => {
      const { report } = await state();
      return report?.phase === phase && report.seenMs > since;
    });
  const untilReady = async () => {
    await until(async () => (await state()).maintenance?.phase === 'ready');
    return Number((await state()).maintenance?.cut);
  };
  const next = () => lot(scene.engine.trades.length + 1, TRADES);
  const publish = () => scene.engine.publish(next());
  /** What a paused engine has, and emits when it runs. */
  const more = () => scene.engine.begin(next(), 'max');
  const restart = async () => {
    await relayer.end('SIGKILL');
    relayer = await scene.start();
  };
  const pause = (isPaused: boolean) => {
    const { setPaused } = settlementInstructions(scene.venue.program);
    return scene.operate(setPaused({ authority: scene.keys.operator.publicKey, isPaused }));
  };
  /** Everything the engine still has is emitted and settles. */
  async function goesOn(id: string): Promise<void> {
    await endMaintenance(scene.redis, scene.market, id);
    await scene.engine.written();
    await relayer.untilSettled(BigInt(scene.engine.trades.length));
    await scene.requireOutcomes();
  }

  test('killed in each phase: the next relayer goes on there, and nothing above the cut is on-chain before the end', async () => {
    await publish();
    const id = await beginMaintenance(scene.redis, scene.market, ops);
    await restart();
    await until(async () => (await state()).maintenance?.cut !== undefined);
    await more();
    const cut = await untilReady();
    assert.equal(cut, scene.engine.trades.length - TRADES);
    assert.equal(await scene.cursor(), BigInt(cut));
    for (const phase of ['ready', 'upgrading', 'verifying'] as const) {
      if (phase === 'upgrading') await moveMaintenance(scene.redis, scene.market, id, 'ready', 'upgrading');
      if (phase === 'verifying') await moveMaintenance(scene.redis, scene.market, id, 'upgrading', 'verifying');
      await restart();
      await relayer.untilState('maintenance');
      await reported(phase, Date.now());
    }
    assert.equal(await scene.cursor(), BigInt(cut));
    await goesOn(id);
  });

  const steps: readonly StepName[] = ['simulated', 'signed bytes written', 'sent', 'landing written', 'rows retired'];
  for (const step of steps) {
    test(`killed while draining, at: ${step}`, async () => {
      await pause(true);
      await publish();
      const id = await beginMaintenance(scene.redis, scene.market, ops);
      await reported('draining', 0);
      await relayer.order({ killAt: { step, nth: 2 } });
      await pause(false);
      const ending = await relayer.ended;
      assert.equal(ending.killedAt, step, relayer.log);
      relayer = await scene.start();
      const cut = await untilReady();
      assert.equal(await scene.cursor(), BigInt(cut));
      await goesOn(id);
    });
  }

  test('Redis emptied while upgrading: the maintenance and the engine’s pause come back as they were', async () => {
    await publish();
    const id = await beginMaintenance(scene.redis, scene.market, ops);
    const cut = await untilReady();
    await more();
    await moveMaintenance(scene.redis, scene.market, id, 'ready', 'upgrading');
    await reported('upgrading', Date.now());
    const before = (await state()).maintenance;
    await scene.redis.flushall();
    await until(async () => (await state()).maintenance !== undefined);
    assert.deepEqual((await state()).maintenance, before);
    await reported('upgrading', Date.now());
    await until(async () => (await scene.redis.hget(`control:${scene.market}`, 'mode_request')) === id);
    assert.equal(await scene.cursor(), BigInt(cut));
    await goesOn(id);
  });

  test('a second relayer takes over in the phase it finds', async () => {
    const id = await beginMaintenance(scene.redis, scene.market, ops);
    await untilReady();
    await relayer.untilState('maintenance');
    const first = relayer;
    relayer = await scene.start();
    await relayer.untilState('waiting');
    await first.end('SIGKILL');
    await relayer.untilState('maintenance');
    await reported('ready', Date.now());
    await more();
    const emitted = await scene.redis.hget(`engine:${scene.market}`, 'last_id');
    assert.equal(await scene.cursor(), BigInt(emitted ?? '-1'));
    await goesOn(id);
  });

  test('dead letters up to the cut are named until somebody waives them', async () => {
    const start = await scene.cursor();
    await scene.engine.publish(lot(scene.engine.trades.length + 1, 20, 10));
    await relayer.untilSettled(start + 20n);
    const id = await beginMaintenance(scene.redis, scene.market, ops);
    await until(async () => (await state()).report?.blocked.map(({ code }) => code).join() === 'DEAD_LETTERS');
    const [block] = (await state()).report?.blocked ?? [];
    const letters = (await scene.redis.zrange(laneKeys(scene.market).letters, '0', '-1')).map((text) => BigInt(text));
    assert.deepEqual(block?.ids?.map(BigInt), letters);
    assert.equal((await state()).report?.pending.deadLetters, letters.length);
    for (const letter of letters) await waiveLetter(scene.redis, scene.market, id, tradeId(letter));
    await untilReady();
    await goesOn(id);
    assert.equal(await scene.redis.zcard(laneKeys(scene.market).letters), letters.length);
  });
});
