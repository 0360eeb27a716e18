// Proves: the feed has a batch's stages in order with its trades and their codes, in both versions, and each rejected trade once, with its
// reason and the signature that made it void; on a real Redis an entry is read back as it was written, from any place and while waiting;
// a feed that can't be written, or is not ours any more, stops nothing and is named once.
// Does not prove: that everybody hears everything; a feed is a hint.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pino from 'pino';
import { ResultCode, tradeId } from '#client';
import type { FeedEntry } from '#relayer';
import { FEED_STAGES, feedEntrySchema, feedKey, laneKeys, readFeed } from '#relayer';
import { createFeed, feedFields } from '../../relayer/src/adapters/redis/feed.ts';
import { stream, world } from '../../relayer/src/testing/world.ts';
import { until } from '../support/until.ts';
import { connection, freshMarket, redisForThisFile, silent } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);

for (const version of [1, 2]) {
  test(`a batch of V${version} is submitted, confirmed and finalized; a bad trade is rejected once its void is on-chain`, async () => {
    const w = world(stream(4));
    w.chain.rulesNow = { ...w.chain.rulesNow, allowedVersions: [version] };
    w.chain.refusedTrades.set(3n, 'InsufficientBase');
    const run = w.start();
    await run.until(4, true);
    run.stop();
    await run.done;
    const stages = w.words.map(({ stage, first, last }) => `${stage} ${first}-${last}`);
    const rejected = 'rejected 3-3';
    const inOrder =
      version === 1
        ? ['submitted 1-4', 'confirmed 1-4', rejected, 'finalized 1-4']
        : ['submitted 1-4', 'confirmed 1-4', 'finalized 1-4', rejected];
    assert.deepEqual(stages, inOrder);
    const word = (stage: string) => w.words.find((one) => one.stage === stage) ?? assert.fail(stage);
    const signature = word('submitted').signature;
    assert.ok(signature !== undefined);
    for (const { signature: other, version: spoken, sequence } of w.words) {
      assert.deepEqual([other, spoken, sequence], [signature, version, 1n]);
    }
    assert.equal(word('submitted').slot, undefined);
    assert.ok(word('confirmed').slot !== undefined);
    const code = version === 1 ? ResultCode.Voided : ResultCode.InsufficientBase;
    assert.deepEqual(
      word('finalized').trades.map((one) => one.code),
      [0, 0, code, 0],
    );
    assert.deepEqual(
      word('finalized').trades.map((one) => one.id),
      [1n, 2n, 3n, 4n],
    );
    const { code: name, reason, trades } = word('rejected');
    assert.deepEqual([name, trades.map((one) => one.code)], ['InsufficientBase', [code]]);
    assert.ok(reason !== undefined && reason !== '');
  });
}

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const index = fc.nat({ max: 2 ** 32 - 1 });
const entryOf: fc.Arbitrary<FeedEntry> = fc.record(
  {
    stage: fc.constantFrom(...FEED_STAGES),
    first: u64.map((id) => tradeId(id)),
    last: u64.map((id) => tradeId(id)),
    atMs: fc.nat(),
    trades: fc.array(
      fc.record(
        { id: u64.map((id) => tradeId(id)), buyer: index, seller: index, code: fc.nat(9) },
        { noNullPrototype: true },
      ),
    ),
    ...{
      sequence: u64,
      version: fc.nat(255),
      signature: fc.string(),
      slot: u64,
      code: fc.string(),
      reason: fc.string(),
    },
  },
  { requiredKeys: ['stage', 'first', 'last', 'atMs', 'trades'], noNullPrototype: true },
);

test('any entry is read back from its fields as it was written; what is none is refused', () => {
  fc.assert(fc.property(entryOf, (entry) => assert.deepEqual(feedEntrySchema.parse(feedFields(entry)), entry)));
  const good = { v: '1', stage: 'confirmed', first: '1', last: '2', at_ms: '3', trades: '[]' };
  assert.ok(feedEntrySchema.safeParse(good).success);
  for (const bad of [
    { v: '2' },
    { stage: 'lost' },
    { first: '-1' },
    { trades: '{' },
    { trades: '[[1,2,3,4]]' },
    { at_ms: 'x' },
  ]) {
    assert.equal(feedEntrySchema.safeParse({ ...good, ...bad }).success, false, JSON.stringify(bad));
  }
});

const word = (first: number): Omit<FeedEntry, 'atMs'> => ({
  ...{ stage: 'submitted', first: tradeId(first), last: tradeId(first), sequence: 1n, version: 1, trades: [] },
});

test('read from the oldest, from an entry on, and while waiting; what is no entry is passed over', async () => {
  const lane = freshMarket();
  const keys = laneKeys(lane);
  await redis.set(keys.fence, 'me');
  const feed = createFeed({ redis, keys, token: 'me', logger: silent });
  feed.write(word(1));
  feed.write(word(2));
  await until(async () => (await redis.xlen(feedKey(lane))) === 2);
  await redis.xadd(feedKey(lane), '*', 'v', '7');
  const first = await readFeed(redis, lane, '0', { limit: 1 });
  assert.deepEqual(
    first.entries.map(({ entry }) => entry.first),
    [1n],
  );
  const rest = await readFeed(redis, lane, first.next);
  assert.deepEqual(
    rest.entries.map(({ entry }) => entry.first),
    [2n],
  );
  assert.deepEqual(await readFeed(redis, lane, rest.next), { entries: [], next: rest.next });
  const waiting = readFeed(connection(url), lane, rest.next, { blockMs: 60_000 });
  feed.write(word(3));
  assert.deepEqual(
    (await waiting).entries.map(({ entry }) => entry.first),
    [3n],
  );
});

test('a feed that can not be written stops nothing and is named once; one that is not ours takes nothing', async () => {
  const lane = freshMarket();
  const keys = laneKeys(lane);
  await redis.set(keys.fence, 'me');
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const feed = createFeed({ redis, keys, token: 'me', logger });
  await redis.set(keys.feed, 'text');
  for (let at = 0; at < 400; at += 1) feed.write(word(at));
  await until(() => lines.length > 0);
  await redis.del(keys.feed);
  await redis.set(keys.fence, 'another');
  feed.write(word(1));
  await redis.ping();
  assert.equal(lines.length, 1);
  assert.equal(await redis.exists(keys.feed), 0);
});
