// Proves: `lockstep relayer` as a process: killed with SIGKILL in the middle, a new one settles the rest, each id once; SIGTERM and SIGINT
// end it with 0 and nothing half done; a wrong setting ends it with 2, a code and advice; a refused
// password is nowhere in its output.
// Does not prove: a kill after each single write (that is on fakes, in relayer/src/pipeline.test.ts).
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { readMarketHeader } from '#client';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import type { World } from './venue.ts';
import { openWorld, TRADERS } from './venue.ts';

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));
const COUNT = 600;

interface Process {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  log(): string;
}

function launch(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}): Process {
  const child = spawn(process.execPath, [LOCKSTEP, 'relayer', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return { child, exit, log: () => log };
}

/** A config file and a key file as an operator would write them. */
async function operator(t: TestContext, world: World) {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-operator-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const keypairFile = join(dir, 'relayer.json');
  await writeFile(keypairFile, JSON.stringify([...world.keys.relayer.secretKey]));
  await chmod(keypairFile, 0o600);
  const { keypairEnv: _, ...settings } = world.settings({ leaseMs: 1_000 });
  const config = join(dir, 'relayer.config.json');
  await writeFile(config, JSON.stringify({ ...settings, keypairFile }));
  return { config, keypairFile };
}

async function settledTo(world: World): Promise<bigint> {
  const { connection, market } = world.venue;
  return (await readMarketHeader(connection, market, 'confirmed')).value.lastTradeId;
}

const input = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => {
    const id = first + at;
    return trade(id, { buyer: id % TRADERS, seller: (id + 1) % TRADERS });
  });
const expected = Array.from({ length: COUNT }, (_, at) => [at + 1, 'settled']);

test('killed, ended by SIGTERM, ended by SIGINT: each start settles on', async (t) => {
  const world = await openWorld(t);
  const { config } = await operator(t, world);
  await world.publish(input(1, COUNT / 2));
  const first = launch(t, ['--config', config]);
  await until(async () => (await settledTo(world)) > 50n);
  first.child.kill('SIGKILL');
  assert.equal(await first.exit, null);

  const second = launch(t, ['--config', config]);
  await world.publish(input(COUNT / 2 + 1, COUNT));
  await until(async () => (await settledTo(world)) > BigInt(COUNT / 2 + 50));
  second.child.kill('SIGTERM');
  assert.equal(await second.exit, 0, second.log());
  const stoppedAt = await settledTo(world);

  const third = launch(t, ['--config', config]);
  await until(async () => (await settledTo(world)) === BigInt(COUNT));
  third.child.kill('SIGINT');
  assert.equal(await third.exit, 0, third.log());
  assert.ok(stoppedAt >= BigInt(COUNT / 2));
  assert.deepEqual(await world.outcomes(), expected);
  await world.requireSound();
});

test('a wrong setting ends it with a code, advice, and no key or password on the screen', async (t) => {
  const world = await openWorld(t);
  const { config, keypairFile } = await operator(t, world);
  const wrong = launch(t, ['--config', config], { LOCKSTEP_STATUS_POLL_MS: '9999' });
  assert.equal(await wrong.exit, 2);
  assert.match(wrong.log(), /CONFIG_INVALID: statusPollMs.*\n\s+Correct the fields/);

  const { redisUrl } = world.settings();
  const admin = new Redis(redisUrl);
  t.after(() => admin.disconnect());
  await admin.config('SET', 'requirepass', 'right');
  const refused = launch(t, ['--config', config], {
    LOCKSTEP_REDIS_URL: redisUrl.replace('redis://', 'redis://:S3CRET%2Fpass@'),
    DEBUG: 'lockstep',
  });
  assert.equal(await refused.exit, 1);
  await admin.config('SET', 'requirepass', '');
  assert.match(refused.log(), /WRONGPASS.*REDIS_UNREACHABLE/s);
  assert.doesNotMatch(refused.log(), /S3CRET/);

  await chmod(keypairFile, 0o644);
  const exposed = launch(t, ['--config', config]);
  assert.equal(await exposed.exit, 2);
  assert.match(exposed.log(), /KEYPAIR_EXPOSED.*chmod 600/);
  assert.ok(!exposed.log().includes([...world.keys.relayer.secretKey].slice(0, 3).join(',')));
});
