// Proves: on a real Redis, a maintenance is begun once, moved only from the phase it is in and only the ways an operator may, ended by its id
// together with the wish that the engine runs, restored as it was, and told on its channel; what makes no sense is refused or named; two
// who begin, move or end at once agree on one.
// Does not prove: what a relayer makes of it (relayer/src/maintenance.test.ts, tests/e2e/maintenance.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tradeId } from '#client';
import type { Maintenance, MaintenancePhase } from '#relayer';
import {
  beginMaintenance,
  endMaintenance,
  laneKeys,
  MAINTENANCE_PHASES,
  maintenanceChannel,
  moveMaintenance,
  readMaintenance,
  restoreMaintenance,
  waiveLetter,
} from '#relayer';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { maintenanceFields, maintenanceOf } from '../../relayer/src/adapters/redis/maintenance-codec.ts';
import { newRow } from '../../relayer/src/domain/row.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);
const ops = { owner: 'ops', reason: 'a test' };

const standing = (phase: MaintenancePhase, more: Partial<Maintenance> = {}): Maintenance => ({
  id: 'm1',
  phase,
  cut: tradeId(7),
  ...ops,
  startedMs: 1,
  phaseMs: 2,
  ...more,
});

test('begun, it stands as docs/reference/relayer.md says; begun again under its id, nothing changes', async () => {
  const lane = freshMarket();
  assert.deepEqual(await readMaintenance(redis, lane), {});
  const id = await beginMaintenance(redis, lane, { ...ops, deadlineMs: 5_000_000_000_000 });
  const { started_ms, phase_ms, ...fields } = await redis.hgetall(laneKeys(lane).maintenance);
  assert.deepEqual(fields, { v: '1', id, phase: 'draining', ...ops, deadline_ms: '5000000000000' });
  assert.equal(started_ms, phase_ms);
  assert.equal(await beginMaintenance(redis, lane, { id, owner: 'other', reason: 'other' }), id);
  const { maintenance } = await readMaintenance(redis, lane);
  assert.equal(maintenance?.owner, 'ops');
  await rejects('MAINTENANCE_RUNNING', beginMaintenance(redis, lane, { id: 'm2', ...ops }), new RegExp(id));
});

test('of many that begin at once one stands, and the others hear which', async () => {
  const lane = freshMarket();
  const ids = Array.from({ length: 20 }, (_, at) => `m${at}`);
  const begun = await Promise.allSettled(ids.map((id) => beginMaintenance(redis, lane, { id, ...ops })));
  const done = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  assert.equal(done.length, 1);
  assert.equal((await readMaintenance(redis, lane)).maintenance?.id, done[0]);
});

for (const [input, why] of [
  [{ id: '' }, /^id "": /],
  [{ id: 'not an id' }, /^id "not an id"/],
  [{ id: 'x'.repeat(65) }, /^id "x{40}"/],
  [{ reason: 'x'.repeat(1_025) }, /^reason /],
  [{ deadlineMs: -1 }, /^deadline_ms "-1"/],
  [{ deadlineMs: 1.5 }, /^deadline_ms "1.5"/],
] as const) {
  test(`refused, and nothing is written: ${JSON.stringify(input).slice(0, 60)}`, async () => {
    const lane = freshMarket();
    await rejects('MAINTENANCE_INVALID', beginMaintenance(redis, lane, { ...ops, ...input }), why);
    assert.equal(await redis.exists(laneKeys(lane).maintenance), 0);
  });
}

test('it moves only from where it stands, only forward, only by its id; there already, it stays', async () => {
  const lane = freshMarket();
  const phase = async () => (await readMaintenance(redis, lane)).maintenance?.phase;
  await rejects('MAINTENANCE_MOVED', moveMaintenance(redis, lane, 'm1', 'ready', 'upgrading'), /live/);
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  for (const from of MAINTENANCE_PHASES) {
    for (const to of MAINTENANCE_PHASES)
      await rejects('MAINTENANCE_MOVED', moveMaintenance(redis, lane, 'm1', from, to));
  }
  assert.equal(await phase(), 'draining');
  const ready = freshMarket();
  await restoreMaintenance(redis, ready, standing('ready'));
  await rejects('MAINTENANCE_MOVED', moveMaintenance(redis, ready, 'm2', 'ready', 'upgrading'), /m1 is ready/);
  await rejects('MAINTENANCE_MOVED', moveMaintenance(redis, ready, 'm1', 'upgrading', 'verifying'), /is ready/);
  await moveMaintenance(redis, ready, 'm1', 'ready', 'upgrading');
  const moved = (await readMaintenance(redis, ready)).maintenance;
  await moveMaintenance(redis, ready, 'm1', 'ready', 'upgrading');
  assert.deepEqual((await readMaintenance(redis, ready)).maintenance, moved);
  await moveMaintenance(redis, ready, 'm1', 'upgrading', 'verifying');
  const { phaseMs, ...rest } = (await readMaintenance(redis, ready)).maintenance ?? assert.fail();
  assert.deepEqual({ ...rest, phaseMs: 2 }, standing('verifying'));
  assert.ok(phaseMs > 2);
});

test('ended by its id from any phase, once, and the engine is asked to run in the same step', async () => {
  for (const phase of MAINTENANCE_PHASES) {
    const lane = freshMarket();
    await restoreMaintenance(redis, lane, standing(phase));
    await redis.sadd(laneKeys(lane).waived, '3');
    await rejects('MAINTENANCE_RUNNING', endMaintenance(redis, lane, 'm2'), /m1/);
    const { ended, request } = await endMaintenance(redis, lane, 'm1');
    assert.equal(ended, true);
    assert.deepEqual(await redis.hgetall(`control:${lane}`), { v: '1', mode: 'run', mode_request: request });
    assert.equal(await redis.exists(laneKeys(lane).maintenance, laneKeys(lane).waived), 0);
    assert.deepEqual(await endMaintenance(redis, lane, 'm1'), { ended: false });
    assert.equal((await redis.hgetall(`control:${lane}`)).mode_request, request);
    await rejects('MAINTENANCE_INVALID', beginMaintenance(redis, lane, { id: 'm1', ...ops }), /has ended/);
    await rejects('MAINTENANCE_INVALID', restoreMaintenance(redis, lane, standing(phase)), /has ended/);
    await beginMaintenance(redis, lane, { id: 'm2', ...ops });
  }
});

test('an engine that somebody else had paused stays paused; a control key of another type gives way', async () => {
  const paused = freshMarket();
  await restoreMaintenance(redis, paused, standing('ready', { wasPaused: true }));
  assert.deepEqual(await endMaintenance(redis, paused, 'm1'), { ended: true });
  assert.equal(await redis.exists(`control:${paused}`), 0);
  const lane = freshMarket();
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  await redis.set(`control:${lane}`, 'text');
  await endMaintenance(redis, lane, 'm1');
  assert.equal(await redis.hget(`control:${lane}`, 'mode'), 'run');
});

test('restored as it was, each field; one of its id that stands is left alone, another one is not touched', async () => {
  const lane = freshMarket();
  const wanted = standing('upgrading', { deadlineMs: 9, wasPaused: true });
  await restoreMaintenance(redis, lane, wanted);
  assert.deepEqual((await readMaintenance(redis, lane)).maintenance, wanted);
  await restoreMaintenance(redis, lane, standing('ready'));
  assert.deepEqual((await readMaintenance(redis, lane)).maintenance, wanted);
  await rejects('MAINTENANCE_RUNNING', restoreMaintenance(redis, lane, standing('ready', { id: 'm2' })));
  const { cut: _, ...uncut } = standing('ready');
  await rejects('MAINTENANCE_INVALID', restoreMaintenance(redis, freshMarket(), uncut), /without a cut/);
});

test('any maintenance is read back from its fields as it was written', () => {
  const text = fc.string({ maxLength: 40 });
  const ms = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const any = fc.record(
    {
      id: fc.stringMatching(/^[\w.:-]{1,64}$/),
      phase: fc.constantFrom(...MAINTENANCE_PHASES),
      cut: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((id) => tradeId(id)),
      ...{
        owner: text,
        reason: text,
        startedMs: ms,
        phaseMs: ms,
        deadlineMs: ms,
        wasPaused: fc.constant(true as const),
      },
    },
    { requiredKeys: ['id', 'phase', 'cut', 'owner', 'reason', 'startedMs', 'phaseMs'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(any, (maintenance) => {
      assert.deepEqual(maintenanceOf(maintenanceFields(maintenance)), { maintenance });
    }),
  );
});

for (const [fields, why] of [
  [{ v: '2' }, /^v "2"/],
  [{ phase: 'paused' }, /^phase "paused"/],
  [{ cut: '18446744073709551616' }, /^cut "18446744073709551616": is no trade id/],
  [{ cut: '-1' }, /^cut "-1"/],
  [{ started_ms: 'soon' }, /^started_ms "soon"/],
  [{ was_paused: 'yes' }, /^was_paused "yes"/],
] as const) {
  test(`named, and no maintenance: ${JSON.stringify(fields)}`, async () => {
    const lane = freshMarket();
    await beginMaintenance(redis, lane, ops);
    await redis.hset(laneKeys(lane).maintenance, fields);
    const { maintenance, ignored } = await readMaintenance(redis, lane);
    assert.equal(maintenance, undefined);
    assert.match(ignored ?? '', why);
  });
}

test('a key of another type is no maintenance, and gives way to one', async () => {
  const lane = freshMarket();
  await redis.set(laneKeys(lane).maintenance, 'text');
  assert.match((await readMaintenance(redis, lane)).ignored ?? '', /is no hash/);
  await rejects('MAINTENANCE_MOVED', moveMaintenance(redis, lane, 'm1', 'ready', 'upgrading'), /live/);
  assert.deepEqual(await endMaintenance(redis, lane, 'm1'), { ended: false });
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  assert.equal((await readMaintenance(redis, lane)).maintenance?.id, 'm1');
});

test('each change is told on the channel', async () => {
  const lane = freshMarket();
  const listener = connection(url);
  const heard: string[] = [];
  listener.on('message', (_, word: string) => heard.push(word));
  await listener.subscribe(maintenanceChannel(lane));
  await restoreMaintenance(redis, lane, standing('ready'));
  await moveMaintenance(redis, lane, 'm1', 'ready', 'upgrading');
  await endMaintenance(redis, lane, 'm1');
  await until(async () => heard.length === 3);
  assert.deepEqual(heard, ['m1', 'm1', 'm1']);
});

test('only an open dead letter is waived, and only for the maintenance that is on', async () => {
  const lane = freshMarket();
  const keys = laneKeys(lane);
  await redis.set(keys.fence, 'me');
  const letter = { tradeId: tradeId(3), code: 'X', reason: 'x', advice: 'x', trade: trade(3) };
  await createRedisJournal(redis, keys, 'me').save(newRow(1, [trade(3)]), [letter]);
  await rejects('MAINTENANCE_MOVED', waiveLetter(redis, lane, 'm1', tradeId(3)), /m1 is not on/);
  await beginMaintenance(redis, lane, { id: 'm1', ...ops });
  await rejects('MAINTENANCE_INVALID', waiveLetter(redis, lane, 'm1', tradeId(4)), /trade 4 has no open/);
  await waiveLetter(redis, lane, 'm1', tradeId(3));
  await waiveLetter(redis, lane, 'm1', tradeId(3));
  assert.deepEqual(await redis.smembers(keys.waived), ['3']);
});
