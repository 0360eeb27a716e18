// Proves: the admin adds room for 64 traders at a time, pays its rent, and stops at 10 MiB; entries stay as they are.
// Does not prove: account substitution; accounts.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marketSpace } from '#client';
import { patchHeader } from './setup/patch.ts';
import type { World } from './setup/world.ts';
import { build, keys, newcomer, newWorld } from './setup/world.ts';

const market = keys.market.publicKey;
const admin = keys.admin.publicKey;
const grow = build.growMarket({ admin, market });
const GROWTH_BYTES = 10_240;
const MAX_BYTES = 10 * 1024 * 1024;

/** Gives the market account another size, as many growths would. */
function resize(world: World, bytes: number): void {
  const account = world.chain.get(market);
  assert.ok(account);
  const data = new Uint8Array(bytes);
  data.set(account.data.subarray(0, Math.min(bytes, account.data.length)));
  world.chain.put(market, { ...account, data, lamports: world.chain.rent(bytes) + account.lamports });
}

test('a market grows by 10,240 bytes and keeps its entries', () => {
  const world = newWorld();
  const before = world.market;
  const { events } = world.accept(grow, keys.admin);
  assert.equal(world.chain.data(market).length, marketSpace(64) + GROWTH_BYTES);
  assert.deepEqual(world.market, before);
  assert.deepEqual(events, [{ name: 'MarketGrown', data: { market, oldCapacity: 64, capacity: 128 } }]);
});

test('the admin pays exactly the rent of the new bytes; deposits of traders pay nothing of it', () => {
  const world = newWorld();
  const lamportsOf = () => world.chain.get(market)?.lamports ?? 0n;
  const before = lamportsOf();
  world.accept(grow, keys.admin);
  const rent = world.chain.rent(marketSpace(128)) - world.chain.rent(marketSpace(64));
  assert.equal(lamportsOf() - before, rent);
});

test('a full market takes traders again once it has grown', () => {
  const world = newWorld();
  const { key } = newcomer(world, 'dave', 64);
  for (let index = 3; index < 64; index += 1) {
    world.accept(build.openTrader({ owner: key.publicKey, market }), key);
  }
  const open = build.openTrader({ owner: key.publicKey, market });
  world.refuse('MarketFull', open, key);
  world.accept(grow, keys.admin);
  world.accept(open, key);
  assert.deepEqual(world.entry(64).owner, key.publicKey);
});

test('the last growth ends within 10 MiB, the next one is refused', () => {
  const world = newWorld();
  const slack = (MAX_BYTES - marketSpace(0)) % 160;
  resize(world, MAX_BYTES - slack - GROWTH_BYTES);
  world.accept(grow, keys.admin);
  assert.equal(world.chain.data(market).length, MAX_BYTES - slack);
  world.refuse('MarketTooLarge', grow, keys.admin);
  const near = newWorld();
  resize(near, MAX_BYTES - slack - GROWTH_BYTES + 160);
  near.refuse('MarketTooLarge', grow, keys.admin);
});

test('nobody but the admin grows a market', () => {
  const world = newWorld();
  for (const key of [keys.stranger, keys.guardian, keys.relayer]) {
    world.refuse('NotAdmin', build.growMarket({ admin: key.publicKey, market }), key);
  }
});

test('a migrated market does not grow', () => {
  const world = newWorld();
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', grow, keys.admin);
});
