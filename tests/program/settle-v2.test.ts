// Proves: a V2 batch is taken only in its turn and on the payload before it; its bytes refuse it by their own names; one bad trade
// of a full batch costs only itself, and every outcome is reported and proven by the tree.
// Does not prove: that every random batch is settled as the contract says; tests/model does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ComputeBudgetProgram } from '@solana/web3.js';
import type { TradeV2 } from '#client';
import {
  asV1,
  baseLots,
  batchLeaf,
  digestPrefix,
  encodeBatchV2,
  payloadDigest,
  price,
  proveTrade,
  ResultCode,
  readResultCodes,
  resultsDigest,
  StateTree,
  sequence,
  tradeId,
  verifyTradeProof,
} from '#client';
import { patchConfig, patchHeader, u64 } from './setup/patch.ts';
import type { World } from './setup/world.ts';
import { build, keys, MAX_AGE, newWorld, START_SLOT, TAKER_BPS } from './setup/world.ts';

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
const MAX = 2n ** 64n - 1n;

/** A world that allows both versions. */
function worldOfBoth(): World {
  const world = newWorld();
  world.accept(build.setAllowedVersions({ admin, allowedBatchVersions: 3 }), keys.admin);
  return world;
}

/** Trades between the first two traders, like the V1 ones, with ids that follow the market's cursor. */
function trades(world: World, changes: readonly Partial<TradeV2>[]): TradeV2[] {
  return changes.map((change, i) => ({
    ...world.trade(),
    orderType: 0,
    feeTier: 0,
    ...change,
    tradeId: tradeId(world.market.header.lastTradeId + 1n + BigInt(i)),
  }));
}

/** The payload of the next batch. */
function payload(world: World, changes: readonly Partial<TradeV2>[], of: { sequence?: bigint; first?: bigint } = {}) {
  const { nextSequence, lastTradeId, recentDigests } = world.market.header;
  const first = tradeId(of.first ?? lastTradeId + 1n);
  return encodeBatchV2({
    sequence: sequence(of.sequence ?? nextSequence),
    firstTradeId: first,
    prevDigestPrefix: digestPrefix(recentDigests[Number((nextSequence - 1n) % 64n)] ?? new Uint8Array(8)),
    trades: trades(world, changes).map((trade, i) => ({ ...trade, tradeId: tradeId(first + BigInt(i)) })),
  });
}

const accept = (world: World, data: Uint8Array) => world.accept(world.settle(data), keys.relayer);
const refuses = (world: World, name: string, data: Uint8Array) => world.refuse(name, world.settle(data), keys.relayer);

test('one bad trade of a full batch costs only itself', () => {
  const world = worldOfBoth();
  const before = world.market;
  const bad = 77;
  const data = payload(
    world,
    Array.from({ length: 150 }, (_, i) => (i === bad ? { seller: 9 } : { price: price(100 + (i % 7)) })),
  );
  const { events } = accept(world, data);
  const { header } = world.market;
  assert.deepEqual([header.nextSequence, header.lastTradeId, header.lastSettledSlot], [2n, 150n, START_SLOT]);
  assert.deepEqual([header.tradesSettled, header.tradesVoided, header.tradesSkipped], [149n, 0n, 1n]);
  assert.equal(world.entry(0).baseLots - (before.traders[0]?.baseLots ?? 0n), 149n * 5n);
  const codes = Array.from({ length: 150 }, (_, i) =>
    i === bad ? ResultCode.TraderIndexOutOfRange : ResultCode.Settled,
  );
  const [results, settled] = events;
  assert.deepEqual([results?.name, settled?.name], ['TradeResults', 'BatchSettled']);
  assert.deepEqual([results?.data.market, results?.data.sequence, results?.data.skipped], [market, 1n, 1]);
  assert.deepEqual([...readResultCodes(results?.data.resultCodes as Uint8Array, 150)], codes);
  assert.deepEqual(
    { ...settled?.data, fees: undefined, baseLots: undefined, quoteAtoms: undefined },
    {
      market,
      sequence: 1n,
      version: 2,
      firstTradeId: 1n,
      count: 150,
      voided: 0,
      rootBefore: before.header.tree.root,
      root: header.tree.root,
      payloadDigest: payloadDigest(data),
      fees: undefined,
      baseLots: undefined,
      quoteAtoms: undefined,
    },
  );
});

test('every outcome has its code, in the event and in the tree, and can be proven', () => {
  const world = worldOfBoth();
  const changes: Partial<TradeV2>[] = [
    {},
    { quantity: baseLots(0), price: price(0) },
    { buyer: 3 },
    { seller: 0 },
    { price: price(0) },
    { price: price(MAX), quantity: baseLots(2) },
    { price: price(1), quantity: baseLots(2_000_000) },
    { price: price(2_000_000_000), quantity: baseLots(1) },
    { orderType: 7 },
  ];
  const data = payload(world, changes);
  const { events } = accept(world, data);
  const codes = readResultCodes(events[0]?.data.resultCodes as Uint8Array, changes.length);
  assert.deepEqual([...codes], [0, 1, 2, 3, 4, 5, 6, 7, 9]);
  const tree = new StateTree();
  const program = keys.programId;
  const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(codes) };
  tree.append(batchLeaf({ program, market, sequence: sequence(1), version: 2, ...digests }));
  assert.deepEqual(tree.root(), world.market.header.tree.root);
  for (const [i, code] of codes.entries()) {
    const id = tradeId(i + 1);
    const proof = proveTrade({ tree, leafIndex: 0, data, codes, program, market, tradeId: id });
    const verdict = verifyTradeProof(proof, { program, market, root: tree.root() });
    assert.deepEqual([verdict.settled, verdict.code, verdict.trade.tradeId], [code === 0, code, id]);
  }
});

test('maker and taker pay by the tier the trade names', () => {
  const world = worldOfBoth();
  const feeTiers = [TAKER_BPS, 20, 10, 0].map((takerBps, tier) => ({ makerBps: tier * 5, takerBps }));
  world.accept(build.setFees({ admin, feeTiers }), keys.admin);
  for (const [feeTier, { makerBps, takerBps }] of feeTiers.entries()) {
    const [buyer, seller] = [world.entry(0), world.entry(1)];
    // 10,000 atoms: a basis point is one atom.
    accept(world, payload(world, [{ price: price(2_000), feeTier, takerIsBuyer: false }]));
    assert.equal(buyer.quoteAtoms - world.entry(0).quoteAtoms, 10_000n + BigInt(makerBps));
    assert.equal(world.entry(1).quoteAtoms - seller.quoteAtoms, 10_000n - BigInt(takerBps));
  }
});

test('versions alternate, each V2 batch on the payload before it, of whatever version', () => {
  const world = worldOfBoth();
  for (let round = 0; round < 3; round += 1) {
    world.acceptTrades([{}]);
    accept(world, payload(world, [{}, {}]));
  }
  const data = payload(world, [{}]);
  data[19] = (data[19] ?? 0) ^ 1;
  refuses(world, 'PrevDigestMismatch', data);
});

test('the digest before is found where the ring of digests begins again', () => {
  const world = worldOfBoth();
  for (let number = 0; number < 66; number += 1) accept(world, payload(world, [{}]));
  assert.equal(world.market.header.nextSequence, 67n);
});

test('a batch without trades is a test flight through the batch path', () => {
  const world = worldOfBoth();
  const before = world.market;
  const { events } = accept(world, payload(world, []));
  assert.equal(world.market.header.nextSequence, 2n);
  assert.deepEqual(world.market.traders, before.traders);
  assert.equal(world.market.header.lastTradeId, 0n);
  assert.notDeepEqual(world.market.header.tree.root, before.header.tree.root);
  assert.deepEqual(events[0]?.data.resultCodes, new Uint8Array());
  refuses(world, 'TradeGap', payload(world, [], { first: 2n }));
});

test('version 2 is dormant until the config allows it, and gone when it does no more', () => {
  const world = newWorld();
  const data = payload(world, [{}]);
  refuses(world, 'VersionNotAllowed', data);
  world.accept(build.setAllowedVersions({ admin, allowedBatchVersions: 2 }), keys.admin);
  world.refuseTrades('VersionNotAllowed', [{}]);
  accept(world, data);
  world.accept(build.setAllowedVersions({ admin, allowedBatchVersions: 1 }), keys.admin);
  refuses(world, 'VersionNotAllowed', payload(world, [{}]));
  world.acceptTrades([{}]);
});

test('a V1 trade costs the same in both versions when makers pay nothing', () => {
  const [one, two] = [worldOfBoth(), worldOfBoth()];
  const changes = [{}, { takerIsBuyer: false, price: price(333) }, { quantity: baseLots(0) }];
  accept(two, payload(two, changes));
  one.acceptTrades(trades(one, changes).map((trade) => asV1(trade) ?? {}));
  assert.deepEqual(two.market.traders, one.market.traders);
  assert.equal(two.market.header.quoteFees, one.market.header.quoteFees);
});

/** Each step puts one thing right, in the contract's order: the next check is the one that speaks. */
test('the checks of a batch come in the order of the contract', () => {
  const world = worldOfBoth();
  world.accept(build.setMinBatchSize({ admin, minBatchSize: 5 }), keys.admin);
  world.acceptTrades([{}, {}, {}, {}, {}]);
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
  patchConfig(world, 'allowed_batch_versions', Uint8Array.of(1));
  patchHeader(world, 'status', Uint8Array.of(1));

  const stranger = (data: Uint8Array) => world.settle(data, keys.stranger.publicKey);
  const short = Uint8Array.of(2, 0);
  const prefix = { from: 19, to: 27 };
  /** Wrong in its last byte, in the digest before it, and in its first id. */
  const broken = (number: bigint, first = 9n) => {
    const data = payload(world, [{}], { sequence: number, first });
    data[data.length - 1] = 64;
    return data;
  };
  const unlinked = (number: bigint) => broken(number).fill(7, prefix.from, prefix.to);

  world.refuse('MarketMigrated', stranger(short), keys.stranger);
  patchHeader(world, 'status', Uint8Array.of(0));
  world.refuse('Paused', stranger(short), keys.stranger);
  patchConfig(world, 'is_paused', Uint8Array.of(0));
  world.refuse('NotActiveRelayer', stranger(short), keys.stranger);
  refuses(world, 'VersionNotAllowed', short);
  patchConfig(world, 'allowed_batch_versions', Uint8Array.of(3));
  refuses(world, 'MalformedBatch', short);
  refuses(world, 'SequenceSettled', unlinked(1n));
  refuses(world, 'SequenceAhead', unlinked(3n));
  refuses(world, 'PrevDigestMismatch', unlinked(2n));
  refuses(world, 'BatchTooSmall', broken(2n));
  world.chain.warpTo(START_SLOT + MAX_AGE);
  refuses(world, 'TradeReplay', broken(2n, 5n));
  refuses(world, 'TradeReplay', broken(2n, 0n));
  refuses(world, 'TradeGap', broken(2n, 7n));
  refuses(world, 'ColumnValueOutOfRange', broken(2n, 6n));
  const pastTheEnd = payload(world, [{}, {}, {}, {}, {}], { first: 1n }).fill(0xff, 9, 17);
  patchHeader(world, 'last_trade_id', u64(MAX - 1n));
  refuses(world, 'TradeReplay', pastTheEnd);
});

describe('malformed', () => {
  const golden: { cases: { name: string; data: string; error: string }[] } = JSON.parse(
    readFileSync(new URL('../golden/v2/malformed.json', import.meta.url), 'utf8'),
  );
  const world = worldOfBoth();
  world.chain.warpTo(START_SLOT + MAX_AGE);
  for (const { name, data, error } of golden.cases) {
    test(name, () => {
      refuses(world, error, new Uint8Array(Buffer.from(data, 'hex')));
    });
  }
});

test('the largest batch fits the limits of a transaction, whatever becomes of its trades', () => {
  const world = worldOfBoth();
  const all = Array.from({ length: 1024 }, (_, i) => (i % 2 === 0 ? {} : { seller: 0 }));
  const instruction = world.settle(payload(world, all));
  const { landed } = world.chain.send(
    [ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 }), instruction],
    [keys.relayer],
  );
  assert.ok(landed);
  const codes = readResultCodes(landed.events[0]?.data.resultCodes as Uint8Array, 1024);
  assert.equal(codes.filter((code) => code === ResultCode.SelfTrade).length, 512);
  assert.equal(landed.events.length, 2);
});
