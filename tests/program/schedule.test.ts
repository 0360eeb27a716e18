// Proves: a scheduled change is in force from exactly its slot on, without a transaction; admin instructions fold it
// first; one that is pending guards its fields; only a pending one can be cancelled.
// Does not prove: that pausing cancels; set-paused.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import type { SchedulableFields, ScheduledChange } from '#client';
import { changeOf, effectiveConfig, ScheduleMask, slot } from '#client';
import { fields } from './setup/fields.ts';
import { keyOf } from './setup/keys.ts';
import type { World } from './setup/world.ts';
import { build, keys, newWorld, START_SLOT, WITHDRAWAL_DELAY } from './setup/world.ts';

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
const ACTIVATION = START_SLOT + 10n;

const schedule = (change: ScheduledChange) => build.scheduleChange({ admin, change });
const at = (activation: bigint, values: Partial<SchedulableFields>) => schedule(changeOf(slot(activation), values));
const cancel = build.cancelSchedule({ admin });

function scheduled(values: Partial<SchedulableFields>, world: World = newWorld()): World {
  world.accept(at(ACTIVATION, values), keys.admin);
  return world;
}

const samples: SchedulableFields = {
  allowedBatchVersions: 1,
  minBatchSize: 7,
  activeRelayer: keyOf('next relayer').publicKey,
  attestor: keyOf('attestor').publicKey,
  featureFlags: 0n,
  feeTiers: Array.from({ length: 4 }, () => ({ makerBps: 3, takerBps: 77 })),
  maxBatchAgeSlots: 44n,
  withdrawalDelaySlots: 55n,
};

test('what is stored is what will happen: fields outside the mask are dropped', () => {
  const world = newWorld();
  const before = world.config;
  const change = { ...changeOf(slot(ACTIVATION), samples), mask: ScheduleMask.minBatchSize };
  const { events } = world.accept(schedule(change), keys.admin);
  assert.deepEqual(world.config, { ...before, schedule: changeOf(slot(ACTIVATION), { minBatchSize: 7 }) });
  assert.deepEqual(events, [{ name: 'ChangeScheduled', data: { activationSlot: ACTIVATION, mask: 2 } }]);
});

test('all fields can be scheduled together, and all are folded together', () => {
  const world = scheduled(samples);
  const before = world.config;
  world.chain.warpTo(ACTIVATION);
  const { events } = world.accept(build.nominateAdmin({ admin, pendingAdmin: PublicKey.default }), keys.admin);
  const none = changeOf(slot(0), {});
  const lowered = { loweredDelaySlots: WITHDRAWAL_DELAY, loweredUntilSlot: slot(ACTIVATION + WITHDRAWAL_DELAY) };
  assert.deepEqual(world.config, { ...before, ...samples, ...lowered, schedule: none });
  assert.deepEqual(events[0], { name: 'ScheduleFolded', data: { activationSlot: ACTIVATION, mask: 255 } });
});

for (const { name, set, allowed, refused } of fields) {
  const value = samples[name];

  test(`${name}: scheduled, activated, set, read`, () => {
    const world = scheduled({ [name]: value });
    world.chain.warpTo(ACTIVATION);
    assert.deepEqual(effectiveConfig(world.config, slot(ACTIVATION))[name], value);
    const next = allowed.at(-1);
    assert.ok(next !== undefined);
    const { events } = world.accept(set(next), keys.admin);
    assert.deepEqual(world.config[name], next);
    assert.equal(world.config.schedule.activationSlot, 0n);
    const [folded, changed] = events;
    assert.equal(folded?.name, 'ScheduleFolded');
    const oldName = `old${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    assert.deepEqual(changed?.data[oldName], value);
  });

  test(`${name}: cannot be set while a schedule that names it is pending, up to its last slot`, () => {
    const world = scheduled({ [name]: value });
    world.refuse('ScheduleConflict', set(value), keys.admin);
    world.chain.warpTo(ACTIVATION - 1n);
    world.refuse('ScheduleConflict', set(value), keys.admin);
    world.accept(cancel, keys.admin);
    world.accept(set(value), keys.admin);
  });

  test(`${name}: can be set while a schedule of the others is pending`, () => {
    const { [name]: _, ...others } = samples;
    const world = scheduled(others);
    world.accept(set(value), keys.admin);
    assert.deepEqual(world.config[name], value);
    assert.equal(world.config.schedule.activationSlot, ACTIVATION);
  });

  test(`${name}: what cannot be set cannot be scheduled`, () => {
    const world = newWorld();
    for (const [bad, refusal] of refused) world.refuse(refusal, at(ACTIVATION, { [name]: bad }), keys.admin);
  });
}

test('the slot must lie ahead', () => {
  const world = newWorld();
  for (const activation of [1n, START_SLOT - 1n, START_SLOT]) {
    world.refuse('ScheduleInPast', at(activation, { minBatchSize: 5 }), keys.admin);
  }
  world.refuse('ScheduleInPast', at(0n, { minBatchSize: 5 }), keys.admin);
  world.accept(at(START_SLOT + 1n, { minBatchSize: 5 }), keys.admin);
});

test('the mask names at least one field, and only fields there are', () => {
  const world = newWorld();
  for (const mask of [0, 256, 257, 2 ** 31, 2 ** 32 - 1]) {
    const change = { ...changeOf(slot(ACTIVATION), samples), mask };
    world.refuse('ScheduleMaskInvalid', schedule(change), keys.admin);
  }
});

test('there is one schedule at a time', () => {
  const world = scheduled({ minBatchSize: 5 });
  world.refuse('SchedulePending', at(ACTIVATION, { maxBatchAgeSlots: 5n }), keys.admin);
  world.chain.warpTo(ACTIVATION - 1n);
  world.refuse('SchedulePending', at(ACTIVATION + 50n, { maxBatchAgeSlots: 5n }), keys.admin);
});

test('scheduled, activated, scheduled again: the first is the base, the second is pending', () => {
  const world = scheduled({ minBatchSize: 5 });
  world.chain.warpTo(ACTIVATION);
  world.accept(at(ACTIVATION + 1n, { maxBatchAgeSlots: 9n }), keys.admin);
  assert.equal(world.config.minBatchSize, 5);
  assert.notEqual(world.config.maxBatchAgeSlots, 9n);
  assert.equal(effectiveConfig(world.config, slot(ACTIVATION + 1n)).maxBatchAgeSlots, 9n);
});

test('a pending schedule is cancelled, and the slot passes without effect', () => {
  const world = scheduled({ minBatchSize: 5 });
  world.chain.warpTo(ACTIVATION - 1n);
  const { events } = world.accept(cancel, keys.admin);
  assert.deepEqual(events, [{ name: 'ScheduleCancelled', data: { activationSlot: ACTIVATION, mask: 2 } }]);
  world.chain.warpTo(ACTIVATION + 1n);
  world.acceptTrades([{}]);
});

test('from its slot on a schedule cannot be cancelled; once folded there is none', () => {
  const world = scheduled({ minBatchSize: 5 });
  for (const now of [ACTIVATION, ACTIVATION + 1n]) {
    world.chain.warpTo(now);
    world.refuse('ScheduleAlreadyActive', cancel, keys.admin);
  }
  world.accept(build.setMaxBatchAge({ admin, maxBatchAgeSlots: 9n }), keys.admin);
  world.refuse('NoSchedule', cancel, keys.admin);
});

test('without a schedule there is nothing to cancel', () => {
  newWorld().refuse('NoSchedule', cancel, keys.admin);
});

test('nobody but the admin schedules or cancels', () => {
  const world = scheduled({ minBatchSize: 5 });
  for (const key of [keys.stranger, keys.guardian, keys.relayer]) {
    const change = changeOf(slot(ACTIVATION), { minBatchSize: 5 });
    world.refuse('NotAdmin', build.scheduleChange({ admin: key.publicKey, change }), key);
    world.refuse('NotAdmin', build.cancelSchedule({ admin: key.publicKey }), key);
  }
});

/** Whether the reader sees the change one slot before, at, and after its slot. */
function sees(values: Partial<SchedulableFields>, isNew: (world: World) => boolean): boolean[] {
  const world = scheduled(values);
  return [ACTIVATION - 1n, ACTIVATION, ACTIVATION + 1n].map((now) => {
    const fork = newWorld();
    fork.accept(at(ACTIVATION, values), keys.admin);
    fork.chain.warpTo(now);
    assert.deepEqual(fork.config, world.config, 'no transaction has touched the config');
    return isNew(fork);
  });
}

const settles = (world: World, relayer = keys.relayer): boolean => {
  world.chain.fund(relayer.publicKey);
  const settle = world.settle(world.payload(world.trades([{}])), relayer.publicKey);
  return world.chain.send([settle], [relayer]).landed !== undefined;
};

test('a scheduled relayer settles and pings from its slot on, and the old one does not', () => {
  const next = keyOf('next relayer');
  const values = { activeRelayer: next.publicKey };
  const pings = (world: World) => {
    world.chain.fund(next.publicKey);
    const ping = build.ping({ relayer: next.publicKey, market, nonce: 1n });
    return world.chain.send([ping], [next]).landed !== undefined;
  };
  assert.deepEqual(
    sees(values, (world) => settles(world, next)),
    [false, true, true],
  );
  assert.deepEqual(
    sees(values, (world) => settles(world)),
    [true, false, false],
  );
  assert.deepEqual(sees(values, pings), [false, true, true]);
});

test('a scheduled minimum, age and fee bind from their slot on', () => {
  assert.deepEqual(
    sees({ minBatchSize: 2, maxBatchAgeSlots: 9000n }, (world) => {
      world.acceptTrades([{}, {}]);
      return !settles(world);
    }),
    [false, true, true],
  );
  assert.deepEqual(
    sees({ feeTiers: samples.feeTiers }, (world) => {
      world.acceptTrades([{}]);
      return world.market.header.quoteFees === 4n; // 77 bps of 500, rounded up; 30 bps are 2
    }),
    [false, true, true],
  );
});

test('a scheduled delay binds requests from its slot on', () => {
  const delayOf = (world: World): bigint => {
    const { key, base, quote } = world.trader(0);
    const request = { owner: key.publicKey, market, index: 0, baseLots: 1n, quoteAtoms: 1n };
    const to = { baseDestination: base, quoteDestination: quote };
    world.accept(build.requestWithdrawal({ ...request, ...to }), key);
    return world.entry(0).unlockSlot - world.chain.slot;
  };
  assert.deepEqual(
    sees({ withdrawalDelaySlots: 55n }, (world) => {
      const delay = delayOf(world);
      assert.ok(delay === 55n || delay === WITHDRAWAL_DELAY);
      return delay === 55n;
    }),
    [false, true, true],
  );
});
