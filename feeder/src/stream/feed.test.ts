// Proves: everything is published once and in order, at a rate by the given clock, and an abort ends it between two writes.
// Does not prove: what a publisher does with it (publisher.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TradeV1 } from '#client';
import { baseLots, price, tradeId } from '#client';
import { feed } from './feed.ts';

async function* trades(count: number): AsyncGenerator<{ trade: TradeV1 }> {
  for (let id = 1; id <= count; id += 1) {
    const parties = { buyer: 0, seller: 1, takerIsBuyer: true };
    yield { trade: { tradeId: tradeId(id), ...parties, price: price(1), quantity: baseLots(1) } };
  }
}

function sink() {
  const ids: bigint[] = [];
  return {
    ids,
    publish: async (written: readonly TradeV1[]) => {
      ids.push(...written.map((trade) => trade.tradeId));
    },
  };
}

const never = new AbortController().signal;

test('as fast as possible: all of it, in order, with progress', async () => {
  const publisher = sink();
  const progress: number[] = [];
  const written = await feed(trades(2_345), publisher, {
    rate: 'max',
    signal: never,
    onProgress: (n) => progress.push(n),
  });
  assert.equal(written, 2_345);
  assert.deepEqual(
    publisher.ids,
    Array.from({ length: 2_345 }, (_, i) => BigInt(i + 1)),
  );
  assert.equal(progress.at(-1), 2_345);
});

test('a rate holds by the clock: never ahead of it', async () => {
  const publisher = sink();
  let time = 0;
  await feed(trades(1_000), publisher, {
    rate: 200,
    signal: never,
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
    onProgress: (written) => assert.ok(written - 10 <= Math.ceil((time / 1_000) * 200)),
  });
  assert.equal(publisher.ids.length, 1_000);
  assert.ok(time >= 4_900);
});

test('one trade a second goes out one at a time', async () => {
  const sizes: number[] = [];
  let time = 0;
  await feed(
    trades(3),
    { publish: async (written) => void sizes.push(written.length) },
    {
      rate: 1,
      signal: never,
      now: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    },
  );
  assert.deepEqual(sizes, [1, 1, 1]);
});

test('an abort ends it with its reason', async () => {
  const publisher = sink();
  const stop = new AbortController();
  const fed = feed(trades(5_000), publisher, {
    rate: 'max',
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await assert.rejects(fed, /enough/);
  assert.equal(publisher.ids.length, 1_000);
});
