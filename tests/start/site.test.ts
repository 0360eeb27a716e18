// Proves: a site runs the released relayer and engine, its releases and the config are changed by hand while trades settle, a killed relayer
// comes back, and in the end the chain is held against input and changes, both batch versions included; it ends with all it started;
// a folder that is in use and a release that does not exist are refused.
// Does not prove: rollout and rollback (cli/src/rollout, examples/).
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Redis } from 'ioredis';
import { controlKey } from '#feeder';
import { packageFolder } from '../../cli/src/release/package.ts';
import { install, serviceState, want } from '../../cli/src/service/root.ts';
import { lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';
import type { Running } from './start-process.ts';
import { runStart, startProcess } from './start-process.ts';

const work = mkdtempSync(join(tmpdir(), 'lockstep-site-'));
after(() => rmSync(work, { recursive: true, force: true }));

interface SiteFile {
  readonly rpc: string;
  readonly market: string;
  readonly redis: string;
  readonly keypair: string;
  readonly relayer: { readonly root: string; readonly url: string };
  readonly engine: { readonly root: string };
}

/** The site file, once it is there. */
async function siteOf(dir: string, run: Running): Promise<SiteFile> {
  const file = join(dir, 'site.json');
  await Promise.race([until(() => existsSync(file)), run.ended]);
  return JSON.parse(readFileSync(file, 'utf8')) as SiteFile;
}

async function statusOf({ relayer }: SiteFile): Promise<Record<string, unknown>> {
  try {
    return (await (await fetch(`${relayer.url}/status`)).json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const COUNT = 800;

test('releases, emission, versions, fees and pause are changed under way; the chain is what was put in', async () => {
  const dir = join(work, 'changed');
  const run = startProcess(['--site', dir, '--count', `${COUNT}`, '--rate', '60', '--once', '--json']);
  const site = await siteOf(dir, run);
  const config = async (...words: string[]) => {
    const ran = await lockstep('config', ...words, '--rpc', site.rpc, '--keypair', site.keypair, '--yes');
    assert.equal(ran.code, 0, ran.stderr);
  };
  await until(async () => Number((await statusOf(site)).lastTradeId ?? 0) > 20);
  assert.deepEqual((await statusOf(site)).speaks, [1]);
  // So that no machine is too slow for what follows: the engine goes on as the new release.
  want(site.engine.root, 'none');
  await until(async () => (await serviceState(site.engine.root))?.running === null);

  await config('set-versions', 'V1+V2');
  await config('set-fees', '0=0/8', '1=1/5');
  await config('pause');
  await config('unpause');
  await config('schedule', '--in-slots', '5', '--min-batch', '2');
  const redis = new Redis(site.redis);
  await redis.hset(controlKey(site.market), { v: '1', emit: '2', emit_request: 'test' });
  redis.disconnect();
  for (const [service, name] of [
    [site.relayer, 'relayer'],
    [site.engine, 'feeder'],
  ] as const) {
    await install(service.root, packageFolder(name, '0.2.0'));
    want(service.root, '0.2.0');
  }
  await until(async () => (await statusOf(site)).release === '0.2.0');
  process.kill((await serviceState(site.relayer.root))?.pid ?? 0, 'SIGKILL');

  const { code, stdout, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  const json = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  assert.deepEqual([json.verified, json.differences, json.pending, json.duplicates], [true, [], 0, 0]);
  assert.equal(Number(json.settled) + Number(json.rejected), COUNT);
  assert.deepEqual(Object.keys(json.byVersion as object), ['1', '2']);
  assert.deepEqual(run.leftovers(), []);
});

test('a site stays up without a terminal, keeps its keys to its owner, and ends with all it started', async () => {
  const dir = join(work, 'stays');
  const run = startProcess(['--site', dir, '--count', '20', '--json']);
  const site = await siteOf(dir, run);
  await run.saw(/Everything stays up until Ctrl-C/);
  for (const file of ['admin.json', 'relayer-key.json', 'relayer.json', 'site.json'])
    assert.equal(statSync(join(dir, file)).mode & 0o077, 0, file);
  assert.equal((await serviceState(site.relayer.root))?.running, '0.1.0');
  run.child.kill('SIGINT');
  assert.equal((await run.ended).code, 130);
  assert.deepEqual(run.leftovers(), []);
  assert.equal((await serviceState(site.relayer.root))?.running, null);
});

test('another release of the program is run by name', async () => {
  const { code, json, stderr } = await runStart(['--release', 'staged', '--count', '20', '--traders', '3']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /settlement 0\.2\.0 at/);
  assert.equal(json.verified, true);
});

test('a folder in use and a release that does not exist are refused', async () => {
  const dir = join(work, 'used');
  mkdirSync(dir);
  writeFileSync(join(dir, 'site.json'), '{}');
  const occupied = await lockstep('start', '--site', dir, '--count', '5', '--once');
  assert.deepEqual([occupied.code, /^SITE_OCCUPIED: /m.test(occupied.stderr)], [2, true]);
  const file = await lockstep('start', '--site', join(dir, 'site.json'), '--count', '5', '--once');
  assert.deepEqual([file.code, /^SITE_OCCUPIED: .*EEXIST/m.test(file.stderr)], [2, true], file.stderr);
  const unknown = await lockstep('start', '--release', '9.9.9', '--count', '5', '--once');
  assert.deepEqual([unknown.code, /^RELEASE_MISSING: /m.test(unknown.stderr)], [1, true]);
});
