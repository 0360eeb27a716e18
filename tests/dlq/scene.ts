import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TradeV1 } from '#client';
import { baseLots, price, tradeId } from '#client';
import { createJournal, engineKey, leaseKey, openControl, openPublisher, runEngine, withJournal } from '#feeder';
import { laneKeys, readDeadLetters } from '#relayer';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { newRow } from '../../relayer/src/domain/row.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import type { World } from '../relayer/venue.ts';
import { openWorld } from '../relayer/venue.ts';
import { lockstep } from '../support/lockstep.ts';

export const good = (id: number) => trade(id, { buyer: 3, seller: 0 });
/** The second needs base that the third brings; the fourth will never settle. */
const TRADES: readonly TradeV1[] = [
  good(1),
  trade(2, { buyer: 0, seller: 1, quantity: baseLots(1_500_000n), price: price(1) }),
  trade(3, { buyer: 1, seller: 2, quantity: baseLots(600_000n), price: price(1) }),
  trade(4, { buyer: 1, seller: 1 }),
  good(5),
];

async function startEngine(world: World, journal: string): Promise<() => Promise<unknown>> {
  const stop = new AbortController();
  const control = openControl(world.redis, world.market);
  const publisher = await openPublisher(world.redis, world.market, control.token);
  const source = {
    origin: 'the test',
    async *trades() {
      yield* TRADES;
    },
  };
  const retrying = withJournal(source, createJournal(journal, world.market));
  const ended = runEngine({ source: retrying, publisher, control, signal: stop.signal });
  return () => {
    stop.abort(new Error('stop'));
    return ended;
  };
}

/** A lane whose five trades are final, two of them void; with its engine, and the command line pointed at it. */
export async function openScene(t: TestContext) {
  const world = await openWorld(t);
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-dlq-'));
  t.after(() => rm(dir, { recursive: true }));
  const relayer = await world.start();
  const stopEngine = await startEngine(world, join(dir, 'journal'));
  t.after(stopEngine);
  await relayer.waitUntilSettled(tradeId(5), { finalized: true });

  const redisUrl = `redis://127.0.0.1:${world.redisPort}`;
  const place = ['--redis', redisUrl, '--market', world.market, '--rpc', world.chain.rpcUrl];
  const dlq = (...argv: string[]) => lockstep('dlq', ...argv, ...place);
  const json = async (...argv: string[]) => {
    const { code, stdout, stderr } = await dlq(...argv, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  return {
    ...{ world, relayer, dir, redisUrl, place, dlq, json },
    async refused(code: string, ...argv: string[]) {
      const { letters } = await readDeadLetters(world.redis, world.market);
      const { stderr, ...answer } = await dlq(...argv);
      assert.ok(stderr.startsWith(`${code}: `), `${argv.join(' ')}: ${answer.code} ${answer.stdout} ${stderr}`);
      assert.match(stderr, /\n {2}\S/);
      assert.deepEqual((await readDeadLetters(world.redis, world.market)).letters, letters);
      return answer.code;
    },
    settled: (id: number) => relayer.waitUntilSettled(tradeId(id), { finalized: true }),
    stopEngine,
    /** Writes letters down for trades of the test's choice, as a relayer would. */
    async noteLetters(...ids: number[]) {
      const keys = laneKeys(world.market);
      const token = (await world.redis.get(keys.fence)) ?? '';
      const journal = createRedisJournal(world.redis, keys, token);
      const row = newRow(1, [trade(10_000)]);
      const letters = ids.map((id) => ({
        tradeId: tradeId(id),
        code: 'X',
        reason: 'r',
        advice: 'a',
        trade: trade(id),
      }));
      await journal.save(row, letters);
      await world.redis.hdel(keys.rows, row.key);
    },
    /** An engine that is only what its keys say. */
    async pretendEngine(fields: Record<string, string>) {
      await world.redis.del(engineKey(world.market));
      await world.redis.set(leaseKey(world.market), 'pretended');
      await world.redis.hset(engineKey(world.market), { v: '1', mode: 'run', ...fields });
    },
  };
}
