// Proves: an interrupt at any moment ends the real command with the shell's exit code and leaves neither process, port nor
// temporary folder; even kill -9 leaves no relayer and no redis-server.
// Does not prove: that a terminal's Ctrl-C reaches it (npm and the shell pass it on).
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts, npmStart, startProcess } from './start-process.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
});
after(() => rm(dir, { recursive: true }));

/** The TypeScript loader keeps its own cache of compiled files there. */
const foldersLeft = async () => (await readdir(dir)).filter((name) => !name.startsWith('tsx-'));

const moments: readonly [when: string, pattern: RegExp, signal: NodeJS.Signals, code: number][] = [
  ['while it starts redis and the chain', /^input .*/, 'SIGINT', 130],
  [
    'while it opens the market',
    /redis:\/\/127\.0\.0\.1:(\d+) \(pid \d+\) · node http:\/\/127\.0\.0\.1:(\d+)/,
    'SIGTERM',
    143,
  ],
  ['when the engine begins', /traders funded/, 'SIGINT', 130],
  ['while it settles', /trades settled/, 'SIGHUP', 129],
];
for (const [when, pattern, signal, code] of moments) {
  test(`${signal} ${when}`, async () => {
    const run = startProcess(['--rate', '50'], { TMPDIR: dir });
    await run.saw(pattern);
    run.child.kill(signal);
    const ended = await run.ended;
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, /^INTERRUPTED: /m);
    assert.deepEqual(run.leftovers(), []);
    for (const port of portsIn(ended.stdout)) assert.equal(await accepts(port), false);
    assert.deepEqual(await foldersLeft(), []);
  });
}

test('SIGINT while it verifies', async () => {
  const run = startProcess(['--count', '300'], { TMPDIR: dir });
  await run.saw(/verifying/);
  run.child.kill('SIGINT');
  const { code, stderr } = await run.ended;
  assert.equal(code, 130, stderr);
  assert.deepEqual(run.leftovers(), []);
  assert.deepEqual(await foldersLeft(), []);
});

test('two signals at once count as one: npm and the terminal both send it', async () => {
  const run = startProcess(['--rate', '50'], { TMPDIR: dir });
  await run.saw(/traders funded/);
  run.child.kill('SIGINT');
  run.child.kill('SIGINT');
  const { code, stderr } = await run.ended;
  assert.equal(code, 130);
  assert.match(stderr, /Nothing was left running/);
  assert.deepEqual(run.leftovers(), []);
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} to npm alone reaches the command behind it`, async () => {
    const run = npmStart(['--rate', '50'], { TMPDIR: dir });
    await run.saw(/traders funded/);
    run.child.kill(signal);
    const ended = await run.ended;
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, /^INTERRUPTED: /m);
    assert.deepEqual(run.leftovers(), []);
  });
}

test('kill -9 of npm alone ends the command behind it', async () => {
  const run = npmStart(['--rate', '50'], { TMPDIR: dir });
  await run.saw(/traders funded/);
  run.child.kill('SIGKILL');
  // Its output is open until the command behind npm has ended, too.
  const { stderr } = await run.ended;
  assert.match(stderr, /^INTERRUPTED: stopped by SIGTERM$/m);
  while (run.leftovers().length > 0 || (await foldersLeft()).length > 0) await sleep(50);
});

test('SIGINT while it starts redis again', async () => {
  const run = startProcess(['--rate', '50'], { TMPDIR: dir });
  const [, pid] = await run.saw(/redis:\/\/127\.0\.0\.1:\d+ \(pid (\d+)\)/);
  await run.saw(/settles it/);
  process.kill(Number(pid), 'SIGKILL');
  await run.saw(/starting it again/);
  run.child.kill('SIGINT');
  const { code, stderr } = await run.ended;
  assert.equal(code, 130, stderr);
  assert.deepEqual(run.leftovers(), []);
  assert.deepEqual(await foldersLeft(), []);
});

test('a second signal, later, ends it at once; the watchdog tidies up', async () => {
  const run = startProcess(['--rate', '50'], { TMPDIR: dir });
  const [, pid] = await run.saw(/relayer \(pid (\d+)\)/);
  await run.saw(/trades settled/);
  // A relayer that does not move keeps the first signal from coming to an end.
  process.kill(Number(pid), 'SIGSTOP');
  run.child.kill('SIGINT');
  let isOver = false;
  void run.ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await sleep(200);
    run.child.kill('SIGINT');
  }
  assert.equal((await run.ended).code, 130);
  while (run.leftovers().length > 0 || (await foldersLeft()).length > 0) await sleep(50);
});

test('kill -9 leaves no relayer, no redis-server and no folder', async () => {
  const run = startProcess(['--rate', '50'], { TMPDIR: dir });
  await run.saw(/settles it/);
  run.child.kill('SIGKILL');
  await run.ended;
  while (run.leftovers().length > 0 || (await foldersLeft()).length > 0) await sleep(50);
});

const portsIn = (text: string): number[] => [...text.matchAll(/127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1]));
