// Proves: the admin makes a market of two mints with vaults of its own, in an account that is fresh, large enough and
// signs for itself; anything else is refused.
// Does not prove: account substitution in general; accounts.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountLayout, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import type { PublicKey } from '@solana/web3.js';
import { baseVault, emptyRoot, marketSpace, quoteVault, vaultAuthority } from '#client';
import { keyOf } from './setup/keys.ts';
import { putMint, putTokens } from './setup/tokens.ts';
import type { World } from './setup/world.ts';
import { bareWorld, createMarket, initialize, keys, LOT_ATOMS, marketWorld } from './setup/world.ts';

const market = keys.market.publicKey;

function configWorld(): World {
  const world = bareWorld();
  world.accept(initialize(), keys.admin, keys.upgradeAuthority);
  return world;
}

test('a new market is empty and names its mints, vaults and lot', () => {
  const world = configWorld();
  const { events } = world.accept(createMarket(world), keys.admin, keys.market);
  const { header, traders } = world.market;
  const { programId, baseMint, quoteMint } = keys;
  assert.deepEqual([header.baseMint, header.quoteMint], [baseMint, quoteMint]);
  assert.deepEqual(
    [header.baseVault, header.quoteVault],
    [baseVault(programId, market), quoteVault(programId, market)],
  );
  assert.equal(header.baseLotAtoms, LOT_ATOMS);
  assert.equal(header.nextSequence, 1n);
  assert.equal(header.lastTradeId, 0n);
  assert.deepEqual([header.baseLotsTotal, header.quoteAtomsTotal, header.quoteFees], [0n, 0n, 0n]);
  assert.equal(header.tree.leafCount, 0n);
  assert.deepEqual(header.tree.root, emptyRoot());
  assert.deepEqual([header.status, header.treeVersion, header.layoutVersion], [0, 1, 1]);
  assert.deepEqual(traders, []);
  const data = { market, baseMint, quoteMint, baseLotAtoms: LOT_ATOMS, capacity: 64 };
  assert.deepEqual(events, [{ name: 'MarketCreated', data }]);
});

test('both vaults are of their mint and belong to the PDA that nobody has a key of', () => {
  const world = marketWorld();
  const pairs: [PublicKey, PublicKey][] = [
    [world.baseVault, keys.baseMint],
    [world.quoteVault, keys.quoteMint],
  ];
  for (const [vault, mint] of pairs) {
    const account = AccountLayout.decode(world.chain.data(vault));
    assert.deepEqual(account.mint, mint);
    assert.deepEqual(account.owner, vaultAuthority(keys.programId, market));
    assert.equal(account.closeAuthorityOption, 0);
  }
});

test('a market of 10 MiB can be created at once', () => {
  const world = configWorld();
  const capacity = Math.floor((10 * 1024 * 1024 - marketSpace(0)) / 160);
  world.accept(createMarket(world, { capacity }), keys.admin, keys.market);
});

test('lamports sent to the vaults first do not keep the market from being created', () => {
  const world = configWorld();
  world.chain.fund(world.baseVault, 1n);
  world.chain.fund(world.quoteVault, 10_000_000n);
  world.accept(createMarket(world), keys.admin, keys.market);
});

test('nobody but the admin creates a market', () => {
  const world = configWorld();
  for (const key of [keys.stranger, keys.guardian, keys.relayer]) {
    world.refuse('NotAdmin', createMarket(world, { admin: key.publicKey }), key, keys.market);
  }
});

test('a market of one mint is refused', () => {
  const world = configWorld();
  world.refuse('SameMint', createMarket(world, { quoteMint: keys.baseMint }), keys.admin, keys.market);
});

test('room for 63 traders is too small', () => {
  const world = configWorld();
  world.refuse('MarketTooSmall', createMarket(world, { capacity: 63 }), keys.admin, keys.market);
});

test('a lot of nothing is refused', () => {
  const world = configWorld();
  world.refuse('InvalidLotSize', createMarket(world, { baseLotAtoms: 0n }), keys.admin, keys.market);
});

test('an account that is a market already is refused', () => {
  const world = marketWorld();
  const [, create] = createMarket(world);
  assert.ok(create);
  world.refuse('ConstraintZero', create, keys.admin, keys.market);
});

test('mints of another token program, and accounts that are no mints, are refused', () => {
  const world = configWorld();
  const odd = keyOf('odd mint').publicKey;
  putMint(world.chain, odd, TOKEN_2022_PROGRAM_ID);
  world.refuse('IllegalOwner', createMarket(world, { baseMint: odd }), keys.admin, keys.market);
  putTokens(world.chain, odd, { mint: keys.baseMint, owner: odd, amount: 1n });
  world.refuse('InvalidAccountData', createMarket(world, { quoteMint: odd }), keys.admin, keys.market);
});
