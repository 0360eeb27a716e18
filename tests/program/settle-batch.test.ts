// Proves: a batch is taken only in its turn, from the active relayer, while settlement runs, in an allowed version, whole,
// and large enough or late enough; the checks come in the contract's order; the cursor moves by exactly the batch.
// Does not prove: what its trades do; settle-trades.test.ts does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { payloadDigest, price, RECENT_DIGESTS, tradeId, voidOf } from '#client';
import { patchConfig, patchHeader, u64 } from './setup/patch.ts';
import type { World } from './setup/world.ts';
import {
  build,
  DEPOSIT,
  deposit,
  initializeArgs,
  keys,
  lots,
  MAX_AGE,
  marketWorld,
  newcomer,
  newWorld,
  START_SLOT,
} from './setup/world.ts';

const market = keys.market.publicKey;
const admin = keys.admin.publicKey;
const MAX = 2n ** 64n - 1n;

const refuses = (world: World, name: string, data: Uint8Array) => world.refuse(name, world.settle(data), keys.relayer);

test('a batch moves sequence, trade id, slot, digest, statistics, and reports itself', () => {
  const world = newWorld();
  const before = world.market.header;
  const data = world.payload(world.trades([{}, { quantity: lots(0) }, { takerIsBuyer: false }]));
  const { events } = world.accept(world.settle(data), keys.relayer);
  const { header } = world.market;
  assert.deepEqual([header.nextSequence, header.lastTradeId, header.lastSettledSlot], [2n, 3n, START_SLOT]);
  assert.deepEqual([header.tradesSettled, header.tradesVoided], [2n, 1n]);
  assert.deepEqual([header.volumeBaseLots, header.volumeQuoteAtoms], [10n, 1000n]);
  assert.deepEqual(header.recentDigests[1], payloadDigest(data));
  assert.deepEqual(
    header.recentDigests.filter((_, i) => i !== 1),
    before.recentDigests.filter((_, i) => i !== 1),
  );
  assert.equal(header.tree.leafCount, 1n);
  const settled = {
    market,
    sequence: 1n,
    version: 1,
    firstTradeId: 1n,
    count: 3,
    voided: 1,
    baseLots: 10n,
    quoteAtoms: 1000n,
    fees: 4n,
    rootBefore: before.tree.root,
    root: header.tree.root,
    payloadDigest: payloadDigest(data),
  };
  assert.deepEqual(events, [{ name: 'BatchSettled', data: settled }]);
});

test('a batch without trades takes its sequence and changes nothing but the tree', () => {
  const world = newWorld();
  world.chain.warpTo(START_SLOT + 5n);
  const before = world.market;
  const data = world.payload([]);
  const { events } = world.accept(world.settle(data), keys.relayer);
  const { header, traders } = world.market;
  assert.equal(header.nextSequence, 2n);
  assert.deepEqual(traders, before.traders);
  assert.deepEqual([header.lastTradeId, header.lastSettledSlot], [0n, before.header.lastSettledSlot]);
  assert.notDeepEqual(header.tree.root, before.header.tree.root);
  assert.deepEqual([events[0]?.data.firstTradeId, events[0]?.data.count], [0n, 0]);
});

test('a batch is settled once: the same bytes, and the same sequence with other bytes, are refused', () => {
  const world = newWorld();
  const trades = world.trades([{}]);
  const data = world.payload(trades);
  world.accept(world.settle(data), keys.relayer);
  refuses(world, 'SequenceSettled', data);
  refuses(world, 'SequenceSettled', world.payload([], 1n));
  refuses(world, 'SequenceSettled', world.payload([], 0n));
});

test('a batch ahead of its turn waits', () => {
  const world = newWorld();
  refuses(world, 'SequenceAhead', world.payload([], 2n));
  refuses(world, 'SequenceAhead', world.payload([], MAX));
});

test('trade ids go on where the last batch ended, without a gap within', () => {
  const world = newWorld();
  world.acceptTrades([{}, {}]);
  const ids = (...list: bigint[]) => list.map((id) => ({ tradeId: tradeId(id) }));
  world.refuseTrades('TradeReplay', ids(2n));
  world.refuseTrades('TradeReplay', ids(0n));
  world.refuseTrades('TradeGap', ids(4n));
  world.refuseTrades('TradeGap', ids(MAX));
  world.refuseTrades('TradeGap', ids(3n, 5n));
  world.refuseTrades('TradeReplay', ids(3n, 3n));
  world.refuseTrades('TradeReplay', ids(3n, 4n, 1n));
  world.acceptTrades(ids(3n, 4n));
});

test('a void spends its id like any trade', () => {
  const world = newWorld();
  world.refuseTrades('TradeGap', [{ quantity: lots(0), tradeId: tradeId(2) }]);
  world.acceptTrades([{ quantity: lots(0) }]);
  world.refuseTrades('TradeReplay', [{ quantity: lots(0), tradeId: tradeId(1) }]);
});

test('ids and sequences end without wrapping', () => {
  const world = newWorld();
  patchHeader(world, 'last_trade_id', u64(MAX - 1n));
  world.acceptTrades([{ tradeId: tradeId(MAX) }]);
  refuses(world, 'TradeReplay', world.payload([world.trade({ tradeId: tradeId(0) })]));
  refuses(world, 'TradeReplay', world.payload([world.trade({ tradeId: tradeId(MAX) })]));
  patchHeader(world, 'next_sequence', u64(MAX));
  refuses(world, 'InvariantViolated', world.payload([], MAX));
});

test('nobody but the active relayer settles', () => {
  const world = newWorld();
  const data = world.payload(world.trades([{}]));
  for (const key of [keys.admin, keys.guardian, keys.stranger]) {
    world.refuse('NotActiveRelayer', world.settle(data, key.publicKey), key);
  }
});

test('an undersized batch settles only once the market is due, to the slot', () => {
  const world = newWorld();
  world.accept(build.setMinBatchSize({ admin, minBatchSize: 3 }), keys.admin);
  world.acceptTrades([{}, {}, {}]);
  world.refuseTrades('BatchTooSmall', [{}, {}]);
  world.chain.warpTo(START_SLOT + MAX_AGE - 1n);
  world.refuseTrades('BatchTooSmall', [{}, {}]);
  world.chain.warpTo(START_SLOT + MAX_AGE);
  world.acceptTrades([{}]);
  world.refuseTrades('BatchTooSmall', [{}]);
  world.acceptTrades([{}, {}, {}]);
});

test('a batch without trades is never undersized, and does not make the market younger', () => {
  const world = newWorld();
  world.accept(build.setMinBatchSize({ admin, minBatchSize: 3 }), keys.admin);
  world.acceptTrades([{}, {}, {}]);
  world.chain.warpTo(START_SLOT + MAX_AGE);
  world.acceptTrades([]);
  world.acceptTrades([{}]);
});

test('voids count towards the size', () => {
  const world = newWorld();
  world.accept(build.setMinBatchSize({ admin, minBatchSize: 2 }), keys.admin);
  world.acceptTrades([{}, {}]);
  world.acceptTrades([{}, { quantity: lots(0) }]);
});

test('a new market is due, so its first batch may be small', () => {
  const world = newWorld();
  world.accept(build.setMinBatchSize({ admin, minBatchSize: 24 }), keys.admin);
  world.acceptTrades([{}]);
});

test('a batch in a version that is not allowed is refused', () => {
  const world = newWorld();
  patchConfig(world, 'allowed_batch_versions', Uint8Array.of(2));
  world.refuseTrades('VersionNotAllowed', [{}]);
});

test('a migrated market settles nothing', () => {
  const world = newWorld();
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuseTrades('MarketMigrated', [{}]);
});

test('every truncation and every longer payload is malformed', () => {
  const world = newWorld();
  const data = world.payload(world.trades([{}, {}]));
  for (let length = 1; length < data.length; length += 1) refuses(world, 'MalformedBatch', data.subarray(0, length));
  for (const more of [1, 32, 33, 34]) {
    refuses(world, 'MalformedBatch', Uint8Array.from([...data, ...new Uint8Array(more)]));
  }
});

test('a count that is not the trades is malformed, however large', () => {
  const world = newWorld();
  const data = world.payload(world.trades([{}]));
  for (const count of [0, 2, 2 ** 16, 2 ** 31, 2 ** 32 - 1]) {
    const claimed = data.slice();
    new DataView(claimed.buffer).setUint32(9, count, true);
    refuses(world, 'MalformedBatch', claimed);
  }
});

test('a taker byte other than 0 and 1 is malformed, in a void too', () => {
  const world = newWorld();
  for (const trade of [world.trade(), voidOf(world.trade())]) {
    for (const byte of [2, 128, 255]) {
      const data = world.payload([trade]);
      data[data.length - 1] = byte;
      refuses(world, 'MalformedBatch', data);
    }
  }
});

const golden: { cases: { name: string; data: string; error: string }[] } = JSON.parse(
  readFileSync(new URL('../golden/v1/malformed.json', import.meta.url), 'utf8'),
);

test('the golden malformed payloads are refused by their names', () => {
  const world = newWorld();
  const dave = newcomer(world, 'dave', 3);
  for (let index = 3; index < 10; index += 1) {
    const open = build.openTrader({ owner: dave.key.publicKey, market });
    world.accept([open, deposit({ ...dave, index }, DEPOSIT)], dave.key);
  }
  patchHeader(world, 'next_sequence', u64(7n));
  for (const { name, data, error } of golden.cases) {
    // Frozen with release 0.1.0, which routed version 1 alone.
    if (data.startsWith('02')) continue;
    const refusal = refuses(world, error, Buffer.from(data, 'hex'));
    assert.equal(refusal.name, error, name);
  }
});

test('no bytes and unknown versions are named before anything else is looked at', () => {
  const world = newWorld();
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
  patchHeader(world, 'status', Uint8Array.of(1));
  const by = (data: Uint8Array) => world.settle(data, keys.stranger.publicKey);
  world.refuse('EmptyBatch', by(new Uint8Array()), keys.stranger);
  for (const version of [0, 3, 4, 255]) {
    world.refuse('InvalidBatchVersion', by(Uint8Array.of(version)), keys.stranger);
  }
});

/** Each step puts one thing right, in the contract's order: the next check is the one that speaks. */
test('the checks of a batch come in the order of the contract', () => {
  const world = newWorld();
  world.accept(build.setMinBatchSize({ admin, minBatchSize: 5 }), keys.admin);
  world.acceptTrades([{}, {}, {}, {}, {}]);
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
  patchConfig(world, 'allowed_batch_versions', Uint8Array.of(2));
  patchHeader(world, 'status', Uint8Array.of(1));

  const stranger = (data: Uint8Array) => world.settle(data, keys.stranger.publicKey);
  const short = Uint8Array.of(1, 0);
  const bad = world.trade({ tradeId: tradeId(9), price: price(0), buyer: 77, seller: 77 });
  const broken = (number: bigint) => {
    const data = world.payload([bad], number);
    data[data.length - 1] = 7;
    return data;
  };
  const uneven = (number: bigint) => Uint8Array.from([...broken(number), 0]);

  world.refuse('MarketMigrated', stranger(short), keys.stranger);
  patchHeader(world, 'status', Uint8Array.of(0));
  world.refuse('Paused', stranger(short), keys.stranger);
  patchConfig(world, 'is_paused', Uint8Array.of(0));
  world.refuse('NotActiveRelayer', stranger(short), keys.stranger);
  refuses(world, 'VersionNotAllowed', short);
  patchConfig(world, 'allowed_batch_versions', Uint8Array.of(1));
  refuses(world, 'MalformedBatch', short);
  refuses(world, 'SequenceSettled', uneven(1n));
  refuses(world, 'SequenceAhead', uneven(3n));
  refuses(world, 'MalformedBatch', uneven(2n));
  refuses(world, 'BatchTooSmall', broken(2n));
  world.chain.warpTo(START_SLOT + MAX_AGE);
  refuses(world, 'TradeGap', broken(2n));
});

test('the digests of the last 64 batches are kept, older ones make room', () => {
  const world = newWorld();
  const digests = new Map<number, Uint8Array>();
  for (let number = 1; number <= RECENT_DIGESTS + 2; number += 1) {
    const data = world.payload(world.trades([{}]));
    world.accept(world.settle(data), keys.relayer);
    digests.set(number, payloadDigest(data));
  }
  const { recentDigests } = world.market.header;
  for (let number = 3; number <= RECENT_DIGESTS + 2; number += 1) {
    assert.deepEqual(recentDigests[number % RECENT_DIGESTS], digests.get(number));
  }
});

test('a market without traders settles voids only', () => {
  const world = marketWorld(initializeArgs);
  world.refuseTrades('TraderIndexOutOfRange', [{}]);
  world.acceptTrades([{ quantity: lots(0) }]);
});
