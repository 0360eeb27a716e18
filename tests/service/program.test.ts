// Proves: a release that is a program, not a script for Node, is installed and kept running like any other.
// Does not prove: the released C++ engine itself (tests/build/packages.test.ts starts it).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { install, want } from '../../cli/src/service/root.ts';
import { openRoot, supervise, untilRunning } from './setup.ts';

const PROGRAM = '#!/bin/sh\ntrap "exit 0" TERM\necho "program $$" >> "$1"\nwhile :; do sleep 0.05; done\n';

test('a program runs', async (t) => {
  const root = await openRoot(t);
  const folder = root.releaseFolder('3.0.0');
  const content = join(folder, 'package');
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, 'lockstep-engine'), PROGRAM);
  chmodSync(join(content, 'lockstep-engine'), 0o755);
  const file = join(folder, 'lockstep-engine-3.0.0.tgz');
  spawnSync('tar', ['-czf', file, '-C', folder, 'package']);
  rmSync(content, { recursive: true });
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest = {
    ...{ name: 'engine', semver: '3.0.0', sha256, bytes: bytes.length, speaks: [1], entry: 'lockstep-engine' },
    needs: { os: 'linux', cpu: 'x86-64', glibc: '2.36' },
    built: { sourceSha256: sha256, compiler: 'none', protobuf: 'none', hiredis: 'none' },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await install(root.dir, folder);
  want(root.dir, '3.0.0');
  const supervisor = supervise(root);
  const pid = await untilRunning(root, '3.0.0');
  while (!root.diary().includes(`program ${pid}`)) await new Promise((resolve) => setTimeout(resolve, 10));
  await supervisor.stop();
  assert.equal(await supervisor.done, undefined);
});
