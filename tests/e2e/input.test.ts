// Proves: whatever stands in the stream under an id ends on-chain under that id, once: trades nobody can settle and bytes that are no
// trade become voids, entries that come twice or out of order are refused by Redis itself, and a schema not spoken here stops the lane
// until the same id can be read.
// Does not prove: entries under ids that are not theirs, and gaps (stream.test.ts); the reasons kept for each void (tests/relayer).
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { TradeV1 } from '#client';
import { encodeTradeEvent, generationKey, SCHEMA_V1, tradeStreamKey } from '#feeder';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { IMPOSSIBLE, lot, unreadable } from './setup/trades.ts';

async function openedScene(t: TestContext): Promise<Scene> {
  const scene = await openScene();
  t.after(() => scene.close());
  return scene;
}

test('trades nobody can settle', async (t) => {
  const scene = await openedScene(t);
  const relayer = await scene.start();
  const changes = Object.values(IMPOSSIBLE);
  const trades = lot(1, 60).map((trade, at): TradeV1 => ({ ...trade, ...(at % 7 === 3 ? changes[(at - 3) / 7] : {}) }));
  await scene.engine.publish(trades);
  await relayer.untilSettled(60n);
  await scene.requireOutcomes({ voids: [4, 11, 18, 25, 32, 39] });
});

const payloadOf = (trade: TradeV1) => Buffer.from(encodeTradeEvent(trade));
const entryOf = (trade: TradeV1) => ['v', SCHEMA_V1, 'p', payloadOf(trade)];
const [ELSEWHERE] = lot(999, 1) as [TradeV1];

/** Fields of an entry whose id can only be spent. */
const UNREADABLE: readonly (readonly (string | Buffer)[])[] = [
  ['v', SCHEMA_V1, 'p', Buffer.from([0xff, 0xff, 0xff])],
  ['v', SCHEMA_V1, 'p', payloadOf(ELSEWHERE).subarray(0, -1)],
  ['v', SCHEMA_V1, 'p', payloadOf(ELSEWHERE)],
  ['v', SCHEMA_V1, 'p', Buffer.alloc(0)],
  ['v', SCHEMA_V1],
  ['p', payloadOf(ELSEWHERE)],
  ['v', 'newest', 'p', payloadOf(ELSEWHERE)],
  ['foo', 'bar'],
];

test('bytes that are no trade, entries twice and out of order, a schema not spoken', async (t) => {
  const scene = await openedScene(t);
  const { redis, market } = scene;
  const input: TradeV1[] = [];
  const append = (id: number, fields: readonly (string | Buffer)[], generation = 1n) =>
    redis.xadd(tradeStreamKey(market, generation), `${id}-0`, ...fields);
  const appendGood = async (count: number) => {
    for (const trade of lot(input.length + 1, count)) {
      await append(Number(trade.tradeId), entryOf(trade));
      input.push(trade);
    }
  };
  await redis.set(generationKey(market), '1');
  const relayer = await scene.start();
  await appendGood(10);
  for (const fields of UNREADABLE) {
    const id = input.length + 1;
    await append(id, fields);
    input.push(unreadable(id));
    await appendGood(2);
  }
  const voids = input.filter((trade) => trade.quantity === 0n).map((trade) => Number(trade.tradeId));
  await relayer.untilSettled(BigInt(input.length));
  await scene.requireOutcomes({ input, voids });

  const last = input.length;
  for (const id of [last, last - 1, 1]) {
    await assert.rejects(append(id, entryOf(ELSEWHERE)), /equal or smaller/);
  }
  await appendGood(5);
  await relayer.untilSettled(BigInt(input.length));
  await scene.requireOutcomes({ input, voids });

  const [next] = lot(input.length + 1, 1) as [TradeV1];
  await append(Number(next.tradeId), ['v', '3', 'p', payloadOf(next)]);
  const { code, failed } = await relayer.ended;
  assert.deepEqual({ code, failed }, { code: 1, failed: 'SCHEMA_UNKNOWN' });
  await scene.requireOutcomes({ input, voids });
  const unable = await scene.start();
  assert.equal((await unable.ended).failed, 'SCHEMA_UNKNOWN');
  input.push(next);
  for (const trade of input) await append(Number(trade.tradeId), entryOf(trade), 2n);
  await redis.set(generationKey(market), '2');
  const able = await scene.start();
  await able.untilSettled(BigInt(input.length));
  await scene.requireOutcomes({ input, voids });
});
