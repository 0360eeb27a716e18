// Proves: a market moves to another program with every entry, pending withdrawal, fee, cursor and lamport, in one chunk or many;
// it settles there under the same ids, and nothing moves in the old one; an abort at each point gives the old accounts back
// byte for byte.
// Does not prove: the refusals (refusals.test.ts), or that a relayer and an operator get through it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  baseLots,
  batchLeaf,
  encodeBatchV1,
  MarketStatus,
  parseEvents,
  payloadDigest,
  pingLeaf,
  price,
  proveTrade,
  resultsDigest,
  StateTree,
  StateTreeV2,
  sequence,
  TreeVersion,
  tradeId,
  verifyTradeProof,
} from '#client';
import { tokensOf } from '../setup/tokens.ts';
import { deposit, keys } from '../setup/world.ts';
import {
  executeIn,
  ForkWorld,
  newAdmin,
  newMarket,
  newProgram,
  newRelayer,
  next,
  old,
  oldMarket,
  requestIn,
} from './setup.ts';

const TRADER_DEPOSIT = 5_000_000n;

/** Trades, fees and a pending, held withdrawal. */
function lively(): ForkWorld {
  const world = ForkWorld.begin();
  world.firstBatch = world.payload(world.trades([{}, { buyer: 2 }, { buyer: 1, seller: 0 }]));
  world.accept(world.settle(world.firstBatch), keys.relayer);
  const alice = world.trader(0);
  world.accept(requestIn(old, oldMarket, alice, { baseLots: 7n, quoteAtoms: 11n }), alice.key);
  const hold = old.holdWithdrawal({
    guardian: keys.guardian.publicKey,
    market: oldMarket,
    index: 0,
    holdSlots: 30n,
  });
  world.accept(hold, keys.guardian);
  return world;
}

describe('the whole way', () => {
  test('everything arrives, and the deposits go along', () => {
    const world = lively();
    world.ready();
    const before = world.market;
    const lamports = (world.chain.get(oldMarket)?.lamports ?? 0n) + (world.chain.get(newMarket)?.lamports ?? 0n);
    const handedOver = world.handOver().events.find(({ name }) => name === 'MarketHandedOver');
    assert.equal(handedOver?.data.lamports, TRADER_DEPOSIT * 3n);
    assert.equal(world.market.header.status, MarketStatus.Migrated);
    assert.ok(world.market.header.successorMarket.equals(newMarket));
    assert.equal(world.config.handedOver, 1);

    const landed = world.import();
    const { header, traders } = world.imported;
    assert.deepEqual(traders, before.traders);
    const kept = [
      'baseMint',
      'quoteMint',
      'baseVault',
      'quoteVault',
      'baseLotAtoms',
      'nextSequence',
      'lastTradeId',
      'lastSettledSlot',
      'baseLotsTotal',
      'quoteAtomsTotal',
      'quoteFees',
      'tradesSettled',
      'tradesVoided',
      'tradesSkipped',
      'volumeBaseLots',
      'volumeQuoteAtoms',
      'recentDigests',
    ] as const;
    for (const field of kept) assert.deepEqual(header[field], before.header[field], field);
    assert.equal(header.status, MarketStatus.Open);
    assert.equal(header.treeVersion, TreeVersion.Growing);
    assert.deepEqual(header.tree.root, before.header.tree.root);
    assert.equal(header.tree.leafCount, 1n);
    assert.ok(header.predecessorMarket.equals(oldMarket));
    const total = (world.chain.get(oldMarket)?.lamports ?? 0n) + (world.chain.get(newMarket)?.lamports ?? 0n);
    assert.equal(total, lamports);
    const [event] = parseEvents(landed.logs, newProgram);
    const { entries, nextSequence, lastTradeId, predecessorProgram, oldRoot } = event?.data ?? {};
    assert.equal(event?.name, 'MarketImported');
    assert.deepEqual([entries, nextSequence, lastTradeId], [3, before.header.nextSequence, before.header.lastTradeId]);
    assert.equal(String(predecessorProgram), keys.programId.toBase58());
    assert.deepEqual(Uint8Array.from(oldRoot as number[]), before.header.tree.root);
  });

  test('it settles on under the next id, pings, and pays what was pending when its time has come', () => {
    const world = lively();
    world.moved();
    const alice = world.trader(0);
    const execute = executeIn(next, newMarket, alice, world.vaults);
    const { unlockSlot, heldUntilSlot } = world.imported.traders[0] ?? assert.fail();
    assert.ok(heldUntilSlot > unlockSlot);
    world.chain.warpTo(unlockSlot);
    world.refused('WithdrawalHeld', [execute], alice.key);

    const root = () => world.imported.header.tree.root;
    const tree = new StateTreeV2(world.market.header.tree.root);
    const trade = world.trade({ tradeId: tradeId(4), price: price(3), quantity: baseLots(1) });
    const data = encodeBatchV1({ sequence: sequence(2), trades: [trade] });
    const relayer = newRelayer.publicKey;
    world.send([next.settleBatch({ relayer, market: newMarket, data })], newRelayer);
    world.send([next.ping({ relayer, market: newMarket, nonce: 5n })], newRelayer);
    const place = { program: newProgram, market: newMarket };
    const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(Uint8Array.of(0)) };
    tree.append(batchLeaf({ ...place, sequence: 2n, version: 1, ...digests }));
    tree.append(pingLeaf({ ...place, sequence: 3n, nonce: 5n }));
    assert.equal(world.imported.header.lastTradeId, 4n);
    assert.equal(world.imported.header.tree.leafCount, BigInt(tree.size));
    assert.deepEqual(root(), tree.root());

    // Trade 2 settled in the old program; trade 4 in the new one. Both are proved by the one root there is now.
    const oldTree = new StateTree();
    const first = world.firstBatch;
    const codes = Uint8Array.of(0, 0, 0);
    const oldPlace = { program: keys.programId, market: oldMarket };
    const oldDigests = { payloadDigest: payloadDigest(first), resultsDigest: resultsDigest(codes) };
    oldTree.append(batchLeaf({ ...oldPlace, sequence: 1n, version: 1, ...oldDigests }));
    const proofs = [
      proveTrade({
        ...oldPlace,
        tree: oldTree,
        laterTrees: [tree],
        leafIndex: 0,
        data: first,
        codes,
        tradeId: tradeId(2),
      }),
      proveTrade({ ...place, tree, leafIndex: 1, data, codes: Uint8Array.of(0), tradeId: tradeId(4) }),
    ];
    for (const proof of proofs) assert.ok(verifyTradeProof(proof, { ...place, root: root() }).settled);

    world.chain.warpTo(heldUntilSlot);
    const [base, quote] = [tokensOf(world.chain, alice.base), tokensOf(world.chain, alice.quote)];
    world.send([execute], alice.key);
    assert.equal(tokensOf(world.chain, alice.base) - base, 70n);
    assert.equal(tokensOf(world.chain, alice.quote) - quote, 11n);
  });

  test('in chunks, resumed after each', () => {
    const whole = lively();
    whole.moved();
    const world = lively();
    world.ready();
    world.handOver();
    for (const imported of [1, 2]) {
      world.import(1);
      assert.equal(world.imported.header.importedEntries, imported);
      assert.equal(world.imported.header.status, MarketStatus.Importing);
    }
    world.import(1);
    assert.deepEqual(world.chain.data(newMarket), whole.chain.data(newMarket));
  });
});

describe('an abort gives the old side back, byte for byte', () => {
  for (const chunks of [0, 1, 2]) {
    test(`after ${chunks} chunks`, () => {
      const world = lively();
      world.ready();
      const [before, waiting] = [world.oldState(), world.chain.get(newMarket)];
      world.handOver();
      for (let i = 0; i < chunks; i += 1) world.import(1);
      world.send([world.abortInstruction(), world.takeBackInstruction()], newAdmin, keys.admin);
      assert.deepEqual(world.oldState(), before);
      assert.equal(world.config.handedOver, 0);
      // What the abort leaves behind beyond the count is not reachable; the header and the count are as before.
      assert.equal(world.chain.get(newMarket)?.lamports, waiting?.lamports);
      assert.deepEqual(world.imported, { ...world.imported, traders: [] });

      world.handOver();
      world.import();
      assert.equal(world.imported.traders.length, 3);
    });
  }

  test('before the hand-over there is nothing to give back', () => {
    const world = lively();
    world.ready();
    const before = world.oldState();
    world.send([world.abortInstruction()], newAdmin);
    assert.deepEqual(world.oldState(), before);
  });

  test('the market goes on in the old program', () => {
    const world = lively();
    world.ready();
    world.handOver();
    world.import(2);
    world.send([world.abortInstruction(), world.takeBackInstruction()], newAdmin, keys.admin);
    world.pause(false);
    world.acceptTrades([{}]);
    world.accept(deposit(world.trader(1), { baseLots: 1n, quoteAtoms: 1n }), world.trader(1).key);
  });
});
