// Proves: a market of the largest size there is moves in chunks, each within one transaction's compute and the loaded-data limit, at
// a cost that grows with its entries alone; how many entries one transaction takes; a batch costs less in a tree of version 2.
// Does not prove: how long that takes on a cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComputeBudgetProgram, PublicKey } from '@solana/web3.js';
import { encodeBatchV1, fieldOffsets, marketSpace, sequence } from '#client';
import { u64 } from '../setup/patch.ts';
import { build, keys, newWorld } from '../setup/world.ts';
import { ForkWorld, newAdmin, newMarket, newMarketKey, next, oldMarket } from './setup.ts';

const MAX_UNITS = 1_400_000;
const ENTRIES = 65_500;
const ENTRY_BYTES = marketSpace(1) - marketSpace(0);
const UNITS_PER_ENTRY_AT_MOST = 130;

/** A market of nearly 10 MiB, all of whose entries are somebody's. */
function largeWorld(): ForkWorld {
  const world = ForkWorld.begin(newWorld());
  const { chain } = world;
  const account = chain.get(oldMarket) ?? assert.fail();
  const data = new Uint8Array(marketSpace(ENTRIES));
  data.set(account.data.subarray(0, marketSpace(3)));
  const pattern = account.data.slice(marketSpace(0), marketSpace(1));
  for (let i = 3; i < ENTRIES; i += 1) data.set(pattern, marketSpace(i));
  new DataView(data.buffer).setUint32(marketSpace(0) - 4, ENTRIES, true);
  const { baseLots, quoteAtoms } = world.entry(0);
  const count = BigInt(ENTRIES);
  const offset = (field: string): number => 8 + (fieldOffsets('MarketHeader').get(field) ?? Number.NaN);
  data.set(u64(baseLots * count), offset('base_lots_total'));
  data.set(u64(quoteAtoms * count), offset('quote_atoms_total'));
  chain.put(oldMarket, { ...account, data, lamports: chain.rent(data.length) + 5_000_000n * count });
  const AMOUNT = 64;
  chain.patch(world.baseVault, AMOUNT, u64(baseLots * count * 10n));
  chain.patch(world.quoteVault, AMOUNT, u64(quoteAtoms * count));
  return world;
}

/** The loaded-data limit of a transaction that names none is 64 MiB: both accounts fit. */
const budget = [ComputeBudgetProgram.setComputeUnitLimit({ units: MAX_UNITS })];

test('a market of 65,500 entries moves in a few transactions', (t) => {
  const world = largeWorld();
  world.setPredecessor();
  world.nominate();
  // An account of this size is made in one transaction on a cluster; here it is put there.
  const owner = new PublicKey(next.ping({ relayer: keys.relayer.publicKey, market: newMarket, nonce: 0n }).programId);
  const space = marketSpace(ENTRIES);
  world.chain.put(newMarket, { data: new Uint8Array(space), owner, lamports: world.chain.rent(space) });
  const prepare = next.prepareImport({ admin: newAdmin.publicKey, market: newMarket, oldMarket });
  world.send([...budget, prepare], newAdmin, newMarketKey);
  world.pause();
  world.unlock();
  const handed = world.send([...budget, world.handOverInstruction()], keys.admin);
  assert.ok(handed.computeUnits < 30_000, `${handed.computeUnits}`);

  const chunk = 10_000;
  const costs: number[] = [];
  for (let imported = 0; imported < ENTRIES; imported += chunk) {
    world.chain.svm.expireBlockhash();
    costs.push(world.send([...budget, world.importInstruction(chunk)], newAdmin).computeUnits);
  }
  const [first = 0, second = 0] = costs;
  assert.ok(Math.abs(first - second) < 100, 'the cost does not depend on how many are imported already');
  const perEntry = first / chunk;
  t.diagnostic(
    `import: ${perEntry.toFixed(1)} units an entry; chunks ${costs.join(', ')}; hand-over ${handed.computeUnits}`,
  );
  t.diagnostic(`one transaction takes ${Math.floor((MAX_UNITS - 20_000) / perEntry)} entries`);
  assert.ok(perEntry <= UNITS_PER_ENTRY_AT_MOST, `${perEntry}`);
  assert.ok(Math.max(...costs) < MAX_UNITS);
  assert.equal(costs.length, 7);
  const [before, after] = [world.chain.data(oldMarket), world.chain.data(newMarket)];
  assert.equal(Buffer.compare(before.subarray(marketSpace(0) - 4), after.subarray(marketSpace(0) - 4)), 0);
  assert.equal(after.length, marketSpace(0) + ENTRIES * ENTRY_BYTES);
});

test('a batch costs less in a tree of version 2, even with many leaves', (t) => {
  const world = newWorld();
  const admin = keys.admin.publicKey;
  const settle = (number: bigint) =>
    world.accept(world.settle(encodeBatchV1({ sequence: sequence(number), trades: [] })), keys.relayer).computeUnits;
  const fixed = settle(1n);
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
  world.accept(build.migrateStateTree({ admin, market: oldMarket }), keys.admin);
  world.accept(build.setPaused({ authority: admin, isPaused: false }), keys.admin);
  const few = settle(2n);
  const offset = 8 + (fieldOffsets('MarketHeader').get('tree') ?? Number.NaN);
  const million: number[] = [];
  for (const count of [2n ** 20n, 2n ** 20n - 1n, 2n ** 20n + 2n ** 19n - 1n]) {
    world.chain.patch(oldMarket, offset, u64(count));
    million.push(settle(world.market.header.nextSequence));
  }
  t.diagnostic(`without trades: version 1 ${fixed}; version 2 ${few} at 2 leaves, ${million.join(', ')} at a million`);
  for (const units of [few, ...million]) assert.ok(units < fixed, `${units}`);
});
