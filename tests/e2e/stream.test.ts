// Proves: entries an engine did not write (an id of another form, a gap, an id that is the engine's next one), a stream or a pointer
// that is deleted or overwritten cost time and no trade: the engine writes again what is due, and the lane goes on by itself.
// Does not prove: that every engine does (tests/engine-contract); what the lane says meanwhile (tests/relayer).
import { after, before, describe, test } from 'node:test';
import { generationKey, tradeStreamKey } from '#feeder';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot, unreadable } from './setup/trades.ts';

/** More than a test run can write. */
const TRADES = 100_000;
/** Trades a second: few, so that a case is met at work and soon settled. */
const RATE = 150;
const BAD_EVERY = 13;
/** Of a case, at least. */
const MORE = 20;
const GARBAGE = ['foo', 'bar'];

describe('somebody else', () => {
  let scene: Scene;
  let relayer: RelayerProcess;
  /** Ids whose first entry was a stranger's. */
  const stolen = new Set<number>();
  let head = 0;
  before(async () => {
    scene = await openScene();
    relayer = await scene.start();
    await scene.engine.begin(lot(1, TRADES, BAD_EVERY), RATE);
  });
  after(() => scene.close());

  const streamKey = async () => {
    const { redis, market } = scene;
    return tradeStreamKey(market, BigInt((await redis.get(generationKey(market))) ?? 1));
  };
  const settled = async () => {
    head = await scene.engine.pause();
    await relayer.untilSettled(BigInt(head));
    const input = scene.engine.trades
      .slice(0, head)
      .map((trade, at) => (stolen.has(at + 1) ? unreadable(at + 1) : trade));
    await scene.requireOutcomes({ input });
  };
  const goOn = async () => {
    const from = await scene.engine.run();
    await relayer.untilSettled(BigInt(Math.max(from, head) + MORE));
  };

  const deeds: Record<string, () => Promise<unknown>> = {
    'adds an entry with an id of its own': async () => scene.redis.xadd(await streamKey(), '*', ...GARBAGE),
    'adds an entry within the last id': async () => scene.redis.xadd(await streamKey(), `${head}-1`, ...GARBAGE),
    'adds an entry far ahead': async () => scene.redis.xadd(await streamKey(), `${head + TRADES}-0`, ...GARBAGE),
    'deletes the stream': async () => scene.redis.del(await streamKey()),
    'makes the stream a text': async () => scene.redis.set(await streamKey(), 'text'),
    'deletes the pointer': () => scene.redis.del(generationKey(scene.market)),
    'points elsewhere': () => scene.redis.set(generationKey(scene.market), '900'),
    'makes the pointer no number': () => scene.redis.set(generationKey(scene.market), 'newest'),
    'moves the last id ahead': async () => scene.redis.call('XSETID', await streamKey(), `${head + TRADES}-0`),
  };
  for (const [what, deed] of Object.entries(deeds)) {
    test(`${what}, while nothing happens`, async () => {
      await settled();
      await deed();
      await goOn();
      await settled();
    });
  }
  for (const [what, deed] of Object.entries(deeds)) {
    if (what === 'adds an entry within the last id') continue;
    test(`${what}, while trades are written`, async () => {
      await goOn();
      await deed();
      await goOn();
      await settled();
    });
  }

  test('takes the next id: that one is void, once', async () => {
    await settled();
    stolen.add(head + 1);
    await scene.redis.xadd(await streamKey(), `${head + 1}-0`, ...GARBAGE);
    await relayer.untilSettled(BigInt(head + 1));
    await goOn();
    await settled();
  });
});
