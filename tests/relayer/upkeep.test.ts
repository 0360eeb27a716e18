// Proves: on a real Redis, the relayer's part of a maintenance: what it sees of hash, engine, stream and open letters; the pause is asked for once,
// again when it was overtaken or forgotten and no cut is there yet, and who had paused before is noted; cut and ready are written once and
// only while draining; what was forgotten is written back, what was ended is not; all of it is fenced. A relayer that starts while the program
// is away waits, and one that starts without a maintenance is refused as ever.
// Does not prove: when the relayer does what (relayer/src/maintenance.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { tradeId } from '#client';
import type { FlushReport, Maintenance } from '#relayer';
import {
  beginMaintenance,
  endMaintenance,
  laneKeys,
  maintenanceChannel,
  parseRelayerConfig,
  readMaintenance,
  restoreMaintenance,
  startRelayer,
  waiveLetter,
} from '#relayer';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { createUpkeep } from '../../relayer/src/adapters/redis/upkeep.ts';
import { NOTHING_PENDING } from '../../relayer/src/domain/maintenance.ts';
import { newRow } from '../../relayer/src/domain/row.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trades } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile, silent } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);
const ops = { owner: 'ops', reason: 'a test' };

async function scene() {
  const lane = freshMarket();
  const keys = laneKeys(lane);
  await redis.set(keys.fence, 'me');
  const upkeep = createUpkeep({ redis, listener: connection(url), lane, token: 'me' });
  const standing = async () => (await readMaintenance(redis, lane)).maintenance;
  const engine = (fields: Record<string, string>) => redis.hset(`engine:${lane}`, fields);
  const control = () => redis.hgetall(`control:${lane}`);
  return { lane, keys, upkeep, standing, engine, control };
}

const upgrading: Maintenance = {
  ...{ id: 'm1', phase: 'upgrading', cut: tradeId(9), startedMs: 1, phaseMs: 2, deadlineMs: 3, wasPaused: true },
  ...ops,
};

test('a look at nothing, at everything, and at keys of other types', async () => {
  const { lane, keys, upkeep, engine } = await scene();
  const { nowMs, ...nothing } = await upkeep.look();
  assert.ok(Math.abs(nowMs - Date.now()) < 60_000);
  const silentEngine = {
    asked: '',
    answered: '',
    refused: '',
    isPaused: false,
    lastId: undefined,
    silentMs: undefined,
  };
  const letters = { count: 0, ids: [] };
  assert.deepEqual(nothing, { ended: undefined, engine: silentEngine, streamEnd: undefined, letters });
  await restoreMaintenance(redis, lane, upgrading);
  await engine({
    mode_request: 'm1',
    mode_refused: 'no',
    mode: 'pause',
    last_id: '9',
    seen_ms: `${Date.now() - 5_000}`,
  });
  await redis.hset(`control:${lane}`, { mode_request: 'm1' });
  await redis.set(`trades:${lane}:generation`, '2');
  await redis.xadd(`trades:${lane}:2`, '12-0', 'v', '1');
  const seen = await upkeep.look();
  assert.deepEqual(seen.maintenance, upgrading);
  assert.equal(seen.streamEnd, 12n);
  const { silentMs = 0, ...word } = seen.engine;
  assert.deepEqual(word, { asked: 'm1', answered: 'm1', refused: 'no', isPaused: true, lastId: 9n });
  assert.ok(silentMs >= 5_000);
  for (const key of [keys.maintenance, `engine:${lane}`, `control:${lane}`, `trades:${lane}:2`, keys.letters]) {
    await redis.del(key);
    await redis.set(key, 'text');
  }
  const odd = await upkeep.look();
  assert.match(odd.ignored ?? '', /is no hash/);
  assert.deepEqual([odd.engine, odd.streamEnd, odd.letters], [silentEngine, undefined, letters]);
});

test('open letters up to the cut count, without those that are waived; the first twenty are named', async () => {
  const { lane, keys, upkeep } = await scene();
  await restoreMaintenance(redis, lane, { ...upgrading, cut: tradeId(100) });
  const letters = trades(1, 120).map((one) => ({
    tradeId: one.tradeId,
    code: 'X',
    reason: 'x',
    advice: 'x',
    trade: one,
  }));
  await createRedisJournal(redis, keys, 'me').save(newRow(1, trades(1, 120)), letters);
  assert.deepEqual((await upkeep.look()).letters, { count: 100, ids: trades(1, 20).map((one) => one.tradeId) });
  for (const id of [1, 2, 110]) await waiveLetter(redis, lane, 'm1', tradeId(id));
  const { count, ids } = (await upkeep.look()).letters;
  assert.deepEqual([count, ids.length, ids[0]], [98, 20, 3n]);
});

test('the pause is asked for once; overtaken or forgotten it is asked for again, until there is a cut', async () => {
  const { lane, upkeep, control, engine, standing } = await scene();
  await upkeep.askPause('m1');
  assert.deepEqual(await control(), {});
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  await upkeep.askPause('m1');
  assert.deepEqual(await control(), { v: '1', mode: 'pause', mode_request: 'm1' });
  await redis.hset(`control:${lane}`, { mode: 'run', mode_request: 'other' });
  await upkeep.askPause('m1');
  assert.equal((await control()).mode_request, 'm1');
  await redis.del(`control:${lane}`);
  await engine({ mode_request: 'm1', mode: 'pause', last_id: '7' });
  await upkeep.askPause('m1');
  assert.deepEqual(await control(), {}, 'it was answered');
  await upkeep.setCut('m1', tradeId(7));
  await engine({ mode_request: 'other', mode: 'run' });
  await redis.hset(`control:${lane}`, { v: '1', mode: 'run', mode_request: 'other' });
  await upkeep.askPause('m1');
  assert.equal((await control()).mode_request, 'other', 'with a cut, what others ask stands');
  await redis.del(`control:${lane}`);
  await upkeep.askPause('m1');
  assert.equal((await control()).mode_request, 'm1', 'forgotten');
  assert.equal((await standing())?.wasPaused, undefined);
});

for (const [how, said, asked, wasPaused] of [
  ['paused', { mode: 'pause', mode_request: 'x' }, {}, true],
  ['running', { mode: 'run', mode_request: 'x' }, {}, undefined],
  ['paused, and told to run', { mode: 'pause', mode_request: 'x' }, { mode: 'run', mode_request: 'y' }, undefined],
  ['running, and told to pause', { mode: 'run', mode_request: 'x' }, { mode: 'pause', mode_request: 'y' }, true],
] as const) {
  test(`an engine that was ${how} before: that is noted`, async () => {
    const { lane, upkeep, engine, standing } = await scene();
    await engine(said);
    if ('mode' in asked) await redis.hset(`control:${lane}`, { v: '1', ...asked });
    await beginMaintenance(redis, lane, { id: 'm1', ...ops });
    await upkeep.askPause('m1');
    assert.equal((await standing())?.wasPaused, wasPaused);
  });
}

test('cut and ready are written once, only while draining, only for the maintenance that is on', async () => {
  const { lane, upkeep, standing } = await scene();
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  await upkeep.setCut('m2', tradeId(1));
  await upkeep.setReady('m2');
  assert.equal((await standing())?.cut, undefined);
  await upkeep.setCut('m1', tradeId(7));
  await upkeep.setCut('m1', tradeId(8));
  assert.deepEqual([(await standing())?.cut, (await standing())?.phase], [7n, 'draining']);
  await upkeep.setReady('m1');
  const ready = await standing();
  assert.equal(ready?.phase, 'ready');
  await upkeep.setReady('m1');
  assert.deepEqual(await standing(), ready);
});

test('what was forgotten is written back as it was; what stands or was ended is left alone', async () => {
  const { lane, upkeep, standing } = await scene();
  await upkeep.writeBack(upgrading);
  assert.deepEqual(await standing(), upgrading);
  await upkeep.writeBack({ ...upgrading, phase: 'ready' });
  assert.deepEqual(await standing(), upgrading);
  await endMaintenance(redis, lane, 'm1');
  assert.equal((await upkeep.look()).ended, 'm1');
  await upkeep.writeBack(upgrading);
  assert.equal(await standing(), undefined);
});

test('a report is read back, goes with the relayer, and is hushed', async () => {
  const { lane, keys, upkeep } = await scene();
  const report: FlushReport = {
    ...{ id: 'm1', phase: 'draining' as const, cut: tradeId(2n ** 64n - 1n), held: 3, seenMs: 5 },
    pending: { ...NOTHING_PENDING, stream: 2 },
    blocked: [{ code: 'DEAD_LETTERS', reason: 'two', ids: [tradeId(1), tradeId(2)] }],
  };
  await upkeep.report(report);
  assert.deepEqual((await readMaintenance(redis, lane)).report, report);
  assert.ok((await redis.pttl(keys.flush)) > 0);
  await upkeep.hush();
  assert.equal((await readMaintenance(redis, lane)).report, undefined);
  await redis.hset(keys.flush, 'pending', 'junk');
  await rejects('JOURNAL_UNREADABLE', readMaintenance(redis, lane));
});

test('a relayer that lost the lane writes nothing', async () => {
  const { lane, keys, upkeep, control } = await scene();
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  const before = await redis.hgetall(keys.maintenance);
  await redis.set(keys.fence, 'another');
  const report = { id: 'm1', phase: 'draining', pending: NOTHING_PENDING, held: 0, blocked: [], seenMs: 1 } as const;
  const writes = [
    () => upkeep.askPause('m1'),
    () => upkeep.setCut('m1', tradeId(1)),
    () => upkeep.setReady('m1'),
    () => upkeep.writeBack(upgrading),
    () => upkeep.report(report),
    () => upkeep.hush(),
  ];
  for (const write of writes) await rejects('LEASE_LOST', write());
  assert.deepEqual(await redis.hgetall(keys.maintenance), before);
  assert.deepEqual([await control(), await redis.exists(keys.flush)], [{}, 0]);
});

test('a word on the channel is heard until one stops listening', async () => {
  const { lane, upkeep } = await scene();
  let heard = 0;
  const stop = upkeep.onWord(() => {
    heard += 1;
  });
  await until(async () => (await redis.publish(maintenanceChannel(lane), 'x')) === 1);
  await until(() => heard > 0);
  stop();
  const before = heard;
  await redis.publish(maintenanceChannel(lane), 'x');
  await upkeep.look();
  assert.equal(heard, before);
});

test('started while the program is away: it waits in the phase it finds, and is ready; without a maintenance it is refused', async () => {
  const address = Keypair.generate().publicKey.toBase58();
  const config = parseRelayerConfig({
    ...{ rpcUrl: 'http://127.0.0.1:1', rpcTimeoutMs: 500, websocket: false, redisUrl: url },
    ...{
      programId: address,
      market: address,
      lane: Keypair.generate().publicKey.toBase58(),
      keypairEnv: 'KEY',
      httpPort: 0,
    },
  });
  const given = { logger: silent, env: { KEY: JSON.stringify([...Keypair.generate().secretKey]) } };
  await rejects('CHAIN_UNREACHABLE', startRelayer(config, given));
  await restoreMaintenance(redis, config.lane ?? '', upgrading);
  const relayer = await startRelayer(config, given);
  try {
    await until(() => relayer.status().state === 'maintenance');
    assert.equal(relayer.status().maintenance?.phase, 'upgrading');
    const ready = await fetch(`${relayer.httpUrl}/ready`);
    assert.equal(ready.status, 200);
    assert.equal(((await ready.json()) as { state: string }).state, 'maintenance');
    const { maintenance } = (await (await fetch(`${relayer.httpUrl}/status`)).json()) as {
      maintenance: { cut: string };
    };
    assert.equal(maintenance.cut, '9');
    assert.match(
      await (await fetch(`${relayer.httpUrl}/metrics`)).text(),
      /lockstep_relayer_maintenance_phase\{[^}]*\} 3/,
    );
    assert.equal((await readMaintenance(redis, config.lane ?? '')).report?.phase, 'upgrading');
  } finally {
    await relayer.stop();
  }
});
