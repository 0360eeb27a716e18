// Proves, on a real Redis: entries are as docs/reference/engine.md says; duplicates, gaps and a second writer are refused and add
// nothing; an engine that restarts continues. And that events are the golden bytes.
// Does not prove: what readers make of it (relayer/).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { Redis } from 'ioredis';
import type { OrderTypeCode, TradeV1 } from '#client';
import { baseLots, LockstepError, OrderType, price, tradeId } from '#client';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';
import type { EngineTrade } from '../engine/source.ts';
import { encodeTradeEvent, SCHEMA_V1, SCHEMA_V2 } from './encode-event.ts';
import { engineKey, generationKey, tradeStreamKey } from './keys.ts';
import { openPublisher } from './publisher.ts';

const MARKET = 'So11111111111111111111111111111111111111112';
const STREAM = tradeStreamKey(MARKET, 1n);

let server: PrivateRedis;
let redis: Redis;
before(async () => {
  server = await startPrivateRedis();
  redis = new Redis(server.url);
});
beforeEach(() => redis.flushall());
after(async () => {
  redis.disconnect();
  await server.stop();
});

const trade = (id: number): TradeV1 => ({
  tradeId: tradeId(id),
  buyer: 3,
  seller: 5,
  price: price(2n ** 64n - 1n),
  quantity: baseLots(7),
  takerIsBuyer: id % 2 === 0,
});
const trades = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => trade(from + i));
const refusedAs = (code: string) => (error: unknown) => error instanceof LockstepError && error.code === code;

test('writes id, schema and protobuf, and names generation 1', async () => {
  const publisher = await openPublisher(redis, MARKET);
  await publisher.publish(trades(1, 3));
  assert.equal(await redis.get(generationKey(MARKET)), '1');
  const entries = await redis.xrangeBuffer(STREAM, '-', '+');
  assert.deepEqual(
    entries.map(([id, fields]) => [String(id), fields.map((field) => field.toString('hex'))]),
    trades(1, 3).map((each) => [
      `${each.tradeId}-0`,
      [
        Buffer.from('v').toString('hex'),
        Buffer.from('1').toString('hex'),
        Buffer.from('p').toString('hex'),
        encodeTradeEvent(each).toString('hex'),
      ],
    ]),
  );
});

test('thousands go in whole and in order', async () => {
  const publisher = await openPublisher(redis, MARKET);
  await publisher.publish(trades(1, 1_234));
  assert.equal(publisher.lastId, 1_234n);
  assert.equal(await redis.xlen(STREAM), 1_234);
});

test('a duplicate is refused and adds nothing', async () => {
  const publisher = await openPublisher(redis, MARKET);
  await publisher.publish(trades(1, 3));
  await assert.rejects(publisher.publish([trade(3)]), refusedAs('PUBLISH_DUPLICATE'));
  await assert.rejects(publisher.publish([trade(4), trade(4)]), refusedAs('PUBLISH_DUPLICATE'));
  assert.equal(await redis.xlen(STREAM), 3);
});

test('a gap is refused and adds nothing, at the start as well', async () => {
  const publisher = await openPublisher(redis, MARKET);
  await assert.rejects(publisher.publish([trade(2)]), refusedAs('PUBLISH_GAP'));
  await publisher.publish([trade(1)]);
  await assert.rejects(publisher.publish([trade(2), trade(4)]), refusedAs('PUBLISH_GAP'));
  assert.equal(await redis.xlen(STREAM), 1);
});

test('a second engine cannot write between', async () => {
  const one = await openPublisher(redis, MARKET);
  const two = await openPublisher(redis, MARKET);
  await one.publish([trade(1)]);
  await assert.rejects(two.publish([trade(1)]), refusedAs('PUBLISH_CONFLICT'));
  await one.publish([trade(2)]);
  assert.equal(await redis.xlen(STREAM), 2);
});

test('an engine that starts again continues, even after the stream was trimmed empty', async () => {
  await (await openPublisher(redis, MARKET)).publish(trades(1, 5));
  await redis.xtrim(STREAM, 'MAXLEN', 0);
  const again = await openPublisher(redis, MARKET);
  assert.equal(again.lastId, 5n);
  await again.publish([trade(6)]);
  assert.equal(await redis.xlen(STREAM), 1);
});

/** Two publishers of one owner: what the second one publishes is what a broken connection has sent again. */
async function ownersTwo() {
  const token = 'the owner';
  await redis.hset(engineKey(MARKET), 'owner', token);
  const two = [await openPublisher(redis, MARKET, token), await openPublisher(redis, MARKET, token)] as const;
  for (const each of two) await each.resume();
  return two;
}

test('entries of one write may have different schemas, and are known again by theirs', async () => {
  const [one, again] = await ownersTwo();
  const mixed: EngineTrade[] = [trade(1), { ...trade(2), schema: SCHEMA_V2 }, { ...trade(3), schema: SCHEMA_V1 }];
  for (const publisher of [one, again]) await publisher.publish(mixed);
  const entries = await redis.xrangeBuffer(STREAM, '-', '+');
  assert.deepEqual(
    entries.map(([, fields]) => String(fields[1])),
    ['1', '2', '1'],
  );
  assert.deepEqual(await one.lastEntry(), { schema: '1', payload: encodeTradeEvent(trade(3)) });
});

test('a write of the owner that is repeated adds nothing, also when all but its newest entry was trimmed', async () => {
  const [one, again] = await ownersTwo();
  await one.publish(trades(1, 3));
  await redis.xtrim(STREAM, 'MAXLEN', 1);
  await again.publish(trades(1, 3));
  assert.equal(again.lastId, 3n);
  assert.equal(await redis.xlen(STREAM), 1);
});

test('what the owner did not write is not taken for its own, whatever its id', async () => {
  const p = encodeTradeEvent(trade(3));
  const forgeries: Readonly<Record<string, readonly (string | Buffer)[]>> = {
    'p = 6a756e6b': ['v', '1', 'p', 'junk'],
    'without p': ['v', '1'],
    [`p = ${p.toString('hex').slice(0, 20)}`]: ['v', '1', 'p', p, 'r', '1'],
    [`${encodeTradeEvent(trade(5)).toString('hex')}`]: ['v', '1', 'p', encodeTradeEvent(trade(5))],
    [`3-0 with p = ${p.toString('hex')}`]: ['v', '2', 'p', p],
  };
  for (const [shown, fields] of Object.entries(forgeries)) {
    await redis.flushall();
    const [one, again] = await ownersTwo();
    await one.publish(trades(1, 2));
    await again.resume();
    await redis.xadd(STREAM, '3-0', ...fields);
    const refused = (error: unknown) => refusedAs('PUBLISH_DISTURBED')(error) && String(error).includes(shown);
    await assert.rejects(again.publish([trade(3)]), refused, shown);
    assert.equal(await redis.xlen(STREAM), 3);
  }
});

test('a forged entry before its own last, one between, and a last one that is gone: no repeat of its own', async () => {
  const [, again] = await ownersTwo();
  await redis.xadd(STREAM, '1-0', 'v', '1', 'p', 'junk');
  await redis.xadd(STREAM, '2-0', 'v', '1', 'p', encodeTradeEvent(trade(2)));
  await assert.rejects(again.publish(trades(1, 2)), refusedAs('PUBLISH_DISTURBED'));
  await redis.del(STREAM);
  await redis.xadd(STREAM, '1-0', 'v', '1', 'p', encodeTradeEvent(trade(1)));
  await redis.xadd(STREAM, '1-7', 'v', '1', 'p', 'junk');
  await redis.xadd(STREAM, '2-0', 'v', '1', 'p', encodeTradeEvent(trade(2)));
  await assert.rejects(again.publish(trades(1, 2)), refusedAs('PUBLISH_DISTURBED'));
  await redis.xtrim(STREAM, 'MAXLEN', 0);
  await assert.rejects(again.publish(trades(1, 2)), refusedAs('PUBLISH_DISTURBED'));
});

test('continues the generation the pointer names', async () => {
  await redis.set(generationKey(MARKET), '4');
  const publisher = await openPublisher(redis, MARKET);
  await publisher.publish([trade(1)]);
  assert.equal(publisher.generation, 4n);
  assert.equal(await redis.xlen(tradeStreamKey(MARKET, 4n)), 1);
});

interface GoldenEvent {
  readonly name: string;
  readonly event: {
    trade_id: string;
    buyer: number;
    seller: number;
    price: string;
    quantity: string;
    taker_is_buyer: boolean;
    order_type?: OrderTypeCode;
    fee_tier?: number;
  };
  readonly bytes: string;
  readonly canonical: boolean;
}

for (const schema of [SCHEMA_V1, SCHEMA_V2] as const) {
  test(`events of schema ${schema} are the golden bytes`, () => {
    const file = new URL(`../../../tests/golden/v${schema}/trade_events.json`, import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenEvent[] };
    const canonical = cases.filter((each) => each.canonical);
    assert.ok(canonical.length > 0);
    for (const { name, event, bytes } of canonical) {
      const { order_type: orderType = OrderType.Limit, fee_tier: feeTier = 0 } = event;
      const plain = {
        tradeId: tradeId(event.trade_id),
        buyer: event.buyer,
        seller: event.seller,
        price: price(event.price),
        quantity: baseLots(event.quantity),
        takerIsBuyer: event.taker_is_buyer,
      };
      const encoded = encodeTradeEvent({ ...plain, orderType, feeTier }, schema);
      assert.equal(encoded.toString('hex'), bytes, name);
    }
  });
}
