// Proves: a service runs what is wanted and nothing beside it, changes it when another is wanted, starts what ends again, ends what does
// not end itself, and says what it does; what it cannot run changes nothing; one root has one supervisor, and a supervisor that is killed
// is replaced without two processes at any time.
// Does not prove: what a release does with its settings (tests/build/packages.test.ts, tests/start/site.test.ts).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { install, installedFolder, serviceState, want, wantedRelease } from '../../cli/src/service/root.ts';
import { until } from '../support/until.ts';
import { openRoot, supervise, untilRunning } from './setup.ts';

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));
const whats = (diary: readonly string[]) => diary.map((line) => line.split(' ').slice(0, 2).join(' '));

test('what is wanted runs, one at a time, and nothing when nothing is', async (t) => {
  const root = await openRoot(t);
  const supervisor = supervise(root);
  await until(async () => (await serviceState(root.dir)) !== undefined);
  assert.equal(await wantedRelease(root.dir), 'none');
  want(root.dir, '1.0.0');
  const pid = await untilRunning(root, '1.0.0');
  await until(() => root.diary().includes(`start 1.0.0 ${pid}`));
  want(root.dir, '2.0.0');
  await untilRunning(root, '2.0.0');
  await until(() => whats(root.diary()).includes('start 2.0.0'));
  want(root.dir, 'none');
  // For a moment its process is gone, and that is all there is to say.
  await until(async () => (await serviceState(root.dir))?.wanted === 'none');
  const state = await serviceState(root.dir);
  assert.deepEqual([state?.running, state?.pid, state?.reason], [null, null, 'nothing is wanted']);
  await supervisor.stop();
  assert.equal(await supervisor.done, undefined);
  assert.deepEqual(whats(root.diary()), ['start 1.0.0', 'told 1.0.0', 'start 2.0.0', 'told 2.0.0']);
});

test('what ends is started again, by itself or killed, and both are counted', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  supervise(root, { manner: 'frail' });
  await until(async () => (await serviceState(root.dir))?.restarts === 1);
  const pid = await untilRunning(root, '1.0.0');
  assert.equal((await serviceState(root.dir))?.reason, 'it ended by exit code 3');
  process.kill(pid ?? 0, 'SIGKILL');
  await until(async () => (await serviceState(root.dir))?.restarts === 2);
  await untilRunning(root, '1.0.0');
  assert.equal((await serviceState(root.dir))?.reason, 'it ended by SIGKILL');
});

test('what does not end when it is told to is killed', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  supervise(root, { manner: 'deaf', stopMs: 200 });
  await until(() => whats(root.diary()).includes('start 1.0.0'));
  want(root.dir, '2.0.0');
  await until(() => whats(root.diary()).includes('start 2.0.0'));
  assert.deepEqual(whats(root.diary()), ['start 1.0.0', 'told 1.0.0', 'start 2.0.0']);
});

test('garbage and a version that is not installed change nothing, and are named', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  supervise(root);
  const pid = await untilRunning(root, '1.0.0');
  for (const [text, code] of [
    ['../../etc', 'WANTED_INVALID'],
    ['', 'WANTED_INVALID'],
    ['9.9.9', 'RELEASE_UNKNOWN'],
  ] as const) {
    writeFileSync(join(root.dir, 'wanted'), text);
    await until(async () => (await serviceState(root.dir))?.reason?.startsWith(`${code}: `) === true);
    const state = await serviceState(root.dir);
    assert.deepEqual([state?.wanted, state?.running, state?.pid], ['1.0.0', '1.0.0', pid]);
    await assert.rejects(wantedRelease(root.dir), { code });
    assert.throws(() => want(root.dir, text), { code });
  }
  want(root.dir, '1.0.0');
  await until(async () => (await serviceState(root.dir))?.reason === null);
  assert.equal((await serviceState(root.dir))?.pid, pid);
});

test('an installed folder that cannot be run changes nothing, and is named; once it can, it runs', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  supervise(root);
  const pid = await untilRunning(root, '1.0.0');
  const bad = installedFolder(root.dir, '3.0.0');
  const good = installedFolder(root.dir, '2.0.0');
  const spoilt: readonly (readonly [code: string, make: () => void])[] = [
    ['RELEASE_MISSING', () => mkdirSync(bad)],
    ['RELEASE_ALTERED', () => writeFileSync(join(bad, 'manifest.json'), '{')],
    ['RELEASE_DIFFERS', () => cpSync(join(good, 'manifest.json'), join(bad, 'manifest.json'))],
  ];
  for (const [code, make] of spoilt) {
    make();
    want(root.dir, '3.0.0');
    await until(async () => (await serviceState(root.dir))?.reason?.startsWith(`${code}: `) === true);
    assert.equal((await serviceState(root.dir))?.pid, pid);
  }
  rmSync(join(good, 'main.mjs'));
  want(root.dir, '2.0.0');
  await until(async () => (await serviceState(root.dir))?.reason?.includes('main.mjs') === true);
  assert.equal((await serviceState(root.dir))?.pid, pid);
  rmSync(good, { recursive: true });
  await install(root.dir, root.releaseFolder('2.0.0'));
  await untilRunning(root, '2.0.0');
});

test('`wanted` as a folder changes nothing either', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  supervise(root);
  const pid = await untilRunning(root, '1.0.0');
  rmSync(join(root.dir, 'wanted'));
  mkdirSync(join(root.dir, 'wanted'));
  await until(async () => (await serviceState(root.dir))?.reason?.startsWith('EISDIR') === true);
  assert.equal((await serviceState(root.dir))?.pid, pid);
});

test('a second supervisor of a root is refused, and takes nothing away', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  const first = supervise(root);
  const pid = await untilRunning(root, '1.0.0');
  const second = await supervise(root).done;
  assert.equal((second as { code?: string }).code, 'SERVICE_RUNNING');
  assert.equal((await serviceState(root.dir))?.pid, pid);
  await first.stop();
  assert.equal((await serviceState(root.dir))?.running, null);
});

test('killed, the supervisor leaves its process; the next one ends that first, then starts its own', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '1.0.0');
  const args = ['service', '--root', root.dir, '--', root.diaryFile, 'plain'];
  const child = spawn(process.execPath, [LOCKSTEP, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const orphan = await untilRunning(root, '1.0.0');
  await until(() => whats(root.diary()).includes('start 1.0.0'));
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal((await serviceState(root.dir))?.running, '1.0.0', 'the process outlives its supervisor');

  supervise(root);
  await until(() => root.diary().length === 3);
  assert.deepEqual(whats(root.diary()), ['start 1.0.0', 'told 1.0.0', 'start 1.0.0']);
  assert.notEqual(await untilRunning(root, '1.0.0'), orphan);
});

test('SIGTERM ends the command, and what it runs, with 0', async (t) => {
  const root = await openRoot(t);
  want(root.dir, '2.0.0');
  const args = ['service', '--root', root.dir, '--name', 'feeder', '--', root.diaryFile, 'plain'];
  const child = spawn(process.execPath, [LOCKSTEP, ...args], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await until(() => whats(root.diary()).includes('start 2.0.0'));
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  assert.deepEqual(whats(root.diary()), ['start 2.0.0', 'told 2.0.0']);
  assert.equal((await serviceState(root.dir))?.reason, 'the service was ended');
});
