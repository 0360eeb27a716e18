// Proves: `lockstep maintenance` on a real Redis: what each command writes, prints and exits with, for people and as JSON; waiting ends with
// ready, with a maintenance that is gone, with a deadline, and with a relayer that has the lane and knows no maintenance; the commands that are printed
// run as they stand; what makes no sense is refused and changes nothing; what can't be read is named and
// removed, and an engine that stays paused is told to run.
// Does not prove: what a relayer does (tests/e2e/maintenance.test.ts); the relayer's and the engine's words are written by the test.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { tradeId } from '#client';
import type { FlushReport } from '#relayer';
import { clearMaintenance, laneKeys, readMaintenance, restoreMaintenance, runEngine } from '#relayer';
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
  const printed = /`lockstep (maintenance start [^`]*)`/.exec(overdue.stderr)?.[1]?.split(' ') ?? [];
  assert.equal((await lockstep(...printed)).code, 3);
  assert.equal((await state()).maintenance?.phase, 'draining');
  assert.match((await run('status')).stdout, /OVERDUE/);
  assert.equal(JSON.parse((await run('status', '--json')).stdout).overdue, true);
  await redis.hdel(keys.maintenance, 'deadline_ms');
  const { texts, streams } = capture();
  const waiting = main(['maintenance', 'start', '--id', 'm1', '--wait', ...place], streams);
  await until(() => texts.stdout.includes('pending'));
  await redis.del(keys.maintenance);
  assert.equal(await waiting, 1);
  assert.match(texts.stderr, /MAINTENANCE_GONE/);
});

test('an id that is not on wants a reason', async () => {
  const { run, state } = scene();
  for (const words of [['start'], ['start', '--id', 'm1', '--wait']]) {
    const { code, stderr } = await run(...words);
    assert.deepEqual([code, /^OPTION_MISSING: --reason is missing/.test(stderr)], [2, true], stderr);
  }
  assert.equal((await state()).maintenance, undefined);
});

test('a relayer that has the lane and says nothing: waiting ends with 1, and so does what it began', async () => {
  const { run, state, keys } = scene();
  await redis.set(keys.lease, 'an old relayer');
  const own = await run('start', '--reason', 'x', '--id', 'm1', '--wait');
  assert.equal(own.code, 1);
  assert.match(
    own.stderr,
    /^RELAYER_TOO_OLD: .*\n.*was ended again.*lockstep service --root DIR --install .*--want 0\.2\.0/,
  );
  assert.equal((await state()).maintenance, undefined);
  assert.equal((await run('start', '--reason', 'x', '--id', 'm2')).code, 0);
  assert.match((await run('status')).stdout, /^relayer {6}has the lane, and says nothing of it yet$/m);
  const other = await run('start', '--id', 'm2', '--wait');
  assert.match(other.stderr, /^RELAYER_TOO_OLD: .*\n.*m2 is still on/);
  assert.match((await run('status')).stdout, /^relayer .* has the lane and knows no maintenance: .*lockstep service/m);
  assert.equal((await state()).maintenance?.id, 'm2');
});

test("a site whose relayer's own status names a release without maintenance: refused before anything begins", async (t) => {
  const { lane, state } = scene();
  const said = { state: 'running', release: '0.1.0' };
  const server = createServer((_, response) => response.end(JSON.stringify(said)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-maintenance-'));
  t.after(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });
  const relayer = { root: 'relayer', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const places = { rpc: 'http://127.0.0.1:1', program: lane, market: lane, redis: url };
  const file = join(dir, 'site.json');
  writeFileSync(file, JSON.stringify({ ...places, relayer, engine: { root: 'engine' }, releases: 'releases' }));
  const refused = await lockstep('maintenance', 'start', '--reason', 'x', '--site', file);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^RELAYER_TOO_OLD: relayer 0\.1\.0 runs.*\n.*lockstep rollout --through 2 --site \S+site\.json`/,
  );
  assert.match(refused.stderr, new RegExp(`--root ${dir}/relayer --install ${dir}/releases/relayer/0\\.2\\.0 --want`));
  assert.equal((await state()).maintenance, undefined);
  said.release = '0.2.0';
  assert.equal((await lockstep('maintenance', 'start', '--reason', 'x', '--site', file)).code, 0);
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

/** Answers the next request that the engine runs, as an engine would. */
async function engineRuns(lane: string): Promise<void> {
  await until(async () => (await redis.hget(`control:${lane}`, 'mode')) === 'run');
  const request = (await redis.hget(`control:${lane}`, 'mode_request')) ?? '';
  await redis.hset(`engine:${lane}`, { mode: 'run', mode_request: request, mode_refused: '' });
}

const pausedBy = async (lane: string, request: string): Promise<void> => {
  await redis.hset(`control:${lane}`, { v: '1', mode: 'pause', mode_request: request });
  await redis.hset(`engine:${lane}`, { mode: 'pause', mode_request: request });
};

for (const change of [{ phase: 'nonsense' }, { v: '9' }]) {
  test(`what can't be read is named and removed, and the engine runs: ${JSON.stringify(change)}`, async () => {
    const { run, keys, ready, lane, state } = scene();
    await ready();
    await pausedBy(lane, 'm1');
    await redis.hset(keys.maintenance, change);
    const shown = await run('status');
    assert.equal(shown.code, 3);
    assert.match(shown.stdout, /^unreadable .*(nonsense|v "9")/m);
    assert.doesNotMatch(shown.stdout, /live/);
    assert.match(shown.stderr, /MAINTENANCE_UNREADABLE[\s\S]*maintenance resume/);
    const started = await run('start', '--reason', 'x', '--id', 'm2');
    assert.deepEqual([started.code, /MAINTENANCE_UNREADABLE/.test(started.stderr)], [1, true]);
    const forced = await run('resume', '--engine');
    assert.deepEqual([forced.code, /MAINTENANCE_RUNNING/.test(forced.stderr)], [1, true]);
    const [resumed] = await Promise.all([run('resume'), engineRuns(lane)]);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /^removed what was no maintenance[\s\S]*the engine runs$/m);
    assert.deepEqual(await state(), {});
    // A relayer that remembers it does not write it back.
    assert.equal(await redis.get(keys.maintenanceEnded), 'm1');
    assert.equal((await run('status')).code, 0);
  });
}

test('what can not be read is removed, and an engine that somebody else paused stays so until it is told', async () => {
  const { run, keys, lane } = scene();
  await redis.set(keys.maintenance, 'a string');
  await pausedBy(lane, 'night-watch');
  const resumed = await run('resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(
    resumed.stdout,
    /request night-watch asked for it; `lockstep maintenance resume --engine --redis \S+ --lane \S+`/,
  );
  assert.deepEqual([await redis.exists(keys.maintenance), await redis.hget(`control:${lane}`, 'mode')], [0, 'pause']);
  assert.match((await run('status')).stdout, /^engine .*paused all the same.*resume --engine/m);
  assert.equal(JSON.parse((await run('status', '--json')).stdout).enginePausedBy, 'night-watch');
  const [forced] = await Promise.all([run('resume', '--engine'), engineRuns(lane)]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(forced.stdout, /request night-watch asked for it; it is asked to run\nthe engine runs/);
  const again = await run('resume', '--engine');
  assert.deepEqual([again.code, /is not paused/.test(again.stdout)], [0, true]);
});

test('only what was read is removed: a maintenance that began meanwhile stands', async () => {
  const { keys, lane, ready, state } = scene();
  await ready();
  await redis.hset(keys.maintenance, 'phase', 'nonsense');
  // Between the look and the removal somebody corrects it.
  const corrected = new Proxy(redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'eval') return value.bind(target);
      return async (...args: unknown[]) => {
        await redis.hset(keys.maintenance, 'phase', 'ready');
        return value.apply(target, args);
      };
    },
  });
  await assert.rejects(clearMaintenance(corrected, lane), { code: 'MAINTENANCE_MOVED' });
  assert.equal((await state()).maintenance?.phase, 'ready');
  assert.equal(await clearMaintenance(redis, lane), undefined);
  await assert.rejects(runEngine(redis, lane), { code: 'MAINTENANCE_RUNNING' });
});
