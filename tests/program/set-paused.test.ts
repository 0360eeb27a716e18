// Proves: the admin stops and resumes settlement, the guardian only stops it, and stopping cancels what was scheduled but
// keeps what is already in force.
// Does not prove: that money moves while paused; the tests of the money instructions do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keypair } from '@solana/web3.js';
import { changeOf, slot } from '#client';
import { build, keys, newWorld, START_SLOT } from './setup/world.ts';

const admin = keys.admin.publicKey;
const set = (by: Keypair, isPaused: boolean) => build.setPaused({ authority: by.publicKey, isPaused });
const schedule = (minBatchSize: number) =>
  build.scheduleChange({ admin, change: changeOf(slot(START_SLOT + 10n), { minBatchSize }) });

test('the admin pauses and resumes', () => {
  const world = newWorld();
  const { events } = world.accept(set(keys.admin, true), keys.admin);
  assert.equal(world.config.isPaused, true);
  assert.deepEqual(events, [{ name: 'PausedSet', data: { authority: admin, oldIsPaused: false, isPaused: true } }]);
  world.refuseTrades('Paused', [{}]);
  world.accept(set(keys.admin, false), keys.admin);
  assert.equal(world.config.isPaused, false);
  world.acceptTrades([{}]);
});

test('the guardian pauses and cannot resume', () => {
  const world = newWorld();
  world.refuse('GuardianCannotUnpause', set(keys.guardian, false), keys.guardian);
  world.accept(set(keys.guardian, true), keys.guardian);
  assert.equal(world.config.isPaused, true);
  world.refuse('GuardianCannotUnpause', set(keys.guardian, false), keys.guardian);
});

test('an admin who is the guardian too resumes', () => {
  const world = newWorld();
  world.accept(build.setGuardian({ admin, guardian: admin }), keys.admin);
  world.accept(set(keys.admin, true), keys.admin);
  world.accept(set(keys.admin, false), keys.admin);
});

test('nobody else does either', () => {
  const world = newWorld();
  for (const key of [keys.stranger, keys.relayer]) {
    world.refuse('NotAdmin', set(key, true), key);
    world.refuse('NotAdmin', set(key, false), key);
  }
});

test('pausing twice changes nothing the second time', () => {
  const world = newWorld();
  world.accept(set(keys.admin, true), keys.admin);
  const before = world.config;
  world.accept(set(keys.guardian, true), keys.guardian);
  assert.deepEqual(world.config, before);
});

for (const who of [keys.admin, keys.guardian]) {
  test(`a pause by the ${who === keys.admin ? 'admin' : 'guardian'} cancels a pending schedule`, () => {
    const world = newWorld();
    world.accept(schedule(7), keys.admin);
    const { events } = world.accept(set(who, true), who);
    assert.deepEqual(
      events.map((event) => event.name),
      ['ScheduleCancelled', 'PausedSet'],
    );
    assert.equal(world.config.schedule.activationSlot, 0n);
    world.chain.warpTo(START_SLOT + 10n);
    world.accept(set(keys.admin, false), keys.admin);
    assert.equal(world.config.minBatchSize, 1);
  });
}

test('resuming keeps a pending schedule', () => {
  const world = newWorld();
  world.accept(set(keys.admin, true), keys.admin);
  world.accept(schedule(7), keys.admin);
  world.accept(set(keys.admin, false), keys.admin);
  assert.equal(world.config.schedule.activationSlot, START_SLOT + 10n);
});

test('a pause keeps a schedule that is in force, as the base', () => {
  const world = newWorld();
  world.accept(schedule(7), keys.admin);
  world.chain.warpTo(START_SLOT + 10n);
  const { events } = world.accept(set(keys.guardian, true), keys.guardian);
  assert.deepEqual(
    events.map((event) => event.name),
    ['ScheduleFolded', 'PausedSet'],
  );
  assert.equal(world.config.minBatchSize, 7);
  assert.equal(world.config.schedule.activationSlot, 0n);
});
