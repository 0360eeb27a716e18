// Proves: lowering the withdrawal delay, at once, by schedule or in steps, hurries no hand-over. Whatever the order of changes and
// nominations: a delay d in force at slot t counts in every nomination before t + d, which then unlocks d slots later or more, so
// that whoever asked for a withdrawal up to the nomination can execute it before the hand-over.
// Does not prove: what else a hand-over asks for (refusals.test.ts), or that the guardian's hold ends before it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { changeOf, effectiveConfig, MarketStatus, slot } from '#client';
import { keys, START_SLOT, WITHDRAWAL_DELAY } from '../setup/world.ts';
import { executeIn, ForkWorld, newProgram, old, oldMarket, requestIn } from './setup.ts';

const admin = keys.admin.publicKey;
const RUNS = 60;

/** Paused, with the new market prepared: a hand-over waits for nothing but the successor. */
function prepared(): ForkWorld {
  const world = ForkWorld.begin();
  world.setPredecessor();
  world.prepare();
  world.pause();
  return world;
}

const setDelay = (delay: bigint) => old.setWithdrawalDelay({ admin, withdrawalDelaySlots: delay });
const scheduleDelay = (at: bigint, delay: bigint) =>
  old.scheduleChange({ admin, change: changeOf(slot(at), { withdrawalDelaySlots: delay }) });

/** Nominates now: slots until the hand-over. */
function timelockOf(world: ForkWorld): bigint {
  world.nominate();
  return world.config.successor.unlockSlot - world.chain.slot;
}

/** At `at`, on a copy of the chain. */
function timelockAt(world: ForkWorld, at: bigint): bigint {
  const copy = new ForkWorld(world.chain.fork(), world.traders);
  copy.chain.warpTo(at);
  return timelockOf(copy);
}

describe('a lowered delay', () => {
  test('a stolen key that sets it to 0 waits as long as before: a trader who sees it has left by then', () => {
    const world = prepared();
    const alice = world.trader(0);
    const all = { baseLots: world.entry(0).baseLots, quoteAtoms: world.entry(0).quoteAtoms };
    world.send([requestIn(old, oldMarket, alice, all)], alice.key);
    world.send([setDelay(0n)], keys.admin);
    world.nominate();
    for (const at of [START_SLOT, START_SLOT + 1n, START_SLOT + WITHDRAWAL_DELAY - 1n]) {
      world.chain.warpTo(at);
      world.chain.svm.expireBlockhash();
      world.refused('SuccessorLocked', [world.handOverInstruction()], keys.admin);
    }
    world.chain.warpTo(START_SLOT + WITHDRAWAL_DELAY);
    world.send([executeIn(old, oldMarket, alice)], alice.key);
    world.send([world.handOverInstruction()], keys.admin);
  });

  test('counts to the last slot that it would have lasted', () => {
    const world = prepared();
    world.send([setDelay(0n)], keys.admin);
    assert.equal(timelockAt(world, START_SLOT + WITHDRAWAL_DELAY - 1n), WITHDRAWAL_DELAY);
    assert.equal(timelockAt(world, START_SLOT + WITHDRAWAL_DELAY), 1n);
  });

  test('in two steps counts from the second', () => {
    const world = prepared();
    world.send([setDelay(50n)], keys.admin);
    world.chain.warpTo(START_SLOT + 60n);
    world.send([setDelay(0n)], keys.admin);
    assert.equal(timelockAt(world, START_SLOT + 159n), WITHDRAWAL_DELAY);
    assert.equal(timelockAt(world, START_SLOT + 160n), 1n);
  });

  test('raised and lowered again counts at its greater height', () => {
    const world = prepared();
    for (const delay of [0n, 300n, 1n, 2n]) world.send([setDelay(delay)], keys.admin);
    assert.equal(timelockOf(world), 300n);
  });

  test('by schedule counts from its slot on, whether a nomination folds it or another instruction long before', () => {
    const world = prepared();
    const activation = START_SLOT + 10n;
    world.send([scheduleDelay(activation, 0n)], keys.admin);
    assert.equal(timelockAt(world, activation - 1n), WITHDRAWAL_DELAY);
    assert.equal(timelockAt(world, activation), WITHDRAWAL_DELAY);
    assert.equal(timelockAt(world, activation + WITHDRAWAL_DELAY - 1n), WITHDRAWAL_DELAY);
    assert.equal(timelockAt(world, activation + WITHDRAWAL_DELAY), 1n);
    world.chain.warpTo(activation + 60n);
    world.send([old.nominateAdmin({ admin, pendingAdmin: PublicKey.default })], keys.admin);
    assert.equal(timelockAt(world, activation + WITHDRAWAL_DELAY - 1n), WITHDRAWAL_DELAY);
    assert.equal(timelockAt(world, activation + WITHDRAWAL_DELAY), 1n);
  });

  test('that a pause cancels in time was never lowered', () => {
    const world = prepared();
    world.send([scheduleDelay(START_SLOT + 10n, 0n)], keys.admin);
    world.chain.svm.expireBlockhash();
    world.pause();
    assert.deepEqual([world.config.loweredDelaySlots, world.config.loweredUntilSlot], [0n, 0n]);
  });

  test('while somebody is nominated moves nothing, and counts if he is nominated again', () => {
    const world = prepared();
    assert.equal(timelockOf(world), WITHDRAWAL_DELAY);
    world.chain.warpTo(START_SLOT + 20n);
    world.send([setDelay(0n)], keys.admin);
    assert.equal(world.config.successor.unlockSlot, START_SLOT + WITHDRAWAL_DELAY);
    world.chain.svm.expireBlockhash();
    assert.equal(timelockOf(world), WITHDRAWAL_DELAY);
  });
});

const anyStep = fc.record({
  kind: fc.constantFrom('set', 'set', 'schedule', 'nominate', 'withdraw', 'handOver', 'fold', 'pause', 'wait', 'wait'),
  delay: fc.oneof(fc.bigInt({ min: 0n, max: 60n }), fc.constant(0n)),
  slots: fc.bigInt({ min: 1n, max: 40n }),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function instructionOf(world: ForkWorld, { kind, delay, slots }: Step) {
  switch (kind) {
    case 'set':
      return setDelay(delay);
    case 'schedule':
      return scheduleDelay(world.chain.slot + slots, delay);
    case 'nominate':
      return old.nominateSuccessor({ admin, program: newProgram });
    case 'withdraw':
      return old.nominateSuccessor({ admin, program: PublicKey.default });
    case 'handOver':
      return world.handOverInstruction();
    case 'fold':
      return old.nominateAdmin({ admin, pendingAdmin: PublicKey.default });
    case 'pause':
      return old.setPaused({ authority: admin, isPaused: true });
    case 'wait':
      return undefined;
  }
}

/** The delays that were in force, each with a slot in which it was. */
type History = { readonly at: bigint; readonly delay: bigint }[];

/** Says nothing of what the config remembers: the delay itself, at each slot up to `until`. */
function watch(history: History, world: ForkWorld, until = world.chain.slot): void {
  for (let at = world.chain.slot; at <= until; at++) {
    history.push({ at, delay: effectiveConfig(world.config, slot(at)).withdrawalDelaySlots });
  }
}

/** First slot in which a successor nominated at `nominated` may get a market. */
function earliest(history: History, nominated: bigint): bigint {
  let first = nominated + 1n;
  for (const { at, delay } of history) {
    if (at > nominated) continue;
    const unlocks = nominated < at + delay ? nominated + delay : at + delay;
    if (unlocks > first) first = unlocks;
  }
  return first;
}

test('no order of changes, folds and nominations hands over sooner than a delay that would still last', () => {
  const landed = new Map<string, number>();
  const count = (kind: string): void => void landed.set(kind, (landed.get(kind) ?? 0) + 1);
  const start = prepared();
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 15, maxLength: 40 }), (steps) => {
      const world = new ForkWorld(start.chain.fork(), start.traders);
      const history: History = [];
      let nominated = 0n;
      const isHere = (): boolean => world.market.header.status === MarketStatus.Open;
      watch(history, world);
      for (const step of steps) {
        const instruction = instructionOf(world, step);
        if (instruction === undefined) {
          const until = world.chain.slot + step.slots;
          watch(history, world, until);
          world.chain.warpTo(until);
          continue;
        }
        world.chain.svm.expireBlockhash();
        if (world.chain.send([instruction], [keys.admin]).landed === undefined) continue;
        count(step.kind);
        watch(history, world);
        if (step.kind === 'nominate') nominated = world.chain.slot;
        if (!isHere()) {
          assert.ok(world.chain.slot >= earliest(history, nominated), `handed over at ${world.chain.slot}`);
          return;
        }
      }
      world.chain.svm.expireBlockhash();
      nominated = world.chain.slot;
      world.nominate();
      const first = earliest(history, nominated);
      const { unlockSlot } = world.config.successor;
      assert.ok(unlockSlot >= first, `${unlockSlot} is before ${first}`);
      assert.ok(unlockSlot <= nominated + WITHDRAWAL_DELAY, 'no longer than the longest delay of all');
      const { withdrawalDelaySlots, schedule } = world.config;
      const isRemembered = schedule.mask === 0 && unlockSlot > nominated + withdrawalDelaySlots + 1n;
      if (isRemembered) count('remembered');
      world.chain.warpTo(unlockSlot - 1n);
      world.refused('SuccessorLocked', [world.handOverInstruction()], keys.admin);
      world.chain.warpTo(unlockSlot);
      world.chain.svm.expireBlockhash();
      world.handOver();
    }),
    { seed: 21, numRuns: RUNS },
  );
  for (const kind of ['set', 'schedule', 'nominate', 'withdraw', 'handOver', 'fold', 'pause', 'remembered']) {
    assert.ok((landed.get(kind) ?? 0) > 0, `${kind} landed at least once`);
  }
});
