// Proves: a private redis-server runs with the settings the relayer insists on, two run side by side, data survives a
// restart in a named folder, stop leaves neither process nor temporary folder, and a killed owner leaves none either.
// Does not prove: installing redis-server (redis-install.test.ts).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { LockstepError } from '#client';
import { startPrivateRedis } from './redis-server.ts';

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

test('has the settings that keep trades, and is reachable from this machine only', async () => {
  const server = await startPrivateRedis();
  const redis = new Redis(server.url);
  try {
    const settings = ['appendonly', 'maxmemory-policy', 'bind', 'protected-mode', 'save'];
    const values = await Promise.all(settings.map(async (name) => (await redis.config('GET', name)) as string[]));
    assert.deepEqual(
      values.map((pair) => pair[1]),
      ['yes', 'noeviction', '127.0.0.1', 'yes', ''],
    );
  } finally {
    redis.disconnect();
    await server.stop();
  }
});

test('stop ends the process, removes the temporary folder, and may be called twice', async () => {
  const server = await startPrivateRedis();
  assert.ok(existsSync(server.dir));
  await Promise.all([server.stop(), server.stop()]);
  await server.exited;
  assert.equal(await accepts(server.port), false);
  assert.equal(existsSync(server.dir), false);
});

test('two servers do not meet', async () => {
  const [one, two] = await Promise.all([startPrivateRedis(), startPrivateRedis()]);
  try {
    assert.notEqual(one.port, two.port);
    assert.notEqual(one.dir, two.dir);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
});

test('a named folder outlives stop and brings its data back on the same port', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  try {
    const first = await startPrivateRedis({ dir });
    const writer = new Redis(first.url);
    await writer.xadd('s', '1-0', 'p', 'x');
    writer.disconnect();
    await first.stop();
    const second = await startPrivateRedis({ dir, port: first.port });
    const reader = new Redis(second.url);
    assert.equal(await reader.xlen('s'), 1);
    reader.disconnect();
    await second.stop();
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('a port in use is refused with a coded error', async () => {
  const server = await startPrivateRedis();
  try {
    await assert.rejects(
      startPrivateRedis({ port: server.port }),
      (error: unknown) => error instanceof LockstepError && error.code === 'REDIS_START_FAILED',
    );
  } finally {
    await server.stop();
  }
});

test('a missing redis-server is refused with a coded error', async () => {
  await assert.rejects(
    startPrivateRedis({ command: '/nonexistent/redis-server' }),
    (error: unknown) => error instanceof LockstepError && error.code === 'REDIS_START_FAILED',
  );
});

test('an owner killed with SIGKILL leaves neither server nor folder', async () => {
  const source = `
    const { startPrivateRedis } = await import(${JSON.stringify(new URL('redis-server.ts', import.meta.url).href)});
    const { port, dir } = await startPrivateRedis();
    process.stdout.write(JSON.stringify({ port, dir }));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { port, dir } = await new Promise<{ port: number; dir: string }>((resolve) => {
    owner.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
  });
  owner.kill('SIGKILL');
  while ((await accepts(port)) || existsSync(dir)) await sleep(50);
});
