// Proves: when several things are wrong at once, the refusal is the one the contract names first: who signs, whether the
// market is here, the arguments, the token accounts, the entry, the amounts.
// Does not prove: each refusal alone, nor the order within settle_batch; the tests beside this one do.
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { changeOf, slot } from '#client';
import { patchEntry, patchHeader, u64 } from './setup/patch.ts';
import { execute, hold, request } from './setup/withdrawals.ts';
import type { World } from './setup/world.ts';
import { build, DEPOSIT, deposit, keys, newWorld, START_SLOT, WITHDRAWAL_DELAY } from './setup/world.ts';

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
const MAX = 2n ** 64n - 1n;

/** What the market answers first, whatever else is wrong. */
function migrated(world: World, status: 0 | 1): void {
  patchHeader(world, 'status', Uint8Array.of(status));
}

test('deposit', () => {
  const world = newWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  migrated(world, 1);
  const none = { baseLots: 0n, quoteAtoms: 0n };
  const much = { baseLots: MAX, quoteAtoms: 0n };
  const wrong = { index: 9, baseSource: bob.quote, quoteSource: bob.base };
  world.refuse('MarketMigrated', deposit(alice, none, wrong), alice.key);
  migrated(world, 0);
  world.refuse('ZeroAmount', deposit(alice, none, wrong), alice.key);
  world.refuse('WrongMint', deposit(alice, much, wrong), alice.key);
  world.refuse('WrongSource', deposit(alice, much, { index: 9, baseSource: bob.base }), alice.key);
  world.refuse('TraderIndexOutOfRange', deposit(alice, much, { index: 9 }), alice.key);
  patchEntry(world, 1, 'status', Uint8Array.of(2));
  world.refuse('NotEntryOwner', deposit(alice, much, { index: 1 }), alice.key);
  world.refuse('EntryNotOpen', deposit(bob, much), bob.key);
  world.refuse('BalanceOverflow', deposit(alice, much), alice.key);
});

test('request_withdrawal', () => {
  const world = newWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  world.accept(request(alice), alice.key);
  migrated(world, 1);
  const none = { baseLots: 0n, quoteAtoms: 0n };
  const wrong = { index: 9, baseDestination: bob.quote, quoteDestination: bob.base };
  world.refuse('MarketMigrated', request(alice, { ...none, ...wrong }), alice.key);
  migrated(world, 0);
  world.refuse('ZeroAmount', request(alice, { ...none, ...wrong }), alice.key);
  const much = { baseLots: MAX };
  world.refuse('WrongMint', request(alice, { ...much, ...wrong }), alice.key);
  world.refuse('WrongDestination', request(alice, { ...much, index: 9, baseDestination: bob.base }), alice.key);
  world.refuse('TraderIndexOutOfRange', request(alice, { ...much, index: 9 }), alice.key);
  world.refuse('NotEntryOwner', request(alice, { ...much, index: 1 }), alice.key);
  world.refuse('WithdrawalPending', request(alice, much), alice.key);
  world.refuse('InsufficientBalance', request(bob, much), bob.key);
});

test('execute_withdrawal', () => {
  const world = newWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  const wrong = { baseDestination: bob.base };
  world.refuse('NoWithdrawal', execute(alice, wrong), alice.key);
  world.accept(request(alice), alice.key);
  world.accept(hold(0, 5n), keys.guardian);
  migrated(world, 1);
  world.refuse('MarketMigrated', execute(bob, { index: 9 }), bob.key);
  migrated(world, 0);
  world.refuse('TraderIndexOutOfRange', execute(bob, { index: 9 }), bob.key);
  world.refuse('NotEntryOwner', execute(bob, { index: 0 }), bob.key);
  world.refuse('WithdrawalLocked', execute(alice, wrong), alice.key);
  world.chain.warpTo(START_SLOT + WITHDRAWAL_DELAY);
  world.refuse('WithdrawalHeld', execute(alice, wrong), alice.key);
  world.chain.warpTo(START_SLOT + WITHDRAWAL_DELAY + 5n);
  world.refuse('WrongDestination', execute(alice, wrong), alice.key);
});

test('hold_withdrawal', () => {
  const world = newWorld();
  migrated(world, 1);
  world.refuse('NotGuardian', hold(9, 0n, keys.stranger.publicKey), keys.stranger);
  world.refuse('MarketMigrated', hold(9, 0n), keys.guardian);
  migrated(world, 0);
  world.refuse('ZeroAmount', hold(9, 0n), keys.guardian);
  world.refuse('HoldTooLong', hold(9, MAX), keys.guardian);
  world.refuse('TraderIndexOutOfRange', hold(9, 5n), keys.guardian);
  world.refuse('NoWithdrawal', hold(0, 5n), keys.guardian);
});

test('collect_fees', () => {
  const world = newWorld();
  const collect = (amount: bigint, destination: PublicKey, by = admin) =>
    build.collectFees({ admin: by, market, destination, amount });
  const { base, quote } = world.trader(0);
  migrated(world, 1);
  world.refuse('NotAdmin', collect(0n, base, keys.stranger.publicKey), keys.stranger);
  world.refuse('MarketMigrated', collect(0n, base), keys.admin);
  migrated(world, 0);
  world.refuse('ZeroAmount', collect(0n, base), keys.admin);
  world.refuse('WrongMint', collect(MAX, base), keys.admin);
  world.refuse('InsufficientFees', collect(MAX, quote), keys.admin);
});

test('a setter asks for the admin, then for a conflict, then about the value', () => {
  const world = newWorld();
  const change = changeOf(slot(START_SLOT + 5n), { minBatchSize: 5, activeRelayer: keys.stranger.publicKey });
  world.accept(build.scheduleChange({ admin, change }), keys.admin);
  const set = (by: PublicKey) => build.setMinBatchSize({ admin: by, minBatchSize: 5000 });
  world.refuse('NotAdmin', set(keys.stranger.publicKey), keys.stranger);
  world.refuse('ScheduleConflict', set(admin), keys.admin);
  world.refuse('ScheduleConflict', build.setRelayer({ admin, activeRelayer: PublicKey.default }), keys.admin);
  world.chain.warpTo(START_SLOT + 5n);
  world.refuse('MinBatchTooLarge', set(admin), keys.admin);
});

test('schedule_change asks for the admin, for another schedule, for the slot, for the mask, then about the values', () => {
  const world = newWorld();
  const schedule = (activation: bigint, mask: number, by = admin) => {
    const values = changeOf(slot(activation), { minBatchSize: 5000 });
    return build.scheduleChange({ admin: by, change: { ...values, mask } });
  };
  world.refuse('NotAdmin', schedule(0n, 0, keys.stranger.publicKey), keys.stranger);
  world.refuse('ScheduleInPast', schedule(0n, 0), keys.admin);
  world.refuse('ScheduleMaskInvalid', schedule(MAX, 0), keys.admin);
  world.refuse('MinBatchTooLarge', schedule(MAX, 2), keys.admin);
  const pending = changeOf(slot(START_SLOT + 5n), { maxBatchAgeSlots: 5n });
  world.accept(build.scheduleChange({ admin, change: pending }), keys.admin);
  world.refuse('SchedulePending', schedule(0n, 0), keys.admin);
});

test('close_trader', () => {
  const world = newWorld();
  const [alice, bob] = [world.trader(0), world.trader(1)];
  const close = (by: PublicKey, index: number) => build.closeTrader({ owner: by, market, index });
  world.accept(request(alice, DEPOSIT), alice.key);
  migrated(world, 1);
  world.refuse('MarketMigrated', close(bob.key.publicKey, 9), bob.key);
  migrated(world, 0);
  world.refuse('TraderIndexOutOfRange', close(bob.key.publicKey, 9), bob.key);
  world.refuse('NotEntryOwner', close(bob.key.publicKey, 0), bob.key);
  world.refuse('WithdrawalPending', close(alice.key.publicKey, 0), alice.key);
  patchHeader(world, 'last_trade_id', u64(MAX));
  world.refuse('EntryNotEmpty', close(bob.key.publicKey, 1), bob.key);
});
