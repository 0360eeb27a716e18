// Proves, on one site from beginning to end: what stands in the way of a rollout, a rollback or another emission is refused by name, before
// anything is changed, and the way is free once it is gone; V1 is not switched off while it is what settles; once the program is the
// build without it, a rollback refuses; every trade settles once.
// Does not prove: refusals of a program that is not there yet, of services that do not come up (cli/src/rollout/*.test.ts).
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { until } from '../support/until.ts';
import { openSite } from './setup/site.ts';

const site = await openSite();
const stranger = join(site.dir, 'stranger.json');
writeFileSync(stranger, JSON.stringify([...Keypair.generate().secretKey]), { mode: 0o600 });
const through2 = ['--through', '2'];

/** Runs a command that is refused; answers its code. */
async function refusal(exit: 1 | 2 | 3, ...words: Parameters<typeof site.run>): Promise<string | undefined> {
  const { code, json, text } = await site.run(...words);
  assert.equal(code, exit, text);
  return json.error?.code;
}

test('nothing is written down for whoever is not the admin, nor where nobody knows what ran before', async () => {
  assert.equal(await refusal(1, 'rollback'), 'PREVIOUS_UNKNOWN');
  const named = ['--relayer', '0.1.0', '--engine', '0.1.0', '--keypair', stranger];
  assert.equal(await refusal(1, 'rollback', ...named), 'NotAdmin');
  assert.equal(await refusal(1, 'rollout', '--keypair', stranger), 'NotAdmin');
  assert.equal(await site.newest(), undefined);
  assert.equal((await site.configNow()).isPaused, false);
});

test('what is deployed last has to be without V1', async () => {
  assert.equal(await refusal(1, 'rollout', '--v2-only', '0.2.0'), 'RELEASE_UNFIT');
  assert.equal(await refusal(2, 'rollout', '--v2-only', '0.2.0+v2-only', ...through2), 'OPTION_INVALID');
  assert.equal(await site.newest(), undefined);
});

test('an engine is not told to say what nobody settles', async () => {
  assert.equal(await refusal(1, 'emission', '2'), 'V2_NOT_SETTLED');
  await site.config('set-versions', 'V1+V2');
  assert.equal(await refusal(1, 'emission', '2'), 'V2_NOT_SETTLED');
  await site.config('set-versions', 'V1');
  assert.equal((await site.engine()).emit, '1');
});

test('a program of a release that does not settle both is not rolled out, nor one that is not what runs', async () => {
  assert.equal(await refusal(1, 'rollout', '--program', '0.1.0'), 'RELEASE_UNFIT');
  assert.equal(await refusal(1, 'rollout', '--program', '9.9.9'), 'RELEASE_MISSING');
});

test('a package that is not what its manifest says is not installed', async () => {
  const described = JSON.parse(readFileSync(site.file, 'utf8'));
  const dir = join(site.dir, 'altered');
  const releases = join(dir, 'releases');
  mkdirSync(dir);
  for (const name of ['relayer', 'feeder'])
    cpSync(join(described.releases, name), join(releases, name), { recursive: true });
  appendFileSync(join(releases, 'relayer', '0.2.0', 'lockstep-relayer-0.2.0.tgz'), 'x');
  const file = join(dir, 'site.json');
  writeFileSync(file, JSON.stringify({ ...described, releases }));
  assert.equal(await refusal(1, 'rollout', '--site', file, ...through2), 'RELEASE_ALTERED');
});

test('a rollout ends neither a pause nor a scheduled change', async () => {
  await site.config('pause');
  assert.equal(await refusal(1, 'rollout', ...through2), 'PAUSED');
  await site.config('unpause');
  await site.config('schedule', '--in-slots', '100000', '--versions', 'V1+V2');
  assert.equal(await refusal(1, 'rollout', ...through2), 'ScheduleConflict');
  await site.config('cancel');
  assert.deepEqual(await site.running(), ['0.1.0', '0.1.0']);
  assert.equal((await site.configNow()).allowedBatchVersions, 1);
});

test('once nothing is in the way it goes through', async () => {
  const { code, text } = await site.run('rollout', ...through2);
  assert.equal(code, 0, text);
});

test('trades that V2 alone can say stop a rollback before it changes anything, and no rollout after it', async () => {
  await site.config('pause');
  // Most trades have an order type or a fee tier.
  const before = BigInt((await site.engine()).last_id ?? '0');
  await until(async () => BigInt((await site.engine()).last_id ?? '0') > before + 40n);
  assert.equal(await refusal(1, 'rollback'), 'V2_ONLY_TRADES');
  assert.deepEqual(await site.running(), ['0.2.0', '0.2.0']);
  assert.equal((await site.configNow()).allowedBatchVersions, 3);
  // A slip in what is named is not carried along either.
  assert.equal(await refusal(1, 'rollback', '--as-v1', '--relayer', '9.9.9'), 'RELEASE_MISSING');
  await site.config('unpause');
  const { code, text } = await site.run('rollout', ...through2);
  assert.equal(code, 0, text);
});

test('the flag alone: emission, drained, then versions; V1 is not switched off while it is what settles', async () => {
  const { code, text, json } = await site.run('emission', '1', '--drain');
  assert.deepEqual([code, json.before], [0, '2'], text);
  await site.config('set-versions', 'V1');
  await until(async () => (await site.lastFinalVersion()) === 1);
  assert.equal(await refusal(3, 'rollout'), 'V1_STILL_USED');
  assert.equal((await site.configNow()).allowedBatchVersions, 1);
  await site.config('set-versions', 'V1+V2');
  assert.equal((await site.run('emission', '2')).code, 0);
  await until(async () => (await site.lastFinalVersion()) === 2);
});

test('phase 3 deploys the build without V1, also killed while it does; then a rollback refuses, and changes nothing', async () => {
  const killed = site.start('rollout', '--v2-only', '0.2.0+v2-only');
  await killed.saw(/ pieces written$/m);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const { code, text } = await site.run('rollout', '--v2-only', '0.2.0+v2-only');
  assert.equal(code, 0, text);
  assert.equal((await site.configNow()).allowedBatchVersions, 2);
  assert.equal(await refusal(1, 'rollback', '--as-v1'), 'V1_GONE');
  const { allowedBatchVersions, isPaused } = await site.configNow();
  assert.deepEqual([allowedBatchVersions, isPaused], [2, false]);
  assert.equal(await refusal(1, 'rollout', ...through2), 'PROGRAM_DIFFERS');
});

test('every trade has settled once', async () => {
  const { byVersion } = await site.summary();
  assert.deepEqual(Object.keys(byVersion), ['1', '2']);
});
