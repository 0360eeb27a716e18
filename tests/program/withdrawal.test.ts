// Proves: an owner gets out what is theirs, after exactly the delay, to the accounts fixed at the request, while paused and
// with the relayer's key gone; what is pending backs trades until it is paid.
// Does not prove: the guardian's hold; hold-withdrawal.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { price } from '#client';
import { keyOf } from './setup/keys.ts';
import { patchHeader, u64 } from './setup/patch.ts';
import { putTokens, tokensOf } from './setup/tokens.ts';
import { ASKED, cancel, execute, request } from './setup/withdrawals.ts';
import type { World } from './setup/world.ts';
import { build, DEPOSIT, keys, LOT_ATOMS, lots, newWorld, START_SLOT, WITHDRAWAL_DELAY } from './setup/world.ts';

const market = keys.market.publicKey;
const admin = keys.admin.publicKey;
const UNLOCK = START_SLOT + WITHDRAWAL_DELAY;

function requestedWorld(): World {
  const world = newWorld();
  world.accept(request(world.trader(0)), world.trader(0).key);
  return world;
}

test('a request sets the amounts aside and fixes slot and destinations', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const { events } = world.accept(request(alice), alice.key);
  const entry = world.entry(0);
  assert.deepEqual([entry.baseLots, entry.quoteAtoms], [DEPOSIT.baseLots - 10n, DEPOSIT.quoteAtoms - 20n]);
  assert.deepEqual([entry.pendingBaseLots, entry.pendingQuoteAtoms], [10n, 20n]);
  assert.deepEqual([entry.unlockSlot, entry.heldUntilSlot], [UNLOCK, 0n]);
  assert.deepEqual([entry.baseDestination, entry.quoteDestination], [alice.base, alice.quote]);
  const data = {
    market,
    index: 0,
    baseLots: entry.baseLots,
    quoteAtoms: entry.quoteAtoms,
    pendingBaseLots: 10n,
    pendingQuoteAtoms: 20n,
    unlockSlot: UNLOCK,
    baseDestination: alice.base,
    quoteDestination: alice.quote,
  };
  assert.deepEqual(events, [{ name: 'WithdrawalRequested', data }]);
});

test('it is paid from its slot on and not one slot earlier, and once', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  const wallet = [tokensOf(world.chain, alice.base), tokensOf(world.chain, alice.quote)] as const;
  world.refuse('WithdrawalLocked', execute(alice), alice.key);
  world.chain.warpTo(UNLOCK - 1n);
  world.refuse('WithdrawalLocked', execute(alice), alice.key);
  world.chain.warpTo(UNLOCK);
  const { events } = world.accept(execute(alice), alice.key);

  assert.equal(tokensOf(world.chain, alice.base), wallet[0] + 10n * LOT_ATOMS);
  assert.equal(tokensOf(world.chain, alice.quote), wallet[1] + 20n);
  const entry = world.entry(0);
  assert.deepEqual([entry.pendingBaseLots, entry.pendingQuoteAtoms, entry.unlockSlot], [0n, 0n, 0n]);
  assert.deepEqual([entry.baseDestination, entry.quoteDestination], [PublicKey.default, PublicKey.default]);
  const rest = { baseLots: DEPOSIT.baseLots - 10n, quoteAtoms: DEPOSIT.quoteAtoms - 20n };
  const data = { market, index: 0, paidBaseLots: 10n, paidQuoteAtoms: 20n, ...rest };
  assert.deepEqual(events, [{ name: 'WithdrawalExecuted', data }]);
  world.refuse('NoWithdrawal', execute(alice), alice.key);
});

test('either side alone can be asked for; everything can; nothing and too much cannot', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.refuse('ZeroAmount', request(alice, { baseLots: 0n, quoteAtoms: 0n }), alice.key);
  world.refuse('InsufficientBalance', request(alice, { baseLots: DEPOSIT.baseLots + 1n }), alice.key);
  world.refuse('InsufficientBalance', request(alice, { quoteAtoms: DEPOSIT.quoteAtoms + 1n }), alice.key);
  world.refuse('InsufficientBalance', request(alice, { quoteAtoms: 2n ** 64n - 1n }), alice.key);
  for (const asked of [{ baseLots: 1n, quoteAtoms: 0n }, { baseLots: 0n, quoteAtoms: 1n }, DEPOSIT]) {
    const fork = newWorld();
    fork.accept(request(alice, asked), alice.key);
    fork.chain.warpTo(UNLOCK);
    fork.accept(execute(alice), alice.key);
  }
});

test('there is one request an entry', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  world.refuse('WithdrawalPending', request(alice), alice.key);
  world.chain.warpTo(UNLOCK);
  world.refuse('WithdrawalPending', request(alice), alice.key);
});

test('a cancelled request is available again, and gone', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  const { events } = world.accept(cancel(alice), alice.key);
  const entry = world.entry(0);
  assert.deepEqual([entry.baseLots, entry.quoteAtoms], [DEPOSIT.baseLots, DEPOSIT.quoteAtoms]);
  assert.deepEqual([entry.pendingBaseLots, entry.pendingQuoteAtoms, entry.unlockSlot], [0n, 0n, 0n]);
  const old = { oldBaseLots: DEPOSIT.baseLots - 10n, oldQuoteAtoms: DEPOSIT.quoteAtoms - 20n };
  assert.deepEqual(events, [{ name: 'WithdrawalCancelled', data: { market, index: 0, ...old, ...DEPOSIT } }]);
  world.refuse('NoWithdrawal', cancel(alice), alice.key);
  world.refuse('NoWithdrawal', execute(alice), alice.key);
  world.accept(request(alice), alice.key);
});

test('nobody asks, executes or cancels for another', () => {
  const world = requestedWorld();
  const bob = world.trader(1);
  world.chain.warpTo(UNLOCK);
  world.refuse('NotEntryOwner', request(bob, { index: 0 }), bob.key);
  world.refuse('NotEntryOwner', execute(bob, { index: 0 }), bob.key);
  world.refuse('NotEntryOwner', cancel(bob, 0), bob.key);
  for (const index of [3, 2 ** 32 - 1]) {
    world.refuse('TraderIndexOutOfRange', request(bob, { index }), bob.key);
    world.refuse('TraderIndexOutOfRange', execute(bob, { index }), bob.key);
    world.refuse('TraderIndexOutOfRange', cancel(bob, index), bob.key);
  }
});

test('destinations are token accounts of the owner, of the right mints', () => {
  const world = newWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  world.refuse('WrongDestination', request(alice, { baseDestination: bob.base }), alice.key);
  world.refuse('WrongDestination', request(alice, { quoteDestination: bob.quote }), alice.key);
  world.refuse('WrongDestination', request(alice, { quoteDestination: world.quoteVault }), alice.key);
  const swapped = { baseDestination: alice.quote, quoteDestination: alice.base };
  world.refuse('WrongMint', request(alice, swapped), alice.key);
});

test('destinations are the ones of the request, even against other accounts of the owner', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  const [base, quote] = [keyOf('alice second base').publicKey, keyOf('alice second quote').publicKey];
  putTokens(world.chain, base, { mint: keys.baseMint, owner: alice.key.publicKey, amount: 0n });
  putTokens(world.chain, quote, { mint: keys.quoteMint, owner: alice.key.publicKey, amount: 0n });
  world.chain.warpTo(UNLOCK);
  world.refuse('WrongDestination', execute(alice, { baseDestination: base }), alice.key);
  world.refuse('WrongDestination', execute(alice, { quoteDestination: quote }), alice.key);
});

test('a destination that changed hands after the request is still where the owner sent it', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  putTokens(world.chain, alice.quote, { mint: keys.quoteMint, owner: keys.stranger.publicKey, amount: 0n });
  world.chain.warpTo(UNLOCK);
  world.accept(execute(alice), alice.key);
});

test('the exit needs neither a running market nor a relayer', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const gone = keyOf('a relayer whose key is lost').publicKey;
  world.accept(build.setRelayer({ admin, activeRelayer: gone }), keys.admin);
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
  world.accept(request(alice, DEPOSIT), alice.key);
  world.accept(cancel(alice), alice.key);
  world.accept(request(alice, DEPOSIT), alice.key);
  world.chain.warpTo(UNLOCK);
  world.accept(execute(alice), alice.key);
  world.accept(build.closeTrader({ owner: alice.key.publicKey, market, index: 0 }), alice.key);
});

test('a pending withdrawal keeps its own delay, whatever is set later', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  world.accept(build.setWithdrawalDelay({ admin, withdrawalDelaySlots: 216_000n }), keys.admin);
  world.chain.warpTo(UNLOCK);
  world.accept(execute(alice), alice.key);
});

test('without a delay a withdrawal is paid in the slot of its request', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.accept(build.setWithdrawalDelay({ admin, withdrawalDelaySlots: 0n }), keys.admin);
  world.accept([request(alice), execute(alice)], alice.key);
});

test('a trade takes what is available first, then what is pending, and no more', () => {
  const world = newWorld();
  const alice = world.trader(0);
  const pending = { baseLots: DEPOSIT.baseLots - 5n, quoteAtoms: DEPOSIT.quoteAtoms - 1000n };
  world.accept(request(alice, pending), alice.key);

  world.acceptTrades([{ buyer: 1, seller: 0, quantity: lots(3), takerIsBuyer: true }]);
  assert.deepEqual([world.entry(0).baseLots, world.entry(0).pendingBaseLots], [2n, pending.baseLots]);
  world.acceptTrades([{ buyer: 1, seller: 0, quantity: lots(3), takerIsBuyer: true }]);
  assert.deepEqual([world.entry(0).baseLots, world.entry(0).pendingBaseLots], [0n, pending.baseLots - 1n]);

  const quoteLeft = world.entry(0).quoteAtoms + pending.quoteAtoms;
  world.refuseTrades('InsufficientQuote', [{ price: price(quoteLeft + 1n), quantity: lots(1), takerIsBuyer: false }]);
  world.acceptTrades([{ price: price(quoteLeft), quantity: lots(1), takerIsBuyer: false }]);
  assert.deepEqual([world.entry(0).quoteAtoms, world.entry(0).pendingQuoteAtoms], [0n, 0n]);

  const wallet = tokensOf(world.chain, alice.base);
  world.chain.warpTo(UNLOCK);
  world.accept(execute(alice), alice.key);
  assert.equal(tokensOf(world.chain, alice.base), wallet + (pending.baseLots - 1n) * LOT_ATOMS);
});

test('a request emptied by trades is still executed or cancelled, for nothing', () => {
  for (const finish of [execute, cancel]) {
    const world = newWorld();
    const alice = world.trader(0);
    world.accept(request(alice, { baseLots: DEPOSIT.baseLots, quoteAtoms: 0n }), alice.key);
    world.acceptTrades([
      { buyer: 1, seller: 0, price: price(1), quantity: lots(DEPOSIT.baseLots), takerIsBuyer: true },
    ]);
    assert.equal(world.entry(0).pendingBaseLots, 0n);
    world.chain.warpTo(UNLOCK);
    world.accept(finish(alice), alice.key);
    assert.equal(world.entry(0).unlockSlot, 0n);
  }
});

test('a vault that holds less than the market owes pays nobody out', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  world.chain.warpTo(UNLOCK);
  const { baseLotsTotal, quoteAtomsTotal } = world.market.header;
  patchHeader(world, 'quote_atoms_total', u64(quoteAtomsTotal + 1n));
  world.refuse('VaultShortfall', execute(alice), alice.key);
  patchHeader(world, 'quote_atoms_total', u64(quoteAtomsTotal));
  patchHeader(world, 'base_lots_total', u64(baseLotsTotal + 1n));
  world.refuse('VaultShortfall', execute(alice), alice.key);
});

test('totals below what is paid are an impossible state, and stop the program', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  world.chain.warpTo(UNLOCK);
  patchHeader(world, 'quote_atoms_total', u64(ASKED.quoteAtoms - 1n));
  world.refuse('InvariantViolated', execute(alice), alice.key);
});

test('a migrated market answers so to every step', () => {
  const world = requestedWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', request(bob), bob.key);
  world.refuse('MarketMigrated', execute(alice), alice.key);
  world.refuse('MarketMigrated', cancel(alice), alice.key);
});
