// Proves: on a real Redis, dead letters come in pages of id order beyond 2^53, are facts once their row is final, survive what they are
// about, and close once, into a bounded log; garbage in their place is named.
// Does not prove: when a letter may be closed (tests/dlq).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TradeId } from '#client';
import { sequence, slot, tradeId, voidOf } from '#client';
import {
  closeDeadLetter,
  countDeadLetters,
  readClosedLetter,
  readDeadLetter,
  readDeadLetters,
  readReplacedBy,
} from '../../relayer/src/adapters/redis/dead-letters.ts';
import { createRedisJournal } from '../../relayer/src/adapters/redis/journal.ts';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { newRow, withLanding } from '../../relayer/src/domain/row.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade, trades } from '../../relayer/src/testing/trades.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);

async function make() {
  const market = freshMarket();
  const keys = laneKeys(market);
  await redis.set(keys.fence, 'mine');
  return { market, keys, journal: createRedisJournal(redis, keys, 'mine', () => 99) };
}
const refusal = (id: number | bigint) => ({
  tradeId: tradeId(BigInt(id)),
  code: 'SelfTrade',
  reason: 'r',
  advice: 'a',
  trade: trade(id),
});
const decision = { who: 'sre@host', at: 5, reason: 'why' };
const idsOf = (letters: readonly { tradeId: TradeId }[]) => letters.map((letter) => letter.tradeId);

/** A landed row of trades 1 to 3 whose second is a void. */
const voided = withLanding(
  newRow(
    1,
    trades(1, 3).map((one) => (one.tradeId === 2n ? voidOf(one) : one)),
  ),
  sequence(7),
  { slot: slot(2n ** 60n), digest: 'ab', signature: 'sig' },
);

test('pages are in id order, whatever the ids, and leave nothing out', async () => {
  const id = fc.oneof(fc.bigInt({ min: 1n, max: 40n }), fc.bigInt({ min: 2n ** 64n - 40n, max: 2n ** 64n - 1n }));
  const some = fc.uniqueArray(id, { minLength: 1, maxLength: 25 });
  const property = fc.asyncProperty(some, fc.integer({ min: 1, max: 9 }), async (ids, limit) => {
    const { market, journal } = await make();
    await journal.save(newRow(1, trades(1, 1)), ids.map(refusal));
    const read: bigint[] = [];
    let after: TradeId | undefined = tradeId(0);
    while (after !== undefined) {
      const page = await readDeadLetters(redis, market, { after, limit });
      assert.ok(page.letters.length <= limit);
      read.push(...idsOf(page.letters));
      after = page.next;
    }
    assert.deepEqual(
      read,
      [...ids].sort((a, b) => (a < b ? -1 : 1)),
    );
    assert.deepEqual(await countDeadLetters(redis, market), { voiding: ids.length, voided: 0 });
  });
  await fc.assert(property, { numRuns: 40 });
});

test('a page has a limit of its own', async () => {
  const { market, journal } = await make();
  const many = Array.from({ length: 1_203 }, (_, at) => refusal(at + 1));
  await journal.save(newRow(1, trades(1, 1)), many);
  const page = await readDeadLetters(redis, market, { limit: 1_000_000 });
  assert.equal(page.letters.length, 1_000);
  assert.equal(page.next, 1_000n);
});

test('a letter is a fact when its row is final, not before, and says where', async () => {
  const { market, journal } = await make();
  await journal.save(voided, [refusal(2)]);
  const letter = { ...refusal(2), at: 99 };
  assert.deepEqual(await readDeadLetter(redis, market, tradeId(2)), { ...letter, state: 'voiding' });
  await journal.retire([voided]);
  await journal.retire([voided]);
  const landing = { sequence: 7n, signature: 'sig', slot: 2n ** 60n };
  assert.deepEqual(await readDeadLetter(redis, market, tradeId(2)), { ...letter, state: 'voided', landing });
  assert.deepEqual(await countDeadLetters(redis, market), { voiding: 0, voided: 1 });
  assert.equal(await readDeadLetter(redis, market, tradeId(1)), undefined);
});

test('what could not be read is kept as it came', async () => {
  const { market, journal } = await make();
  const { trade: _, ...unreadable } = { ...refusal(2), raw: { hex: 'ffff', bytes: 9_000 } };
  await journal.save(voided, [unreadable]);
  assert.deepEqual((await readDeadLetter(redis, market, tradeId(2)))?.raw, { hex: 'ffff', bytes: 9_000 });
});

test('adopting another batch forgets letters only where it has no void', async () => {
  const { market, journal } = await make();
  await journal.save(newRow(1, trades(1, 3)), [refusal(1), refusal(2)]);
  await journal.adopt([voided], []);
  assert.deepEqual(idsOf((await readDeadLetters(redis, market)).letters), [2n]);
  assert.equal(await journal.openLetters(), 1);
});

test('a letter closes once, with who, when and why', async () => {
  const { market, keys, journal } = await make();
  await journal.save(voided, [refusal(2), refusal(3)]);
  await journal.retire([voided]);
  assert.equal(await closeDeadLetter(redis, market, tradeId(2), { outcome: 'dropped' }, decision), true);
  assert.equal(await closeDeadLetter(redis, market, tradeId(2), { outcome: 'dropped' }, decision), false);
  const replaced = { outcome: 'replaced', by: tradeId(2n ** 64n - 1n) } as const;
  assert.equal(await closeDeadLetter(redis, market, tradeId(3), replaced, { ...decision, reason: '' }), true);
  assert.deepEqual(await countDeadLetters(redis, market), { voiding: 0, voided: 0 });
  assert.equal(await redis.exists(keys.rejected, keys.letters, keys.voids), 0);
  assert.deepEqual(await readClosedLetter(redis, market, tradeId(2)), {
    letter: { ...refusal(2), at: 99 },
    closing: { outcome: 'dropped' },
    decision,
  });
  assert.deepEqual((await readClosedLetter(redis, market, tradeId(3)))?.closing, replaced);
  assert.equal(await readClosedLetter(redis, market, tradeId(4)), undefined);
  assert.equal((await readReplacedBy(redis, market, replaced.by))?.letter.tradeId, 3n);
  assert.equal(await readReplacedBy(redis, market, tradeId(3)), undefined);
});

test('open letters are never evicted, closed ones are; those that are kept are found', async () => {
  const { market, keys, journal } = await make();
  const many = Array.from({ length: 1_203 }, (_, at) => refusal(at + 1));
  await journal.save(newRow(1, trades(1, 1)), many);
  for (const { tradeId: id } of many.slice(0, 1_200)) {
    await closeDeadLetter(redis, market, id, { outcome: 'dropped' }, decision);
  }
  assert.equal((await readClosedLetter(redis, market, tradeId(1)))?.letter.tradeId, 1n);
  await redis.xtrim(keys.closed, 'MAXLEN', 10);
  assert.equal(await readClosedLetter(redis, market, tradeId(1)), undefined);
  assert.equal(await journal.openLetters(), 3);
});

test('garbage where letters belong is named', async () => {
  const { market, keys, journal } = await make();
  await journal.save(voided, [refusal(2)]);
  await redis.hset(keys.rejected, '2', '{}');
  await rejects('JOURNAL_UNREADABLE', readDeadLetters(redis, market), /a dead letter is not/);
  await redis.xadd(keys.closed, '*', 'id', '2', 'outcome', 'replaced');
  await rejects('JOURNAL_UNREADABLE', readClosedLetter(redis, market, tradeId(2)));
  await redis.del(keys.letters);
  await redis.set(keys.letters, 'text');
  await rejects('REDIS_REFUSED', readDeadLetters(redis, market), /WRONGTYPE/);
  await rejects('REDIS_REFUSED', countDeadLetters(redis, market), /WRONGTYPE/);
});
