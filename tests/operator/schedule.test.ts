// Proves: a scheduled change from the command line through its slot: what it shows before and after, that it begins by itself, that the
// next change stores it, what it forbids meanwhile, how it is cancelled, and how a time becomes a slot.
// Does not prove: each field's limits (changes.test.ts), the program's rules about schedules (tests/program/schedule.test.ts).
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Shown } from './setup.ts';
import { build, jsonOf, openWorld } from './setup.ts';

/** Far enough that no command's own slots reach it. */
const FAR = 1_000_000n;

const world = await openWorld();
afterEach(async () => {
  const { schedule } = await world.config();
  const admin = world.keys.admin.publicKey;
  if (schedule.activationSlot > world.chain.slot) await world.landAs('admin', build.cancelSchedule({ admin }));
});

const config = (...argv: string[]) => world.asAdmin('config', ...argv);
const shown = async () => jsonOf<Shown>(await world.lockstep('config', 'show', '--json'));

/** Schedules these fields; answers the slot. */
async function scheduled(...fields: string[]): Promise<bigint> {
  const at = world.chain.slot + FAR;
  const { code, stderr } = await config('schedule', '--at-slot', `${at}`, ...fields);
  assert.equal(code, 0, stderr);
  return at;
}

test('through its slot: pending, in force by itself, stored by the next change', async () => {
  const at = world.chain.slot + FAR;
  const made = await config('schedule', '--at-slot', `${at}`, '--min-batch', '12', '--fees', '1=0/7,2=1/8');
  assert.equal(made.code, 0, made.stderr);
  assert.match(
    made.stdout,
    new RegExp(`scheduled change none → at slot ${at}, in \\d+ slots \\(min batch size 4 trades → 12 trades; `),
  );
  assert.match(
    made.stdout,
    /tier 1 taker fee 10 bps \(0\.10 %\) → 7 bps \(0\.07 %\); tier 2 maker fee .*; tier 2 taker fee /,
  );

  const people = await world.lockstep('config', 'show');
  assert.match(
    people.stdout,
    new RegExp(`^scheduled change    at slot ${at}, in \\d+ slots\n {2}min batch size 4 trades → 12 trades$`, 'm'),
  );
  const pending = await shown();
  const { activationSlot, slotsToGo, isActive, fields } = pending.schedule ?? assert.fail();
  assert.equal(activationSlot, `${at}`);
  assert.equal(BigInt(slotsToGo) + BigInt(pending.slot), at);
  assert.equal(isActive, false);
  assert.deepEqual(Object.keys(fields).sort(), ['feeTiers', 'minBatchSize']);
  assert.deepEqual(
    [pending.stored, pending.effective].map(({ minBatchSize }) => minBatchSize),
    [4, 4],
  );

  world.chain.warpToSlot(at);
  world.chain.advanceSlots(2);
  const active = await shown();
  assert.equal(active.schedule?.isActive, true);
  assert.deepEqual(
    [active.stored, active.effective].map(({ minBatchSize }) => minBatchSize),
    [4, 12],
  );
  const both = await world.lockstep('config', 'show');
  assert.match(both.stdout, /^min batch size {6}12 trades \(stored: 4 trades\)$/m);
  assert.match(both.stdout, /^scheduled change {4}in force since slot \d+; the next change stores it$/m);

  const late = await config('cancel');
  assert.equal(late.code, 1);
  assert.match(late.stderr, /^ScheduleAlreadyActive: .*\(6030\); it took effect at slot \d+, now is \d+\n/);

  const same = await config('set-min-batch', '12');
  assert.match(same.stdout, /nothing to change/);
  const next = await config('set-min-batch', '4');
  assert.equal(next.code, 0, next.stderr);
  assert.match(next.stdout, /min batch size 12 trades → 4 trades$/m);
  assert.match(
    next.stdout,
    /! the change scheduled for slot \d+, in force already, becomes the stored config with it$/m,
  );
  const stored = await world.config();
  assert.equal(stored.schedule.activationSlot, 0n);
  assert.equal(stored.feeTiers[1]?.takerBps, 7);
});

test('while it waits its fields cannot be set, the others can, and there is no second one', async () => {
  const at = await scheduled('--min-batch', '9', '--max-batch-age', '60');
  const conflict = await config('set-min-batch', '5');
  assert.equal(conflict.code, 1);
  assert.match(
    conflict.stderr,
    new RegExp(
      `^ScheduleConflict: .*\\(6029\\); the change pending for slot ${at}, in \\d+ slots, names min batch size, max batch age\n {2}Cancel`,
    ),
  );
  const second = await config('schedule', '--in-slots', '500', '--withdrawal-delay', '7');
  assert.match(second.stderr, /^SchedulePending: .*\(6028\); the change pending for /);
  const other = await config('set-fees', '3=5/5');
  assert.equal(other.code, 0, other.stderr);
  assert.equal((await world.config()).schedule.activationSlot, at);
});

test('cancel takes it back; without one there is nothing to cancel', async () => {
  const at = await scheduled('--attestor', world.address('stranger'));
  const cancelled = await config('cancel');
  assert.equal(cancelled.code, 0, cancelled.stderr);
  assert.match(
    cancelled.stdout,
    new RegExp(`scheduled change at slot ${at}, in \\d+ slots \\(attestor none → \\w+\\) → none$`, 'm'),
  );
  const again = await config('cancel', '--json');
  assert.equal(again.code, 0);
  assert.equal(jsonOf(again).outcome, 'unchanged');
});

test('pausing cancels it, and says so', async () => {
  const at = await scheduled('--min-batch', '9');
  const paused = await config('pause');
  assert.equal(paused.code, 0, paused.stderr);
  assert.match(paused.stdout, new RegExp(`scheduled change at slot ${at}, in \\d+ slots .* → none$`, 'm'));
  assert.match(paused.stdout, /! pausing cancels the scheduled change; it does not come back$/m);
  assert.equal((await world.config()).schedule.activationSlot, 0n);
  assert.equal((await config('unpause')).code, 0);
});

test('what it will do to batches is said when it is made', async () => {
  const { code, stdout } = await config('schedule', '--in-slots', '999999', '--relayer', world.address('stranger'));
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}! from slot \d+ on: batches in flight of the old relayer \w+ will be refused/m);
});

test('a time becomes slots by how long they took, and says that it is an estimate', async () => {
  const before = world.chain.slot;
  const made = await config('schedule', '--in', '1d2h', '--min-batch', '9', '--json');
  assert.equal(made.code, 0, made.stderr);
  assert.match(
    made.stderr,
    /^estimated: 93600 slots at 1000 ms each, as the last ones took; slots decide, not the time$/m,
  );
  const { activationSlot } = (await world.config()).schedule;
  assert.ok(activationSlot >= before + 93_590n && activationSlot <= world.chain.slot + 93_600n, `${activationSlot}`);
});

test('every field can be scheduled; fields and flags of the others stay', async () => {
  const who = world.address('stranger');
  const old = await world.config();
  const at = await scheduled(
    ...['--versions', 'V1', '--min-batch', '3', '--max-batch-age', '61', '--relayer', who, '--attestor', who],
    ...['--flags=-REQUIRE_ATTESTATION', '--fees', '0=1/9', '--withdrawal-delay', '101'],
  );
  const { schedule } = await world.config();
  assert.deepEqual(schedule, {
    activationSlot: at,
    mask: 255,
    allowedBatchVersions: 1,
    minBatchSize: 3,
    maxBatchAgeSlots: 61n,
    activeRelayer: world.keys.stranger.publicKey,
    attestor: world.keys.stranger.publicKey,
    featureFlags: 0n,
    feeTiers: [{ makerBps: 1, takerBps: 9 }, ...old.feeTiers.slice(1)],
    withdrawalDelaySlots: 101n,
  });
});

test('a node that does not tell how long slots take is asked for slots instead', async () => {
  world.faults.set('getBlockTime', { kind: 'answer', result: null });
  const { code, stderr } = await config('schedule', '--in', '2h', '--min-batch', '9');
  world.faults.clear();
  assert.equal(code, 1);
  assert.match(stderr, /^SLOT_TIME_UNKNOWN: .*\n {2}Give --in-slots or --at-slot/);
});

for (const argv of [
  ['--min-batch', '9'],
  ['--in-slots', '9', '--in', '2h', '--min-batch', '9'],
  ['--in-slots', '9', '--at-slot', '9', '--min-batch', '9'],
  ['--in-slots', '9'],
  ['--in-slots', '0', '--min-batch', '9'],
  ['--in', '2 hours', '--min-batch', '9'],
  ['--in', '2', '--min-batch', '9'],
  ['--in-slots', '9', '--fees', '4=0/0'],
  ['--in-slots', '9', '--fees', '0=0/0,0=1/1'],
  ['--in-slots', '9', '--flags', 'REQUIRE_ATTESTATION'],
  ['--in-slots', '9', '--flags=+bit64'],
  ['--in-slots', '9', '--flags=+bit1,-bit1'],
  ['--in-slots', '9', '--versions', 'V9'],
  ['--in-slots', '9', '--versions', 'V1 V2'],
]) {
  test(`"schedule ${argv.join(' ')}" is a slip, with exit 2`, async () => {
    const { code, stderr } = await config('schedule', ...argv);
    assert.equal(code, 2);
    assert.match(stderr, /^(USAGE|OPTION_INVALID): .+\n {2}\S.*\n$/);
  });
}
