// Proves: each setting is the admin's to set, within its limits, reports old and new value, and leaves every other setting
// alone; a delay that is lowered is remembered.
// Does not prove: how settings and schedules meet; schedule.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { fields } from './setup/fields.ts';
import { keyOf } from './setup/keys.ts';
import { build, keys, newWorld } from './setup/world.ts';

const admin = keys.admin.publicKey;
const oldName = (name: string): string => `old${name.charAt(0).toUpperCase()}${name.slice(1)}`;

for (const { name, set, event, allowed, alongside, refused } of fields) {
  test(`${name} is set, alone, and reported with its old value`, () => {
    const world = newWorld();
    for (const value of allowed) {
      const before = world.config;
      const { events } = world.accept(set(value), keys.admin);
      assert.deepEqual(world.config, { ...before, ...alongside, [name]: value });
      assert.deepEqual(events, [{ name: event, data: { [oldName(name)]: before[name], [name]: value } }]);
    }
  });

  test(`${name} is refused outside its limits`, () => {
    const world = newWorld();
    for (const [value, refusal] of refused) world.refuse(refusal, set(value), keys.admin);
  });

  test(`${name} is nobody else's to set`, () => {
    const world = newWorld();
    const [value] = allowed;
    assert.ok(value !== undefined);
    for (const key of [keys.stranger, keys.guardian, keys.relayer]) {
      world.refuse('NotAdmin', set(value, key.publicKey), key);
    }
  });
}

test('the guardian is replaced, and cannot be nobody', () => {
  const world = newWorld();
  const before = world.config;
  const guardian = keyOf('next guardian').publicKey;
  const { events } = world.accept(build.setGuardian({ admin, guardian }), keys.admin);
  assert.deepEqual(world.config, { ...before, guardian });
  const data = { oldGuardian: before.guardian, guardian };
  assert.deepEqual(events, [{ name: 'GuardianSet', data }]);
  world.refuse('ZeroAddress', build.setGuardian({ admin, guardian: PublicKey.default }), keys.admin);
  for (const key of [keys.stranger, keys.guardian, keys.relayer]) {
    world.refuse('NotAdmin', build.setGuardian({ admin: key.publicKey, guardian }), key);
  }
});

test('a changed relayer settles from its first slot on, the old one no more', () => {
  const world = newWorld();
  const next = keyOf('next relayer');
  world.chain.fund(next.publicKey);
  world.accept(build.setRelayer({ admin, activeRelayer: next.publicKey }), keys.admin);
  world.refuseTrades('NotActiveRelayer', [{}]);
  world.accept(world.settle(world.payload(world.trades([{}])), next.publicKey), next);
});
