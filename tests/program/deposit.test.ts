// Proves: a deposit moves exactly its tokens from the owner's accounts into the vaults and credits the entry, paused or
// not, and nothing else counts as one.
// Does not prove: account substitution in general; accounts.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseVault } from '#client';
import { keyOf } from './setup/keys.ts';
import { patchHeader, u64 } from './setup/patch.ts';
import { putTokens, tokensOf } from './setup/tokens.ts';
import { build, DEPOSIT, deposit, keys, LOT_ATOMS, newcomer, newWorld, WALLET } from './setup/world.ts';

const market = keys.market.publicKey;
const MAX = 2n ** 64n - 1n;
const some = { baseLots: 3n, quoteAtoms: 4n };

test('tokens move, balances and totals follow, old and new are reported', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const before = world.market.header;
  const vaults = [tokensOf(world.chain, world.baseVault), tokensOf(world.chain, world.quoteVault)] as const;
  const wallet = [tokensOf(world.chain, alice.base), tokensOf(world.chain, alice.quote)] as const;
  const { events } = world.accept(deposit(alice, some), alice.key);

  assert.equal(tokensOf(world.chain, world.baseVault), vaults[0] + 3n * LOT_ATOMS);
  assert.equal(tokensOf(world.chain, world.quoteVault), vaults[1] + 4n);
  assert.equal(tokensOf(world.chain, alice.base), wallet[0] - 3n * LOT_ATOMS);
  assert.equal(tokensOf(world.chain, alice.quote), wallet[1] - 4n);
  const entry = world.entry(0);
  assert.deepEqual([entry.baseLots, entry.quoteAtoms], [DEPOSIT.baseLots + 3n, DEPOSIT.quoteAtoms + 4n]);
  const { header } = world.market;
  assert.deepEqual(
    [header.baseLotsTotal - before.baseLotsTotal, header.quoteAtomsTotal - before.quoteAtomsTotal],
    [3n, 4n],
  );
  const data = {
    market,
    index: 0,
    oldBaseLots: DEPOSIT.baseLots,
    baseLots: DEPOSIT.baseLots + 3n,
    oldQuoteAtoms: DEPOSIT.quoteAtoms,
    quoteAtoms: DEPOSIT.quoteAtoms + 4n,
  };
  assert.deepEqual(events, [{ name: 'Deposited', data }]);
});

test('either side alone is a deposit, neither is none', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.accept(deposit(alice, { baseLots: 1n, quoteAtoms: 0n }), alice.key);
  world.accept(deposit(alice, { baseLots: 0n, quoteAtoms: 1n }), alice.key);
  const entry = world.entry(0);
  assert.deepEqual([entry.baseLots, entry.quoteAtoms], [DEPOSIT.baseLots + 1n, DEPOSIT.quoteAtoms + 1n]);
  world.refuse('ZeroAmount', deposit(alice, { baseLots: 0n, quoteAtoms: 0n }), alice.key);
});

test('deposits work while paused', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.accept(build.setPaused({ authority: keys.guardian.publicKey, isPaused: true }), keys.guardian);
  world.accept(deposit(alice, some), alice.key);
});

test('only the owner deposits into an entry, and only their own tokens', () => {
  const world = newWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  world.refuse('NotEntryOwner', deposit(bob, some, { index: 0 }), bob.key);
  world.refuse('WrongSource', deposit(alice, some, { baseSource: bob.base }), alice.key);
  world.refuse('WrongSource', deposit(alice, some, { quoteSource: bob.quote }), alice.key);
  world.refuse('TraderIndexOutOfRange', deposit(alice, some, { index: 3 }), alice.key);
  world.refuse('TraderIndexOutOfRange', deposit(alice, some, { index: 2 ** 32 - 1 }), alice.key);
});

test('sources of another mint, or swapped, are refused', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const odd = keyOf('odd tokens').publicKey;
  putTokens(world.chain, odd, { mint: keyOf('odd mint').publicKey, owner: alice.key.publicKey, amount: WALLET });
  world.refuse('WrongMint', deposit(alice, some, { baseSource: odd }), alice.key);
  world.refuse('WrongMint', deposit(alice, some, { quoteSource: odd }), alice.key);
  world.refuse('WrongMint', deposit(alice, some, { baseSource: alice.quote, quoteSource: alice.base }), alice.key);
});

test('a vault of another market is refused', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const other = baseVault(keys.programId, keyOf('other market').publicKey);
  putTokens(world.chain, other, { mint: keys.baseMint, owner: alice.key.publicKey, amount: 0n });
  const instruction = deposit(alice, some);
  const at = instruction.keys.findIndex((meta) => meta.pubkey.equals(world.baseVault));
  instruction.keys.splice(at, 1, { pubkey: other, isSigner: false, isWritable: true });
  world.refuse('WrongVault', instruction, alice.key);
});

test('nobody deposits what they do not have', () => {
  const world = newWorld();
  const dave = newcomer(world, 'dave', 3);
  world.accept(build.openTrader({ owner: dave.key.publicKey, market }), dave.key);
  world.refuse('TokenInsufficientFunds', deposit(dave, { baseLots: 0n, quoteAtoms: WALLET + 1n }), dave.key);
  const tooManyLots = { baseLots: WALLET / LOT_ATOMS + 1n, quoteAtoms: 0n };
  world.refuse('TokenInsufficientFunds', deposit(dave, tooManyLots), dave.key);
  world.accept(deposit(dave, { baseLots: WALLET / LOT_ATOMS, quoteAtoms: WALLET }), dave.key);
});

test('amounts that leave 64 bits are refused', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.refuse('BalanceOverflow', deposit(alice, { baseLots: MAX / LOT_ATOMS + 1n, quoteAtoms: 0n }), alice.key);
  world.refuse('BalanceOverflow', deposit(alice, { baseLots: MAX, quoteAtoms: 0n }), alice.key);
  world.refuse('BalanceOverflow', deposit(alice, { baseLots: 0n, quoteAtoms: MAX }), alice.key);
});

test('a market whose vault lacks something takes no deposit that would hide it', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const { baseLotsTotal, quoteAtomsTotal } = world.market.header;
  patchHeader(world, 'quote_atoms_total', u64(quoteAtomsTotal + 1n));
  world.refuse('VaultShortfall', deposit(alice, { baseLots: 0n, quoteAtoms: 1n }), alice.key);
  patchHeader(world, 'quote_atoms_total', u64(quoteAtomsTotal));
  patchHeader(world, 'base_lots_total', u64(baseLotsTotal + 1n));
  world.refuse('VaultShortfall', deposit(alice, { baseLots: 1n, quoteAtoms: 0n }), alice.key);
});

test('tokens sent to a vault directly are nobody’s and harm nothing', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const { data, ...account } = world.chain.get(world.quoteVault) ?? assert.fail('the vault exists');
  new DataView(data.buffer).setBigUint64(64, tokensOf(world.chain, world.quoteVault) + 77n, true);
  world.chain.put(world.quoteVault, { ...account, data });
  world.accept(deposit(alice, some), alice.key);
  assert.equal(world.market.header.quoteAtomsTotal, 3n * DEPOSIT.quoteAtoms + 4n);
});

test('a migrated market takes no deposit', () => {
  const world = newWorld();
  const alice = world.trader(0);
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', deposit(alice, some), alice.key);
});
