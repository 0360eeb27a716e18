// Proves: the real `lockstep engine` ends with 0 on SIGTERM while it still reads its trades from a pipe, and leaves no folder.
// Does not prove: what it does with trades (feeder/src/engine, tests/engine-contract).
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { idl } from '#client';

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));

test('SIGTERM while it reads a pipe that does not end', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  t.after(() => rm(dir, { recursive: true }));
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const place = ['--redis', 'redis://127.0.0.1:1', '--market', idl.address];
  const engine = spawn(process.execPath, [LOCKSTEP, 'engine', ...place, '--trades', pipe], {
    env: { ...process.env, TMPDIR: dir },
    stdio: 'ignore',
  });
  const ended = once(engine, 'exit');
  // Opens once somebody reads.
  const writer = await open(pipe, 'w');
  engine.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  await writer.close();
  assert.deepEqual(
    (await readdir(dir)).filter((name) => name.startsWith('lockstep-engine-')),
    [],
  );
});
