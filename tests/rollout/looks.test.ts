// Proves: which versions a program routes is seen in its releases, paused too; a rollout is refused where another release is deployed;
// what stands in the way of V1 is counted from a Redis and the chain's cursor; an engine that refuses, is asked by somebody else or does not
// answer, a service that does not come up, and a node that does not answer, are named; a relayer that never comes up is a breach by its
// service's count, but not while settlement is paused.
// Does not prove: the same of a whole site, nor of the build without V1 (verdicts.test.ts, refusals.test.ts).
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Connection } from '@solana/web3.js';
import type { TradeV2 } from '#client';
import { asV2, settlementInstructions } from '#client';
import { controlKey, encodeTradeEvent, engineKey, leaseKey } from '#feeder';
import { newestBatch, routes } from '../../cli/src/rollout/chain.ts';
import { emission } from '../../cli/src/rollout/emission.ts';
import { askEngine } from '../../cli/src/rollout/engine.ts';
import { phaseOne } from '../../cli/src/rollout/phase-one.ts';
import type { Stage } from '../../cli/src/rollout/scene.ts';
import { switchTo } from '../../cli/src/rollout/services.ts';
import type { Scene } from '../../cli/src/rollout/step.ts';
import { inTheWay } from '../../cli/src/rollout/stream.ts';
import { readThresholds } from '../../cli/src/rollout/thresholds.ts';
import { watch } from '../../cli/src/rollout/watch.ts';
import { install } from '../../cli/src/service/root.ts';

import { trade } from '../../relayer/src/testing/trades.ts';
import type { World } from '../relayer/venue.ts';
import { openWorld } from '../relayer/venue.ts';
import { makeRelease } from '../service/setup.ts';
import { until } from '../support/until.ts';
import { sceneOf } from './setup/place.ts';

for (const [release, routed] of [
  ['0.1.0', [true, false, false]],
  ['0.2.0', [true, true, false]],
] as const) {
  test(`settlement ${release} is seen to route what it does, paused or not`, async (t) => {
    const world = await openWorld(t, { release });
    const scene = sceneOf(world);
    const seen = () => Promise.all([1, 2, 3].map((version) => routes(scene, version)));
    assert.deepEqual(await seen(), routed);
    const { operator } = world.keys;
    const { setPaused } = settlementInstructions(world.venue.program);
    await world.land(operator, setPaused({ authority: operator.publicKey, isPaused: true }));
    assert.deepEqual(await seen(), routed);
  });
}

test('another release on-chain than the one that is rolled out is named', async (t) => {
  const world = await openWorld(t, { release: '0.1.0' });
  const step = phaseOne.find(({ name }) => name === 'program');
  await assert.rejects(async () => step?.run(sceneOf(world, {}, { program: '0.2.0' })), {
    code: 'PROGRAM_DIFFERS',
    message: /is settlement 0\.1\.0, not 0\.2\.0/,
  });
});

const event = (id: number, terms: Partial<TradeV2>) => {
  const payload = encodeTradeEvent({ ...asV2(trade(id)), ...terms }, '2');
  return ['v', '2', 'p', payload];
};

test('what is above the cursor, of the new schema, and for V2 alone, is counted apart', async (t) => {
  const world = await openWorld(t, { release: '0.2.0' });
  const scene = sceneOf(world);
  await world.publish([trade(1), trade(2)]);
  assert.deepEqual(await inTheWay(scene, 'confirmed'), {
    after: 0n,
    ofNewSchema: 0,
    v2Only: 0,
    firstV2Only: undefined,
  });
  await world.publishRaw(3, event(3, {}));
  await world.publishRaw(4, event(4, { feeTier: 1 }));
  await world.publishRaw(5, ['v', '2', 'p', Uint8Array.of(0xff)]);
  await world.publishRaw(6, event(6, { orderType: 2 }));
  assert.deepEqual(await inTheWay(scene, 'confirmed'), { after: 0n, ofNewSchema: 4, v2Only: 2, firstV2Only: 4n });

  // V2 is not allowed: what V1 can say settles, and the rest waits.
  await world.start();
  await until(async () => (await inTheWay(scene, 'finalized')).after === 3n);
  assert.deepEqual(await inTheWay(scene, 'confirmed'), { after: 3n, ofNewSchema: 3, v2Only: 2, firstV2Only: 4n });
  const any = () => true;
  // A node lists a transaction when its block is confirmed, a moment after it shows what the transaction did.
  await until(async () => (await newestBatch(scene, any, any)) !== undefined);
  assert.equal((await newestBatch(scene, any, any))?.batch.version, 1);
  assert.equal(
    await newestBatch(
      scene,
      ({ batch }) => batch.version === 2,
      () => false,
    ),
    undefined,
  );
});

test('a stream of more than a page is counted to its end', async (t) => {
  const world = await openWorld(t);
  const many = 2_100;
  await world.publish(Array.from({ length: many }, (_, at) => trade(at + 1)));
  await world.publishRaw(many + 1, event(many + 1, { feeTier: 2 }));
  const { v2Only, firstV2Only } = await inTheWay(sceneOf(world), 'confirmed');
  assert.deepEqual([v2Only, firstV2Only], [1, BigInt(many + 1)]);
});

test('emission 1 --drain says what is left when it does not settle', async (t) => {
  const world = await openWorld(t);
  await world.publish([trade(1)]);
  await world.publishRaw(2, event(2, { feeTier: 3 }));
  await world.redis.hset(engineKey(world.market), { emit: '1', last_id: '2' });
  const desk = { ...sceneOf(world).desk, output: { say: () => {}, result: () => {} } };
  const stage = { ...sceneOf(world), desk } as unknown as Stage;
  await assert.rejects(emission(stage, { schema: '1', drain: true }), {
    code: 'V2_ONLY_TRADES',
    message: /^1 trades that V2 alone can say are not settled, the first is 2$/,
  });
});

const COMMITTED = await readThresholds(fileURLToPath(new URL('../../releases/thresholds.json', import.meta.url)));

/** What an engine would write when it sees a request. */
async function answering(world: World, answer: (request: string) => Record<string, string>): Promise<void> {
  let request: string | null = null;
  await until(async () => {
    request = await world.redis.hget(controlKey(world.market), 'emit_request');
    return request !== null;
  });
  await world.redis.hset(engineKey(world.market), answer(request ?? ''));
}

test('an engine is believed by its answer alone', async (t) => {
  const world = await openWorld(t);
  const patient = { ...sceneOf(world), patience: { ...sceneOf(world).patience, answerMs: 300_000 } };
  const ask = () => askEngine(patient, 'emit', '2');
  await assert.rejects(askEngine(sceneOf(world), 'emit', '2'), { code: 'ENGINE_SILENT' });

  await world.redis.del(controlKey(world.market));
  await Promise.all([ask(), answering(world, (emit_request) => ({ emit_request, emit: '2' }))]);

  await world.redis.del(controlKey(world.market));
  const refusing = answering(world, (emit_request) => ({ emit_request, emit_refused: 'it speaks 1 alone' }));
  await assert.rejects(ask(), { code: 'ENGINE_REFUSED', message: /it speaks 1 alone/ });
  await refusing;

  await world.redis.del(controlKey(world.market));
  const overtaken = assert.rejects(ask(), { code: 'ENGINE_OVERTAKEN' });
  await answering(world, () => ({ emit_request: 'of before' }));
  await world.redis.hset(controlKey(world.market), { emit: '1', emit_request: 'of somebody else' });
  await overtaken;
});

/** Roots of services that nobody supervises, with release 1.0.0 installed. */
async function unsupervised(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-looks-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const [relayer, engine] = [join(dir, 'relayer'), join(dir, 'engine')];
  const releases = join(dir, 'releases');
  for (const [root, name] of [
    [relayer, 'relayer'],
    [engine, 'feeder'],
  ] as const) {
    makeRelease(join(releases, name, '1.0.0'), '1.0.0');
    await install(root, join(releases, name, '1.0.0'));
  }
  return { relayer: { root: relayer, url: 'http://127.0.0.1:1' }, engine: { root: engine }, releases };
}

test('a service that nobody supervises does not come up, and that is said', async (t) => {
  const world = await openWorld(t);
  const scene = sceneOf(world, await unsupervised(t));
  await world.redis.set(leaseKey(world.market), 'token');
  for (const service of ['relayer', 'engine'] as const) {
    await assert.rejects(switchTo(scene, service, '1.0.0'), {
      code: 'SERVICE_NOT_UP',
      message: /no supervisor has written its state/,
    });
  }
});

/** A scene whose relayer does not answer, and whose service says how often it has started it. */
async function crashing(t: TestContext, world: World) {
  const roots = await unsupervised(t);
  const note = (restarts: number) => {
    const state = { wanted: '1.0.0', running: null, pid: null, started: null, since: '', restarts, reason: null };
    writeFileSync(join(roots.relayer.root, 'state.json'), JSON.stringify(state));
  };
  note(7);
  const thresholds = { ...COMMITTED, holdSeconds: 3_600, maxRestarts: 2 };
  let looks = 0;
  const scene = { ...sceneOf(world, roots), thresholds, requireInCharge: async () => note(7 + looks++) };
  return { ...scene, desk: { ...scene.desk, output: { say: () => {} } } } as unknown as Scene;
}

test('a relayer that never comes up is a breach, though there are no metrics', async (t) => {
  const world = await openWorld(t);
  await assert.rejects(watch(await crashing(t, world)), {
    code: 'THRESHOLD_BREACHED',
    message: 'the relayer was started again 3 times, at most 2',
  });
  const { operator } = world.keys;
  const { setPaused } = settlementInstructions(world.venue.program);
  await world.land(operator, setPaused({ authority: operator.publicKey, isPaused: true }));
  await assert.rejects(watch(await crashing(t, world)), { code: 'PAUSED' });
});

test('a node that does not answer is named', async (t) => {
  const world = await openWorld(t);
  const scene = sceneOf(world);
  const away = 'http://127.0.0.1:1';
  const nowhere = { ...scene, desk: { ...scene.desk, connection: new Connection(away), rpcUrl: away } };
  const any = () => true;
  await assert.rejects(newestBatch(nowhere, any, any), { code: 'RPC_UNAVAILABLE' });
  await assert.rejects(routes(nowhere, 1), { code: 'RPC_UNAVAILABLE' });
});
