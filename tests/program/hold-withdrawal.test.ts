// Proves: the guardian, and only the guardian, delays one request once, before it unlocks, by at most 216,000 slots; then
// the owner is paid.
// Does not prove: withdrawals without a hold; withdrawal.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patchHeader } from './setup/patch.ts';
import { cancel, execute, hold, request } from './setup/withdrawals.ts';
import type { World } from './setup/world.ts';
import { build, keys, newWorld, START_SLOT, WITHDRAWAL_DELAY } from './setup/world.ts';

const market = keys.market.publicKey;
const UNLOCK = START_SLOT + WITHDRAWAL_DELAY;
const MAX_HOLD = 216_000n;

function requestedWorld(): World {
  const world = newWorld();
  world.accept(request(world.trader(0)), world.trader(0).key);
  return world;
}

test('a held withdrawal waits for unlock plus hold, to the slot', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  const { events } = world.accept(hold(0, 50n), keys.guardian);
  const data = { market, index: 0, unlockSlot: UNLOCK, heldUntilSlot: UNLOCK + 50n };
  assert.deepEqual(events, [{ name: 'WithdrawalHeld', data }]);
  world.refuse('WithdrawalLocked', execute(alice), alice.key);
  for (const now of [UNLOCK, UNLOCK + 49n]) {
    world.chain.warpTo(now);
    world.refuse('WithdrawalHeld', execute(alice), alice.key);
  }
  world.chain.warpTo(UNLOCK + 50n);
  world.accept(execute(alice), alice.key);
  assert.equal(world.entry(0).heldUntilSlot, 0n);
});

test('the longest hold is 216,000 slots, and none is no hold', () => {
  const world = requestedWorld();
  world.refuse('ZeroAmount', hold(0, 0n), keys.guardian);
  world.refuse('HoldTooLong', hold(0, MAX_HOLD + 1n), keys.guardian);
  world.refuse('HoldTooLong', hold(0, 2n ** 64n - 1n), keys.guardian);
  world.accept(hold(0, MAX_HOLD), keys.guardian);
  world.chain.warpTo(UNLOCK + MAX_HOLD);
  world.accept(execute(world.trader(0)), world.trader(0).key);
});

test('a request is held once', () => {
  const world = requestedWorld();
  world.accept(hold(0, 1n), keys.guardian);
  world.refuse('AlreadyHeld', hold(0, 5n), keys.guardian);
});

test('it is held before its unlock slot, not at it', () => {
  const world = requestedWorld();
  const late = requestedWorld();
  world.chain.warpTo(UNLOCK - 1n);
  world.accept(hold(0, 5n), keys.guardian);
  late.chain.warpTo(UNLOCK);
  late.refuse('HoldTooLate', hold(0, 5n), keys.guardian);
});

test('nobody else holds, the admin included', () => {
  const world = requestedWorld();
  for (const key of [keys.admin, keys.relayer, keys.stranger, world.trader(1).key]) {
    world.refuse('NotGuardian', hold(0, 5n, key.publicKey), key);
  }
});

test('without a request there is nothing to hold', () => {
  const world = requestedWorld();
  world.refuse('NoWithdrawal', hold(1, 5n), keys.guardian);
  world.refuse('TraderIndexOutOfRange', hold(3, 5n), keys.guardian);
  world.refuse('TraderIndexOutOfRange', hold(2 ** 32 - 1, 5n), keys.guardian);
});

test('the owner may cancel a held request; the next one waits its delay and can be held again', () => {
  const world = requestedWorld();
  const alice = world.trader(0);
  world.accept(hold(0, 5n), keys.guardian);
  world.accept(cancel(alice), alice.key);
  assert.equal(world.entry(0).heldUntilSlot, 0n);
  world.accept(request(alice), alice.key);
  world.accept(hold(0, 5n), keys.guardian);
});

test('a hold works while paused, and on a hold the pause changes nothing', () => {
  const world = requestedWorld();
  world.accept(build.setPaused({ authority: keys.guardian.publicKey, isPaused: true }), keys.guardian);
  world.accept(hold(0, 5n), keys.guardian);
  world.chain.warpTo(UNLOCK + 5n);
  world.accept(execute(world.trader(0)), world.trader(0).key);
});

test('a migrated market holds nothing', () => {
  const world = requestedWorld();
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', hold(0, 5n), keys.guardian);
});
