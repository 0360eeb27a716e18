// Proves: a Redis that is emptied (the lane idle, at work, away), restarted, killed, or set back to what it held before costs time and
// no trade; and what is final is trimmed.
// Does not prove: a batch that lands after everything about it was forgotten (forgotten.test.ts), entries a stranger writes
// (stream.test.ts), or a Redis that runs out of memory (tests/relayer).
import { after, before, describe, test } from 'node:test';
import { generationKey, tradeStreamKey } from '#feeder';
import { until } from '../support/until.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';

const TRADES = 40;
const BAD_EVERY = 17;
/** Trades a second: slow enough to be met at work. */
const RATE = 200;

describe('redis', () => {
  let scene: Scene;
  let relayer: RelayerProcess;
  before(async () => {
    scene = await openScene();
    relayer = await scene.start();
  });
  after(() => scene.close());

  const count = () => BigInt(scene.engine.trades.length);
  const due = (trades: number) => lot(scene.engine.trades.length + 1, trades, BAD_EVERY);
  const publish = (trades = TRADES) => scene.engine.publish(due(trades));
  const allSettled = async () => {
    await relayer.untilSettled(count());
    await scene.requireOutcomes();
  };
  const inTheMiddle = async () => {
    const begin = count();
    await scene.engine.begin(due(3 * TRADES), RATE);
    await relayer.untilSettled(begin + BigInt(TRADES));
  };

  test('emptied while nothing happens', async () => {
    await publish();
    await allSettled();
    await scene.redis.flushall();
    await publish();
    await allSettled();
  });

  test('emptied again and again while batches are on their way', async () => {
    for (let time = 0; time < 3; time += 1) {
      await inTheMiddle();
      await scene.redis.flushall();
      await scene.engine.written();
      await allSettled();
    }
  });

  test('emptied while the relayer is away', async () => {
    await inTheMiddle();
    await relayer.end('SIGTERM');
    await scene.redis.flushall();
    relayer = await scene.start();
    await scene.engine.written();
    await allSettled();
  });

  test('restarted with its data', async () => {
    await inTheMiddle();
    await scene.server.stop();
    await scene.server.startAgain();
    await scene.engine.written();
    await allSettled();
  });

  test('killed and started again', async () => {
    await inTheMiddle();
    await scene.server.stop('SIGKILL');
    await scene.server.startAgain();
    await scene.engine.written();
    await allSettled();
  });

  test('set back to what it held a while before', async () => {
    const begin = count();
    await scene.engine.begin(due(6 * TRADES), RATE);
    await relayer.untilSettled(begin + BigInt(TRADES));
    await scene.server.stop();
    const before = await scene.server.copyData();
    await scene.server.startAgain();
    await relayer.untilSettled(begin + BigInt(3 * TRADES));
    await scene.server.stop('SIGKILL');
    await scene.server.putData(before);
    await scene.server.startAgain();
    await scene.engine.written();
    await allSettled();
  });

  test('what is final is trimmed, and nothing else', async () => {
    await publish();
    await allSettled();
    const { redis, market } = scene;
    const generation = BigInt((await redis.get(generationKey(market))) ?? 0);
    const key = tradeStreamKey(market, generation);
    await until(async () => (await redis.xlen(key)) < TRADES);
    await relayer.end('SIGTERM');
    relayer = await scene.start();
    await publish();
    await allSettled();
  });
});
