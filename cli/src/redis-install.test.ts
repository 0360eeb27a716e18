// Proves: redis-server is taken from PATH; it is installed only by root with apt-get, with services forbidden meanwhile and the
// package lists refreshed once; otherwise one clear refusal.
// Does not prove: that Debian's package installs; apt-get is a script here.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { InputError } from '#feeder';
import { requireRedisServer } from './redis-install.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function script(name: string, body: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}
const world = (isRoot: boolean) => ({ path: `/nonexistent:${dir}`, isRoot, policyFile: join(dir, 'policy-rc.d') });
const never = new AbortController().signal;
const isMissing = (error: unknown) => error instanceof InputError && error.code === 'REDIS_MISSING';

test('what is on PATH is taken, and nothing is said', async () => {
  const path = await script('redis-server', 'exit 0');
  assert.equal(await requireRedisServer(() => assert.fail('nothing to say'), never, world(true)), path);
});

test('without root there is one clear refusal, and apt-get is not asked', async () => {
  await script('apt-get', `touch ${join(dir, 'asked')}`);
  await assert.rejects(
    requireRedisServer(() => undefined, never, world(false)),
    isMissing,
  );
  assert.equal(existsSync(join(dir, 'asked')), false);
});

test('without apt-get there is one clear refusal', async () => {
  await assert.rejects(
    requireRedisServer(() => undefined, never, world(true)),
    isMissing,
  );
});

test('root installs it with services forbidden, and the policy is gone afterwards', async () => {
  const target = join(dir, 'redis-server');
  await script('apt-get', `${join(dir, 'policy-rc.d')}; echo $? > ${dir}/policy; cp /bin/true ${target}`);
  const lines: string[] = [];
  assert.equal(await requireRedisServer((line) => lines.push(line), never, world(true)), target);
  assert.equal(readFileSync(join(dir, 'policy'), 'utf8').trim(), '101');
  assert.equal(existsSync(join(dir, 'policy-rc.d')), false);
  assert.equal(lines.length, 1);
});

test('stale package lists are refreshed once', async () => {
  const target = join(dir, 'redis-server');
  await script(
    'apt-get',
    `case "$*" in *update*) touch ${dir}/fresh;; *) [ -f ${dir}/fresh ] && cp /bin/true ${target};; esac`,
  );
  assert.equal(await requireRedisServer(() => undefined, never, world(true)), target);
});

test('when apt-get fails there is one clear refusal', async () => {
  await script('apt-get', 'exit 100');
  await assert.rejects(
    requireRedisServer(() => undefined, never, world(true)),
    isMissing,
  );
});

test("an administrator's policy stays", async () => {
  const policy = await script('policy-rc.d', 'exit 101');
  await script('apt-get', 'exit 100');
  await assert.rejects(
    requireRedisServer(() => undefined, never, world(true)),
    isMissing,
  );
  assert.ok(existsSync(policy));
});

test('an abort ends the installation', async () => {
  await script('apt-get', 'exec sleep 60');
  const stop = new AbortController();
  const installing = requireRedisServer(
    () => setImmediate(() => stop.abort(new Error('stopped'))),
    stop.signal,
    world(true),
  );
  await assert.rejects(installing, /stopped/);
  assert.equal(existsSync(join(dir, 'policy-rc.d')), false);
});
