// Proves: the C++ engine as a process refuses what it cannot be started with, by code; goes on when its Redis comes back, with its
// data or empty; ends when it is told to, even while Redis is silent; and writes the trades of a file of orders.
// Does not prove: the engine contract (cpp.test.ts). Skipped, by name, where the engine is not built.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import type { PrivateRedis } from '../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../cli/src/redis-server.ts';
import { commandEngine } from './setup/command-engine.ts';
import { cppCommand, NOT_BUILT } from './setup/cpp-engine.ts';
import { assertTrades, Probe } from './setup/probe.ts';
import type { EnginePlace, RunningEngine } from './setup/start-engine.ts';

/** An engine that hangs must fail its test, not the run. */
const TIMEOUT_MS = 540_000;
const MARKET = 'market';

interface Scene extends Probe {
  readonly server: PrivateRedis;
  /** Ends with the test. */
  engine(options?: string, place?: Partial<EnginePlace>): RunningEngine;
  /** Kills Redis and starts it at the same port. */
  restartRedis(dir: string): Promise<void>;
  readonly dir: string;
}

async function scene(t: TestContext): Promise<Scene> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-cpp-'));
  let server = await startPrivateRedis({ dir });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on('error', () => {});
  const engines: RunningEngine[] = [];
  const { port, url } = server;
  t.after(async () => {
    await Promise.all(engines.map((engine) => engine.kill()));
    redis.disconnect();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return Object.assign(new Probe(redis, MARKET), {
    server,
    dir,
    engine(options = '', place: Partial<EnginePlace> = {}) {
      const whole = { redisUrl: url, market: MARKET, count: 1_000_000, rate: 2_000, journal: join(dir, 'journal') };
      const engine = commandEngine(`${cppCommand} ${options}`)({ ...whole, ...place });
      engines.push(engine);
      return engine;
    },
    async restartRedis(data: string) {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await server.stop();
      server = await startPrivateRedis({ dir: data, port });
    },
  });
}

describe('the C++ engine as a process of its own', {
  skip: cppCommand === undefined && NOT_BUILT,
  timeout: TIMEOUT_MS,
}, () => {
  test('senseless options end it with 2', async (t) => {
    const { engine } = await scene(t);
    assert.match(await engine('--what 1').ended, /^exit 2: .*OPTION_INVALID/s);
    assert.match(await engine('--traders 1').ended, /^exit 2: .*OPTION_INVALID/s);
  });

  test('what it cannot be started with ends it with 1, by code, and no password is shown', async (t) => {
    const { engine, dir } = await scene(t);
    assert.match(await engine('', { redisUrl: 'redis://127.0.0.1:1' }).ended, /^exit 1: .*REDIS_UNREACHABLE/s);
    const secret = await engine('', { redisUrl: 'http://me:secret@127.0.0.1' }).ended;
    assert.match(secret, /^exit 1: .*REDIS_URL_INVALID/s);
    assert.doesNotMatch(secret, /secret/);
    assert.match(await engine(`--orders ${join(dir, 'none')}`).ended, /^exit 1: .*ORDERS_INVALID/s);
    assert.match(await engine('', { journal: join(dir, 'none', 'journal') }).ended, /^exit 1: .*JOURNAL_UNWRITABLE/s);
  });

  test('another input than the one the market was written from is refused', async (t) => {
    const lane = await scene(t);
    const first = lane.engine('--seed one');
    await lane.untilLastId(100);
    await first.stop();
    assert.match(await lane.engine('--seed two').ended, /^exit 1: .*JOURNAL_FOREIGN/s);
    const journal = join(lane.dir, 'another');
    assert.match(await lane.engine('--seed two', { journal }).ended, /^exit 1: .*SOURCE_CHANGED/s);
  });

  test('Redis is killed and comes back with its data: no gap, no repeat', async (t) => {
    const lane = await scene(t);
    lane.engine();
    await lane.untilLastId(100);
    await lane.restartRedis(lane.dir);
    const last = await lane.lastId();
    await lane.untilLastId(last + 100);
    const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
    assertTrades(await lane.entries(), 0, Number(last_id));
  });

  test('Redis is killed and comes back empty: everything is written again', async (t) => {
    const lane = await scene(t);
    lane.engine();
    await lane.untilLastId(100);
    const head = await lane.lastId();
    const empty = await mkdtemp(join(lane.dir, 'empty-'));
    await lane.restartRedis(empty);
    await lane.untilLastId(head + 100);
    const { last_id } = await lane.obeyed(await lane.ask({ mode: 'pause' }));
    assertTrades(await lane.entries(), 0, Number(last_id));
  });

  test('told to end while Redis is silent, it ends well', async (t) => {
    const lane = await scene(t);
    const engine = lane.engine();
    await lane.untilLastId(100);
    process.kill(lane.server.pid, 'SIGSTOP');
    try {
      await engine.stop();
    } finally {
      process.kill(lane.server.pid, 'SIGCONT');
    }
    assert.equal(await engine.ended, '');
  });

  test('a file of orders: limit, immediate-or-cancel, post-only and midpoint peg', async (t) => {
    const lane = await scene(t);
    const file = join(lane.dir, 'orders.csv');
    const orders = [
      'action,id,trader,side,type,price,quantity',
      'new,1,1,buy,limit,100.00,1',
      'new,2,2,sell,post-only,100.04,1',
      'new,3,3,buy,midpoint-peg,101,0.5',
      'new,4,4,sell,ioc,100.00,0.7',
      'new,5,5,buy,post-only,100.04,1',
      'cancel,1,,,,,',
    ];
    await writeFile(file, `${orders.join('\n')}\n`);
    const request = await lane.ask({ emit: '2' });
    lane.engine(`--orders ${file}`);
    await lane.obeyed(request);
    await lane.untilLastId(2);
    await lane.settled();
    const trade = { seller: 4, takerIsBuyer: false, orderType: 2, feeTier: 0 };
    assert.deepEqual((await lane.entries()).map(lane.tradeOf), [
      { tradeId: '1', buyer: 3, price: '10002', quantity: '5000', ...trade },
      { tradeId: '2', buyer: 1, price: '10000', quantity: '2000', ...trade },
    ]);
  });
});
