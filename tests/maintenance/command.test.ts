// Proves: `lockstep maintenance` on a real Redis: what each command writes, prints and exits with, for people and as JSON; waiting ends with
// ready, with a maintenance that is gone, and with a deadline; what makes no sense is refused and changes nothing.
// Does not prove: what a relayer does (tests/e2e/maintenance.test.ts); the relayer's and the engine's words are written by the test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { tradeId } from '#client';
import type { FlushReport } from '#relayer';
import { laneKeys, readMaintenance, restoreMaintenance } from '#relayer';
import { main } from '../../cli/src/main.ts';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { reportFields } from '../../relayer/src/adapters/redis/maintenance-codec.ts';
import { NOTHING_PENDING } from '../../relayer/src/domain/maintenance.ts';
import { newRow } from '../../relayer/src/domain/row.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { connection, redisForThisFile } from '../relayer/support.ts';
import { capture, lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';

const { url } = await redisForThisFile();
const redis = connection(url);

function scene() {
  const lane = Keypair.generate().publicKey.toBase58();
  const keys = laneKeys(lane);
  const place = ['--redis', url, '--lane', lane];
  const run = (...words: string[]) => lockstep('maintenance', ...words, ...place);
  const state = () => readMaintenance(redis, lane);
  const says = (report: Partial<FlushReport>) =>
    redis.hset(
      keys.flush,
      reportFields({
        id: 'm1',
        phase: 'draining',
        pending: NOTHING_PENDING,
        held: 0,
        blocked: [],
        seenMs: Date.now(),
        ...report,
      }),
    );
  const ready = () =>
    restoreMaintenance(redis, lane, {
      ...{ id: 'm1', phase: 'ready', cut: tradeId(9), owner: 'ops', reason: 'x', startedMs: 1, phaseMs: 1 },
    });
  return { lane, keys, place, run, state, says, ready };
}

test('start, status, resume and status again', async () => {
  const { run, state, says, lane } = scene();
  const started = await run('start', '--reason', 'fork to 0.3.0', '--owner', 'ann', '--id', 'm1', '--deadline', '600');
  assert.deepEqual([started.code, started.stdout], [0, 'maintenance m1 is on: the lane drains\n'], started.stderr);
  const { maintenance } = await state();
  assert.deepEqual([maintenance?.owner, maintenance?.reason, maintenance?.phase], ['ann', 'fork to 0.3.0', 'draining']);
  assert.match((await run('status')).stdout, /relayer {6}says nothing of it/);
  const pending = { ...NOTHING_PENDING, stream: 1_000, inFlight: 28 };
  await says({ pending, held: 3, blocked: [{ code: 'TRADES_PENDING', reason: 'on their way' }] });
  const shown = await run('status');
  assert.match(shown.stdout, /^pending {6}1028 \(stream 1000, in flight 28\) · held 3$/m);
  assert.match(shown.stdout, /^waits for {4}TRADES_PENDING: on their way$/m);
  const json = JSON.parse((await run('status', '--json')).stdout);
  assert.deepEqual([json.phase, json.overdue, json.report.pending.stream], ['draining', false, 1_000]);
  const resumed = run('resume');
  await until(async () => (await redis.hget(`control:${lane}`, 'mode')) === 'run');
  const request = (await redis.hget(`control:${lane}`, 'mode_request')) ?? '';
  await redis.hset(`engine:${lane}`, { mode_request: request, mode_refused: '' });
  const { code, stdout } = await resumed;
  assert.equal(code, 0);
  assert.match(stdout, /maintenance m1 has ended: the lane goes on\nthe engine runs/);
  assert.match((await run('status')).stdout, /^live /);
  assert.equal(JSON.parse((await run('status', '--json')).stdout).phase, 'live');
  assert.match((await run('resume')).stdout, /the lane is live/);
});

test('waiting tells what blocks, each time it changes, until the lane is ready', async () => {
  const { place, says, keys, state } = scene();
  const { texts, streams } = capture();
  const waiting = main(['maintenance', 'start', '--reason', 'x', '--id', 'm1', '--wait', ...place], streams);
  await until(async () => (await state()).maintenance !== undefined);
  await says({ blocked: [{ code: 'ENGINE_SILENT', reason: 'no engine has spoken' }] });
  await until(() => texts.stdout.includes('ENGINE_SILENT: no engine has spoken'));
  await says({ pending: { ...NOTHING_PENDING, outbox: 7 }, blocked: [] });
  await until(() => texts.stdout.includes('pending      7 (outbox 7)'));
  await redis.hset(keys.maintenance, { cut: '9', phase: 'ready' });
  assert.equal(await waiting, 0);
  assert.match(texts.stdout, /ready: nothing up to trade 9 is pending\n$/);
});

test('waiting ends with exit 3 when the deadline is over, and with 1 when somebody ended it', async () => {
  const { run, place, keys, state, says } = scene();
  await says({});
  const overdue = await run('start', '--reason', 'x', '--id', 'm1', '--deadline', '1', '--wait');
  assert.equal(overdue.code, 3);
  assert.match(overdue.stderr, /MAINTENANCE_OVERDUE/);
  assert.match(overdue.stdout, /OVERDUE by/);
  assert.equal((await state()).maintenance?.phase, 'draining');
  assert.match((await run('status')).stdout, /OVERDUE/);
  assert.equal(JSON.parse((await run('status', '--json')).stdout).overdue, true);
  await redis.hdel(keys.maintenance, 'deadline_ms');
  const { texts, streams } = capture();
  const waiting = main(['maintenance', 'start', '--reason', 'x', '--id', 'm1', '--wait', ...place], streams);
  await until(() => texts.stdout.includes('pending'));
  await redis.del(keys.maintenance);
  assert.equal(await waiting, 1);
  assert.match(texts.stderr, /MAINTENANCE_GONE/);
});

test('another one that is on, an id that was used, an id that is none: refused, nothing changes', async () => {
  const { run, state, ready, lane } = scene();
  await ready();
  const other = await run('start', '--reason', 'x', '--id', 'm2');
  assert.equal(other.code, 1);
  assert.match(other.stderr, /MAINTENANCE_RUNNING: maintenance m1 is on/);
  assert.equal((await run('resume', '--id', 'm2')).code, 1);
  assert.equal((await state()).maintenance?.id, 'm1');
  const silent = await run('resume', '--timeout', '1');
  assert.equal(silent.code, 3);
  assert.match(silent.stderr, /ENGINE_SILENT/);
  assert.equal((await state()).maintenance, undefined);
  const used = await run('start', '--reason', 'x', '--id', 'm1');
  assert.deepEqual([used.code, /MAINTENANCE_INVALID.*has ended/.test(used.stderr)], [2, true]);
  assert.equal((await run('start', '--reason', 'x', '--id', 'no id')).code, 2);
  assert.equal(await redis.exists(laneKeys(lane).maintenance), 0);
});

test('an engine that refuses to run is said so; one that others had paused is left alone', async () => {
  const { run, ready, lane, keys } = scene();
  await ready();
  const resumed = run('resume');
  await until(async () => (await redis.hget(`control:${lane}`, 'mode')) === 'run');
  const request = (await redis.hget(`control:${lane}`, 'mode_request')) ?? '';
  await redis.hset(`engine:${lane}`, { mode_request: request, mode_refused: 'the feed is down' });
  const refused = await resumed;
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /ENGINE_REFUSED: the engine refuses to run: the feed is down/);
  const paused = scene();
  await paused.ready();
  await redis.hset(paused.keys.maintenance, 'was_paused', '1');
  assert.match((await paused.run('status')).stdout, /was paused before/);
  assert.match((await paused.run('resume')).stdout, /stays paused/);
  assert.equal(await redis.exists(`control:${paused.lane}`, keys.maintenance), 0);
});

test('waive takes open letters of the maintenance that is on, and nothing else', async () => {
  const { run, ready, keys } = scene();
  await redis.set(keys.fence, 'me');
  const letter = { tradeId: tradeId(3), code: 'X', reason: 'x', advice: 'x', trade: trade(3) };
  await createRedisJournal(redis, keys, 'me').save(newRow(1, [trade(3)]), [letter]);
  assert.equal((await run('waive', '3')).code, 2);
  await ready();
  assert.equal((await run('waive', '4')).code, 2);
  const waived = await run('waive', '3', '--json');
  assert.deepEqual(JSON.parse(waived.stdout), { id: 'm1', waived: ['3'] });
  assert.deepEqual(await redis.smembers(keys.waived), ['3']);
});

test('what stands there and is no maintenance is named', async () => {
  const { run, keys } = scene();
  await redis.hset(keys.maintenance, { v: '9', id: 'm1' });
  assert.match((await run('status')).stdout, /^ignored .*v "9"/m);
});
