// Proves: the admin takes fees that were charged, to any account of the quote mint, and never a trader's money.
// Does not prove: how fees are charged; settle-trades.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublicKey } from '@solana/web3.js';
import { keyOf } from './setup/keys.ts';
import { patchHeader, u64 } from './setup/patch.ts';
import { putTokens, tokensOf } from './setup/tokens.ts';
import type { World } from './setup/world.ts';
import { build, keys, newWorld } from './setup/world.ts';

const market = keys.market.publicKey;
const admin = keys.admin.publicKey;
const treasury = keyOf('treasury').publicKey;
const collect = (amount: bigint, destination: PublicKey = treasury, by = admin) =>
  build.collectFees({ admin: by, market, destination, amount });

/** Two trades of 500 quote atoms at 30 bps, rounded up: 4 atoms of fees. */
function feeWorld(): World {
  const world = newWorld();
  world.acceptTrades([{}, {}]);
  putTokens(world.chain, treasury, { mint: keys.quoteMint, owner: keyOf('anybody').publicKey, amount: 0n });
  assert.equal(world.market.header.quoteFees, 4n);
  return world;
}

test('fees are paid out, in parts or in full, and reported', () => {
  const world = feeWorld();
  const { events } = world.accept(collect(1n), keys.admin);
  assert.equal(tokensOf(world.chain, treasury), 1n);
  const data = { market, destination: treasury, oldQuoteFees: 4n, quoteFees: 3n };
  assert.deepEqual(events, [{ name: 'FeesCollected', data }]);
  world.accept(collect(3n), keys.admin);
  assert.equal(tokensOf(world.chain, treasury), 4n);
  assert.equal(world.market.header.quoteFees, 0n);
  world.refuse('InsufficientFees', collect(1n), keys.admin);
});

test('never more than the fees, and not nothing', () => {
  const world = feeWorld();
  world.refuse('InsufficientFees', collect(5n), keys.admin);
  world.refuse('InsufficientFees', collect(2n ** 64n - 1n), keys.admin);
  world.refuse('ZeroAmount', collect(0n), keys.admin);
});

test('nobody but the admin collects', () => {
  const world = feeWorld();
  for (const key of [keys.guardian, keys.relayer, keys.stranger]) {
    world.refuse('NotAdmin', collect(1n, treasury, key.publicKey), key);
  }
});

test('the destination is of the quote mint, and not the vault itself', () => {
  const world = feeWorld();
  world.refuse('WrongMint', collect(1n, world.trader(0).base), keys.admin);
  world.refuse('ConstraintDuplicateMutableAccount', collect(1n, world.quoteVault), keys.admin);
});

test('fees are collected while paused', () => {
  const world = feeWorld();
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
  world.accept(collect(1n), keys.admin);
});

test('a vault that lacks something pays no fees', () => {
  const world = feeWorld();
  patchHeader(world, 'quote_atoms_total', u64(world.market.header.quoteAtomsTotal + 1n));
  world.refuse('VaultShortfall', collect(1n), keys.admin);
});

test('a migrated market pays no fees', () => {
  const world = feeWorld();
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', collect(1n), keys.admin);
});
