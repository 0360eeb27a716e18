// Proves: the admin changes only by nomination and acceptance; the nominee must sign, the old admin is out.
// Does not prove: that every admin instruction asks for the admin; config-fields.test.ts and accounts.test.ts do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keypair } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import { changeOf, slot } from '#client';
import { build, keys, newWorld, START_SLOT } from './setup/world.ts';

const admin = keys.admin.publicKey;
const nominee = keys.stranger;
const nominate = (pendingAdmin: PublicKey, by = admin) => build.nominateAdmin({ admin: by, pendingAdmin });
const accept = (by: Keypair) => build.acceptAdmin({ pendingAdmin: by.publicKey });

test('a nominee takes over, and the old admin is out', () => {
  const world = newWorld();
  const nominated = world.accept(nominate(nominee.publicKey), keys.admin);
  const data = { oldPendingAdmin: PublicKey.default, pendingAdmin: nominee.publicKey };
  assert.deepEqual(nominated.events, [{ name: 'AdminNominated', data }]);
  assert.deepEqual(world.config.admin, admin);

  const { events } = world.accept(accept(nominee), nominee);
  assert.deepEqual(events, [{ name: 'AdminAccepted', data: { oldAdmin: admin, admin: nominee.publicKey } }]);
  assert.deepEqual(world.config.admin, nominee.publicKey);
  assert.deepEqual(world.config.pendingAdmin, PublicKey.default);
  world.refuse('NotAdmin', build.setMinBatchSize({ admin, minBatchSize: 5 }), keys.admin);
  world.accept(build.setMinBatchSize({ admin: nominee.publicKey, minBatchSize: 5 }), nominee);
  world.refuse('NotPendingAdmin', accept(nominee), nominee);
});

test('nobody accepts without a nomination, or after another', () => {
  const world = newWorld();
  world.refuse('NotPendingAdmin', accept(nominee), nominee);
  world.accept(nominate(nominee.publicKey), keys.admin);
  world.refuse('NotPendingAdmin', accept(keys.relayer), keys.relayer);
  world.refuse('NotPendingAdmin', accept(keys.admin), keys.admin);
  world.accept(nominate(keys.relayer.publicKey), keys.admin);
  world.refuse('NotPendingAdmin', accept(nominee), nominee);
});

test('the zero address withdraws a nomination', () => {
  const world = newWorld();
  world.accept(nominate(nominee.publicKey), keys.admin);
  world.accept(nominate(PublicKey.default), keys.admin);
  world.refuse('NotPendingAdmin', accept(nominee), nominee);
});

test('nobody but the admin nominates', () => {
  const world = newWorld();
  world.accept(nominate(nominee.publicKey), keys.admin);
  for (const key of [nominee, keys.guardian, keys.relayer]) {
    world.refuse('NotAdmin', nominate(key.publicKey, key.publicKey), key);
  }
});

test('taking over folds a schedule that is in force and keeps one that is pending', () => {
  const world = newWorld();
  world.accept(nominate(nominee.publicKey), keys.admin);
  const change = changeOf(slot(START_SLOT + 10n), { minBatchSize: 5 });
  world.accept(build.scheduleChange({ admin, change }), keys.admin);
  const pending = newWorld();
  pending.accept(nominate(nominee.publicKey), keys.admin);
  pending.accept(build.scheduleChange({ admin, change }), keys.admin);
  pending.accept(accept(nominee), nominee);
  assert.deepEqual(pending.config.schedule, change);

  world.chain.warpTo(START_SLOT + 10n);
  world.accept(accept(nominee), nominee);
  assert.equal(world.config.minBatchSize, 5);
  assert.equal(world.config.schedule.activationSlot, 0n);
});
