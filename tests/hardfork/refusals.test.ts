// Proves: what stands in the way of a hard fork is named by its preflight before anything is changed: a pause, a schedule, a relayer that runs or is
// planned and knows no maintenance, another upgrade authority, a key that can't pay, services that do not speak what the engine emits; a fork so
// refused blocks nothing; without any of it the preflight passes. A dry run refuses what of it needs no key. While it runs: a flush that
// waits says for what, a relayer that stays silent has the maintenance ended, a maintenance of somebody else's is not taken over, a timelock holds,
// a config with other terms is not gone on with.
// Does not prove: the same through the command (in-place.test.ts, abort.test.ts); the relayer's and the engine's words are written by the test.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { changeOf, readConfig, settlementInstructions, slot, tradeId } from '#client';
import { engineKey, generationKey, leaseKey, tradeStreamKey } from '#feeder';
import type { FlushReport } from '#relayer';
import { beginMaintenance, endMaintenance, laneKeys, readMaintenance } from '#relayer';
import { requireSameTerms } from '../../cli/src/hardfork/deploy.ts';
import { abortFork, hardfork, showFork } from '../../cli/src/hardfork/hardfork.ts';
import { flushed, inPhase, resumed } from '../../cli/src/hardfork/maintenance.ts';
import { unlocked } from '../../cli/src/hardfork/nominate.ts';
import { checked, foreseen } from '../../cli/src/hardfork/preflight.ts';
import type { ForkScene } from '../../cli/src/hardfork/scene.ts';
import { maintenanceId } from '../../cli/src/hardfork/scene.ts';
import { requireFitServices, requireUp } from '../../cli/src/hardfork/services-fit.ts';
import { RELEASES } from '../../cli/src/release/folder.ts';
import type { Operation } from '../../cli/src/rollout/journal.ts';
import { Journal } from '../../cli/src/rollout/journal.ts';
import { requireNoFork } from '../../cli/src/rollout/open-fork.ts';
import { installedFolder, layoutOf } from '../../cli/src/service/layout.ts';
import { processId } from '../../cli/src/service/process-id.ts';
import { NOTHING_YET } from '../../cli/src/service/state.ts';
import { reportFields } from '../../relayer/src/adapters/redis/maintenance-codec.ts';
import { NOTHING_PENDING } from '../../relayer/src/domain/maintenance.ts';
import { openWorld } from '../relayer/venue.ts';
import { IMPATIENT, sceneOf } from '../rollout/setup/place.ts';

const world = await openWorld({ after }, { release: '0.2.0' });
const { chain, keys, redis, venue, market: lane } = world;
const { operator } = keys;
const admin = operator.publicKey;
const build = settlementInstructions(venue.program);
const folder = mkdtempSync(join(tmpdir(), 'lockstep-refusals-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the relayer's status says; changed by tests. */
let said: Record<string, unknown> = {};
const server = createServer((_, response) => response.end(JSON.stringify(said)));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A root whose supervisor says that this very process is its service. */
function rootOf(name: string): { readonly root: string } {
  const root = join(folder, name);
  mkdirSync(root);
  const state = { ...NOTHING_YET, ...processId(process.pid), wanted: '0.2.0', running: '0.2.0' };
  writeFileSync(layoutOf(root).state, JSON.stringify(state));
  return { root };
}
const [relayerRoot, engineRoot] = [rootOf('relayer'), rootOf('engine')];

let forks = 0;
/** A scene of a fork of its own. */
function scene(changes: Partial<ForkScene> = {}): ForkScene {
  forks += 1;
  const site = { folder, relayer: { ...relayerRoot, url }, engine: engineRoot, releases: join(folder, 'releases') };
  const base = sceneOf(world, site);
  const side = { program: venue.program, market: venue.market };
  const operation: Operation = {
    ...{ v: 1, kind: 'hardfork', state: 'running', by: 'a test', reason: 'a test', steps: [] },
    ...{ startedAt: new Date(forks).toISOString(), target: {}, previous: { relayer: '0.2.0', engine: '0.2.0' } },
  };
  const output = {
    json: true,
    isTerminal: false,
    write: () => undefined,
    say: () => undefined,
    result: () => undefined,
  };
  return {
    ...base,
    desk: { ...base.desk, output },
    ...{ authority: { address: admin, signer: undefined }, old: side, next: side, folder, siteFile: '' },
    plan: { kind: 'in-place', site: '', program: '0.2.0', reason: 'a test', deadlineMs: undefined },
    patience: { ...IMPATIENT, clearMs: 1_000, reportMs: 60_000 },
    operation: () => operation,
    ...changes,
  };
}

const maintenanceOf = async () => (await readMaintenance(redis, lane)).maintenance;
const refused = (work: Promise<unknown>, code: string, message: RegExp) => assert.rejects(work, { code, message });

beforeEach(async () => {
  said = { state: 'running', release: '0.2.0' };
  await redis.set(leaseKey(lane), 'a test');
  await redis.del(laneKeys(lane).flush);
  const { maintenance } = await readMaintenance(redis, lane);
  if (maintenance !== undefined) await endMaintenance(redis, lane, maintenance.id);
});

test('preflight: settlement that is paused', async () => {
  await world.land(operator, build.setPaused({ authority: admin, isPaused: true }));
  await refused(checked(scene()), 'PAUSED', /paused/);
  await world.land(operator, build.setPaused({ authority: admin, isPaused: false }));
});

test('preflight: a change that is scheduled', async () => {
  const activationSlot = BigInt(await chain.connection('confirmed').getSlot()) + 100_000n;
  const change = changeOf(slot(activationSlot), { minBatchSize: 2 });
  await world.land(operator, build.scheduleChange({ admin, change }));
  await refused(checked(scene()), 'ScheduleConflict', new RegExp(`slot ${activationSlot}`));
  await world.land(operator, build.cancelSchedule({ admin }));
});

for (const release of ['0.1.0', '0.1.9', undefined, 'unreleased']) {
  test(`preflight: relayer ${release} runs, which knows no maintenance`, async () => {
    said = { state: 'running', release };
    await refused(checked(scene()), 'RELAYER_TOO_OLD', /knows no maintenance/);
    assert.equal(await maintenanceOf(), undefined);
  });
}

test('preflight: the plan has such a relayer run', async () => {
  const { plan } = scene();
  await refused(
    checked(scene({ plan: { ...plan, relayer: '0.1.0' } })),
    'RELAYER_TOO_OLD',
    /the plan has relayer 0\.1\.0/,
  );
});

test('a fork that its preflight refused stands in nobody’s way', async () => {
  const results: Record<string, unknown>[] = [];
  const { plan, desk, ...rest } = scene();
  const output = { ...desk.output, result: (result: object) => void results.push({ ...result }) };
  const own = mkdtempSync(join(folder, 'site-'));
  const stage = { ...rest, desk: { ...desk, output }, site: { ...rest.site, program: venue.program, folder: own } };
  const asked = (program: string, reason: string) => ({ plan: { ...plan, program, reason }, siteFile: '', yes: true });
  const unknown = asked('9.9.9', 'a release that is not there');
  await refused(hardfork(stage, unknown), 'RELEASE_MISSING', /9\.9\.9/);
  const newest = async () => (await new Journal(own).newest())?.operation;
  assert.deepEqual(
    (await newest())?.steps.map(({ name }) => name),
    ['preflight'],
  );
  requireNoFork(await new Journal(own).newest());
  await showFork(stage, asked('0.2.0', 'the corrected plan'), true);
  assert.equal(results.at(-1)?.operation, null);
  said = { state: 'waiting', release: '0.2.0' };
  const corrected = asked('0.2.0', 'the corrected plan');
  await refused(hardfork(stage, corrected), 'RELAYER_SILENT', /is waiting/);
  assert.equal((await newest())?.reason, 'the corrected plan');
  await abortFork(stage, asked('9.9.9', 'whatever'));
  assert.equal((await newest())?.state, 'aborted');
  // One that has begun to change anything does.
  const begun = { name: 'stage', state: 'begun', at: new Date(0).toISOString(), evidence: {} } as const;
  const open = await new Journal(own).begin({ ...rest.operation(), steps: [begun] });
  assert.throws(() => requireNoFork(open), { code: 'HARDFORK_UNFINISHED' });
  await refused(hardfork(stage, corrected), 'HARDFORK_UNFINISHED', /another plan/);
});

test('a dry run: releases and relayers that the preflight would refuse, and none of them', async () => {
  const { plan } = scene();
  const named = (releases: { relayer?: string; engine?: string; program?: string }) =>
    foreseen(scene({ plan: { ...plan, ...releases } }));
  await refused(named({ engine: '9.9.9' }), 'RELEASE_MISSING', /no engine release 9\.9\.9/);
  await refused(named({ relayer: '9.9.9' }), 'RELEASE_MISSING', /no relayer release 9\.9\.9/);
  await refused(named({ program: '9.9.9' }), 'RELEASE_MISSING', /9\.9\.9/);
  await foreseen(scene());
  said = { state: 'running', release: '0.1.0' };
  await refused(foreseen(scene()), 'RELAYER_TOO_OLD', /relayer 0\.1\.0 runs/);
  const releases = fileURLToPath(RELEASES);
  const { site } = scene();
  const old = scene({ plan: { ...plan, relayer: '0.1.0' }, site: { ...site, releases } });
  said = { state: 'running', release: '0.2.0' };
  await refused(foreseen(old), 'RELAYER_TOO_OLD', /the plan has relayer 0\.1\.0/);
});

/** A release that is installed, by its manifest alone. */
function installed(service: 'relayer' | 'feeder', root: string, semver: string, speaks: readonly number[]): void {
  const at = installedFolder(root, semver);
  mkdirSync(at, { recursive: true });
  const manifest = { name: service, semver, sha256: 'a'.repeat(64), bytes: 1, speaks, entry: 'main.mjs', node: '>=22' };
  writeFileSync(join(at, 'manifest.json'), JSON.stringify(manifest));
}

const targeting = (relayer: string, engine: string): ForkScene => {
  const base = scene();
  return { ...base, operation: () => ({ ...base.operation(), target: { relayer, engine } }) };
};

test('preflight: a relayer or engine that does not speak what the engine emits, or nothing that the config allows', async () => {
  installed('relayer', relayerRoot.root, '9.1.0', [1]);
  installed('relayer', relayerRoot.root, '9.2.0', [2, 1]);
  installed('feeder', engineRoot.root, '9.1.0', [1]);
  installed('feeder', engineRoot.root, '9.2.0', [2, 1]);
  const fit = (relayer: string, engine: string, allowed: readonly string[]) =>
    requireFitServices(targeting(relayer, engine), allowed);
  await redis.hset(engineKey(lane), 'emit', '2');
  await refused(
    fit('9.1.0', '9.2.0', ['V1']),
    'RELEASE_UNFIT',
    /relayer 9\.1\.0 speaks V1, and the engine emits schema 2/,
  );
  await refused(fit('9.2.0', '9.1.0', ['V1']), 'RELEASE_UNFIT', /engine 9\.1\.0 speaks V1/);
  await fit('9.2.0', '9.2.0', ['V1', 'V2']);
  // What runs and is not installed here says it itself.
  said = { state: 'running', release: '0.2.0', speaks: [1] };
  await refused(fit('0.2.0', '9.2.0', ['V1']), 'RELEASE_UNFIT', /relayer 0\.2\.0 speaks V1/);
  await redis.hset(engineKey(lane), 'emit', '1');
  await refused(fit('9.1.0', '9.2.0', ['V2']), 'RELEASE_UNFIT', /the config allows V2 alone/);
  await fit('9.1.0', '9.1.0', ['V1', 'V2']);
  // It emits schema 1 again, and what it wrote before is not settled.
  await redis.set(generationKey(lane), '1');
  await redis.xadd(tradeStreamKey(lane, 1n), '1-0', 'v', '2', 'p', 'x');
  await refused(fit('9.1.0', '9.2.0', ['V1']), 'RELEASE_UNFIT', /1 entries of the stream .* schema 2/);
  await fit('9.2.0', '9.2.0', ['V1']);
  await redis.del(engineKey(lane), generationKey(lane), tradeStreamKey(lane, 1n));
});

test('nothing resumes before both services run the releases wanted and say so', async () => {
  const wanted = targeting('0.2.0', '0.2.0');
  await redis.hset(engineKey(lane), 'release', '0.2.0');
  await requireUp(wanted);
  await refused(requireUp(targeting('9.2.0', '0.2.0')), 'SERVICE_NOT_UP', /release 9\.2\.0 .*its service runs 0\.2\.0/);
  said = { state: 'halted', release: '0.2.0', blocked: { code: 'SCHEMA_UNKNOWN', reason: 'schema 2' } };
  await refused(requireUp(wanted), 'SERVICE_NOT_UP', /relayer 0\.2\.0 is halted, SCHEMA_UNKNOWN: schema 2/);
  said = { state: 'running', release: '0.2.0' };
  await redis.hset(engineKey(lane), 'release', '0.1.0');
  await refused(requireUp(wanted), 'SERVICE_NOT_UP', /the engine is to run .*engine 0\.1\.0 runs/);
  await redis.del(engineKey(lane));
});

test('preflight: relayer or engine is away', async () => {
  said = { state: 'waiting', release: '0.2.0' };
  await refused(checked(scene()), 'RELAYER_SILENT', /is waiting/);
  said = { state: 'running', release: '1.0.0' };
  await redis.del(leaseKey(lane));
  await refused(checked(scene()), 'ENGINE_SILENT', /no lease/);
});

test('preflight: somebody else may upgrade the program', async () => {
  const other = await openWorld({ after }, { release: '0.1.0' });
  const there = { program: other.venue.program, market: other.venue.market };
  const base = scene();
  const stranger = Keypair.generate().publicKey;
  const { desk } = base;
  const away = {
    desk: { ...desk, connection: other.chain.connection('confirmed'), rpcUrl: other.chain.rpcUrl },
    ...{ old: there, next: there },
  };
  const authority = { address: stranger, signer: undefined };
  await refused(checked(scene({ ...away, authority })), 'NOT_UPGRADE_AUTHORITY', new RegExp(`${stranger}`));
  const own = { address: other.keys.operator.publicKey, signer: undefined };
  assert.equal((await checked(scene({ ...away, authority: own }))).program, '0.1.0');
});

test('preflight: a key that can not pay, and one that can', async () => {
  const lamports = BigInt(await chain.connection('confirmed').getBalance(admin));
  const account = { address: admin, owner: `${SystemProgram.programId}`, data: new Uint8Array(), executable: false };
  chain.setAccount({ ...account, lamports: 1_000_000n });
  await refused(checked(scene()), 'FUNDS_MISSING', /has 0\.001000 SOL, and the fork may take 0\.0/);
  chain.setAccount({ ...account, lamports });
  const { program, to } = await checked(scene());
  assert.deepEqual([program, to], ['0.2.0', '0.2.0']);
});

const says = (id: string, report: Partial<FlushReport>) => {
  const all = {
    id,
    phase: 'draining',
    pending: NOTHING_PENDING,
    held: 0,
    blocked: [],
    seenMs: Date.now(),
    ...report,
  } as const;
  return redis.hset(laneKeys(lane).flush, reportFields(all));
};

test('a flush that waits says for what, and undoes nothing', async () => {
  const silent = scene();
  await refused(flushed(silent), 'FLUSH_WAITS', /has not said anything/);
  assert.equal((await maintenanceOf())?.id, maintenanceId(silent.operation()));
  const id = maintenanceId(silent.operation());
  const blocked = [{ code: 'OPEN_DEAD_LETTERS', reason: 'nobody has dealt with them', ids: [tradeId(5), tradeId(7)] }];
  await says(id, { cut: tradeId(9), pending: { ...NOTHING_PENDING, deadLetters: 2 }, blocked });
  await refused(flushed(silent), 'FLUSH_WAITS', /cut 9, 2 trades pending \(OPEN_DEAD_LETTERS: .* \[5, 7\]\)/);
  assert.equal((await maintenanceOf())?.phase, 'draining');
});

test('a flush does not take over a maintenance of somebody else', async () => {
  await beginMaintenance(redis, lane, { id: 'theirs', owner: 'ops', reason: 'x' });
  await refused(flushed(scene()), 'FLUSH_WAITS', /maintenance theirs of ops is on/);
  assert.equal((await maintenanceOf())?.id, 'theirs');
});

test('a relayer that never speaks of the maintenance: it is ended', async () => {
  said = { state: 'running', release: '0.1.0' };
  const impatient = scene({ patience: { ...IMPATIENT, clearMs: 10_000, reportMs: 0 } });
  await refused(flushed(impatient), 'RELAYER_TOO_OLD', /relayer 0\.1\.0 runs/);
  assert.equal(await maintenanceOf(), undefined);
});

test('a maintenance that somebody else has ended, or put another in its place', async () => {
  const own = scene();
  const id = maintenanceId(own.operation());
  await beginMaintenance(redis, lane, { id, owner: 'a test', reason: 'x' });
  await endMaintenance(redis, lane, id);
  await refused(inPhase(own, 'upgrading'), 'MAINTENANCE_LOST', /has ended/);
  await beginMaintenance(redis, lane, { id: 'theirs', owner: 'ops', reason: 'x' });
  await refused(inPhase(own, 'upgrading'), 'MAINTENANCE_LOST', /maintenance theirs of ops is on/);
  await refused(resumed(own), 'MAINTENANCE_LOST', /theirs/);
  assert.equal((await maintenanceOf())?.id, 'theirs');
});

test('a timelock that runs holds the fork, a nomination that is gone ends it', async () => {
  const successor = Keypair.generate().publicKey;
  await world.land(operator, build.setWithdrawalDelay({ admin, withdrawalDelaySlots: 100_000n }));
  await world.land(operator, build.nominateSuccessor({ admin, program: successor }));
  const waiting = scene({ next: { program: successor, market: venue.market } });
  await refused(unlocked(waiting), 'TIMELOCK_RUNNING', /\d{5,6} slots from now/);
  await world.land(operator, build.nominateSuccessor({ admin, program: PublicKey.default }));
  await refused(unlocked(waiting), 'CONFIG_MOVED', /withdrawn/);
});

test('a config with other terms is named by its first difference', async () => {
  const { value: config } = await readConfig(chain.connection('confirmed'), venue.program, 'confirmed');
  const paused = { ...config, isPaused: true };
  requireSameTerms(config, paused);
  const other = Keypair.generate().publicKey;
  for (const change of [
    ...[{ admin: other }, { guardian: other }, { activeRelayer: other }, { attestor: other }, { featureFlags: 64n }],
    ...[{ allowedBatchVersions: 0 }, { minBatchSize: 9 }, { maxBatchAgeSlots: 9n }, { withdrawalDelaySlots: 9n }],
    { feeTiers: config.feeTiers.map((tier) => ({ ...tier, makerBps: tier.makerBps + 1 })) },
  ]) {
    assert.throws(() => requireSameTerms(config, { ...config, ...change }), {
      code: 'CONFIG_DIFFERS',
      message: new RegExp(Object.keys(change).join()),
    });
  }
  assert.throws(() => requireSameTerms(config, undefined), { code: 'CONFIG_DIFFERS' });
});
