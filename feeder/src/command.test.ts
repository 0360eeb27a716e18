// Proves: the real `lockstep engine` ends with 0 on SIGTERM while it still reads its trades from a pipe, and leaves no folder; orders go
// with no other source of trades, and balances are asked of a URL and an address alone.
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
import { engineCommand } from './command.ts';

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

const engine = (...words: readonly string[]) =>
  engineCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(['--redis', 'redis://127.0.0.1:1', '--market', idl.address, ...words], { from: 'user' });

for (const other of ['--trades=x', '--tick=1', '--lot=1', '--count=1', '--seed=x', '--rate=1']) {
  test(`${other} does not go with orders`, async () => {
    await assert.rejects(engine('--orders', 'x', other), { code: 'commander.conflictingOption' });
  });
}

test('an RPC that is no URL, and an account that is no address', async () => {
  await assert.rejects(engine('--orders', 'x', '--rpc', 'x'), { code: 'MARKET_INVALID' });
  const place = ['--rpc', 'http://127.0.0.1:1', '--market-account', 'x'];
  await assert.rejects(engine('--orders', 'x', ...place), { code: 'MARKET_INVALID' });
});
