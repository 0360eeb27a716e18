// Proves: every change of `lockstep config` and `lockstep admin` against the program in the embedded node: it lands, shows old → new, and is read
// back; what changes nothing is said and not sent; each refusal of the program comes under its name before anything is sent;
// only the right key may, and the guardian may pause but not resume.
// Does not prove: the program's rules (tests/program), schedules (schedule.test.ts), asking and sending (sending.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import type { GlobalConfig } from '#client';
import type { Name } from './setup.ts';
import { build, jsonOf, openWorld, program } from './setup.ts';

const world = await openWorld();

interface Case {
  readonly argv: readonly string[];
  readonly name: string;
  readonly text: RegExp;
  readonly value: (config: GlobalConfig) => unknown;
  readonly expected: () => unknown;
}

const cases: readonly Case[] = [
  {
    argv: ['config', 'set-min-batch', '8'],
    name: 'minBatchSize',
    text: /^ {2}min batch size 4 trades → 8 trades$/m,
    value: (config) => config.minBatchSize,
    expected: () => 8,
  },
  {
    argv: ['config', 'set-fees', '0=2/11', '3=0/500'],
    name: 'feeTiers[0].makerBps',
    text: /^ {2}tier 0 maker fee 0 bps \(0\.00 %\) → 2 bps \(0\.02 %\)\n {2}tier 0 taker fee 10 bps .* → 11 .*\n {2}tier 3 taker fee 10 /m,
    value: (config) => config.feeTiers.map(({ makerBps, takerBps }) => [makerBps, takerBps]),
    expected: () => [
      [2, 11],
      [0, 10],
      [0, 10],
      [0, 500],
    ],
  },
  {
    argv: ['config', 'pause'],
    name: 'isPaused',
    text: /^ {2}settlement running → PAUSED\n {2}! .*\(Paused\).*withdrawals keep working$/m,
    value: (config) => config.isPaused,
    expected: () => true,
  },
  {
    argv: ['config', 'unpause'],
    name: 'isPaused',
    text: /^ {2}settlement PAUSED → running\n {2}! settlement resumes at once: batches of V1 by \w+$/m,
    value: (config) => config.isPaused,
    expected: () => false,
  },
  {
    argv: ['admin', 'set-withdrawal-delay', '216000'],
    name: 'withdrawalDelaySlots',
    text: /^ {2}withdrawal delay 100 slots → 216000 slots\n {2}! .*already keep their unlock slot$/m,
    value: (config) => config.withdrawalDelaySlots,
    expected: () => 216_000n,
  },
  {
    argv: ['admin', 'set-max-batch-age', '9000'],
    name: 'maxBatchAgeSlots',
    text: /^ {2}max batch age 50 slots → 9000 slots$/m,
    value: (config) => config.maxBatchAgeSlots,
    expected: () => 9_000n,
  },
];

/** Those that name somebody. */
const roles: readonly (readonly [argv: readonly string[], field: keyof GlobalConfig, text: RegExp])[] = [
  [
    ['config', 'set-relayer'],
    'activeRelayer',
    /^ {2}relayer (\w+) → \w+\n {2}! batches in flight of the old relayer \1 will be refused \(NotActiveRelayer\).*\n {2}! a relayer that runs with the key of \1 gives the lane up by itself/m,
  ],
  [['admin', 'set-guardian'], 'guardian', /^ {2}guardian \w+ → \w+$/m],
  [['admin', 'set-attestor'], 'attestor', /^ {2}attestor none → \w+$/m],
];

for (const { argv, name, text, value, expected } of cases) {
  const line = argv.join(' ');
  test(`${line}: a dry run changes nothing, the change lands, a second one has nothing to do`, async () => {
    const untouched = await world.config();
    const simulated = await world.lockstep(...argv, '--dry-run', '--json');
    assert.equal(simulated.code, 0, simulated.stderr);
    assert.equal(jsonOf(simulated).outcome, 'simulated');
    assert.deepEqual(await world.config(), untouched);

    const done = await world.asAdmin(...argv);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, text);
    assert.match(done.stdout, /^done: confirmed at slot \d+, read back at slot \d+$/m);
    assert.deepEqual(value(await world.config()), expected());

    const again = await world.asAdmin(...argv, '--json');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /nothing to change/);
    const { outcome, differences } = jsonOf(again);
    assert.deepEqual([outcome, differences], ['unchanged', []]);
    assert.doesNotMatch(again.stderr, /signed/);
    const [first] = jsonOf(simulated).differences;
    assert.equal(first?.name, name);
  });
}

for (const [argv, field, text] of roles) {
  test(`${argv.join(' ')} hands the role over, and back`, async () => {
    const old = (await world.config())[field] as PublicKey;
    const done = await world.asAdmin(...argv, world.address('stranger'));
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, text);
    assert.deepEqual((await world.config())[field], world.keys.stranger.publicKey);
    const back = await world.asAdmin(...argv, old.equals(PublicKey.default) ? 'none' : old.toBase58());
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual((await world.config())[field], old);
  });
}

test('versions and flags that are so already change nothing', async () => {
  for (const argv of [
    ['set-versions', 'v1'],
    ['set-flags', '-REQUIRE_ATTESTATION', '-bit5'],
  ]) {
    const { code, stdout, stderr } = await world.asAdmin('config', ...argv);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /nothing to change/);
  }
});

test('the JSON names what changed, by whom, where it landed, with u64 as text', async () => {
  const done = await world.asAdmin('admin', 'set-max-batch-age', '8000', '--json', '--priority-fee', '1000');
  assert.equal(done.stdout.trimEnd().split('\n').length, 1);
  const { signature, landedSlot, provenAtSlot, slot, ...rest } = jsonOf<Record<string, unknown>>(done);
  assert.deepEqual(rest, {
    change: 'set-max-batch-age',
    outcome: 'done',
    program: program.toBase58(),
    signer: world.address('admin'),
    commitment: 'confirmed',
    warnings: [],
    differences: [{ name: 'maxBatchAgeSlots', old: '9000', new: '8000', oldText: '9000 slots', newText: '8000 slots' }],
  });
  for (const number of [landedSlot, provenAtSlot, slot]) assert.match(String(number), /^\d+$/);
  const found = await world.chain.connection('confirmed').getTransaction(String(signature), {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  assert.equal(String(found?.slot), landedSlot);
  assert.equal(found?.meta?.err, null);
});

const refusals: readonly (readonly [refusal: string, by: Name, ...argv: string[]])[] = [
  ['InvalidVersionMask', 'admin', 'config', 'set-versions', 'V1+V3'],
  ['InvalidVersionMask', 'admin', 'config', 'schedule', '--in-slots', '99', '--versions', 'V8'],
  ['MinBatchTooLarge', 'admin', 'config', 'set-min-batch', '25'],
  ['UnsupportedFeatureFlag', 'admin', 'config', 'set-flags', '+REQUIRE_ATTESTATION'],
  ['UnsupportedFeatureFlag', 'admin', 'config', 'set-flags', '+bit63'],
  ['FeeTooHigh', 'admin', 'config', 'set-fees', '2=501/0'],
  ['ZeroAddress', 'admin', 'config', 'set-relayer', PublicKey.default.toBase58()],
  ['ZeroAddress', 'admin', 'admin', 'set-guardian', PublicKey.default.toBase58()],
  ['WithdrawalDelayTooLong', 'admin', 'admin', 'set-withdrawal-delay', '216001'],
  ['MaxBatchAgeTooLong', 'admin', 'admin', 'set-max-batch-age', '9001'],
  ['ScheduleInPast', 'admin', 'config', 'schedule', '--at-slot', '1', '--min-batch', '9'],
  ['NotAdmin', 'stranger', 'config', 'set-min-batch', '9'],
  ['NotAdmin', 'guardian', 'config', 'set-min-batch', '9'],
  ['NotAdmin', 'stranger', 'config', 'pause'],
  ['NotAdmin', 'relayer', 'config', 'set-relayer', program.toBase58()],
  ['NotAdmin', 'stranger', 'config', 'schedule', '--in-slots', '99', '--min-batch', '9'],
  ['NotPendingAdmin', 'admin', 'admin', 'accept'],
  ['NotPendingAdmin', 'stranger', 'admin', 'accept'],
];
for (const [refusal, by, ...argv] of refusals) {
  test(`${argv.join(' ')} by ${by} is refused as ${refusal}, and nothing is sent`, async () => {
    const untouched = await world.config();
    const { code, stdout, stderr } = await world.as(by, ...argv, '--json');
    assert.equal(code, 1);
    const { error } = JSON.parse(stdout);
    assert.equal(error.code, refusal);
    assert.match(error.message, /\(60\d\d\)/);
    assert.notEqual(error.advice, '');
    assert.doesNotMatch(stderr, /signed/);
    assert.deepEqual(await world.config(), untouched);
  });
}

test('the guardian may pause but not resume', async () => {
  const paused = await world.as('guardian', 'config', 'pause');
  assert.equal(paused.code, 0, paused.stderr);
  const refused = await world.as('guardian', 'config', 'unpause');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^GuardianCannotUnpause: .*\(6032\)\n {2}Have the admin resume settlement\.\n/);
  assert.equal((await world.config()).isPaused, true);
  const resumed = await world.asAdmin('config', 'unpause');
  assert.equal(resumed.code, 0, resumed.stderr);
});

test('the admin is handed over in two steps, and a nomination can be withdrawn', async () => {
  const nominate = (who: string) => world.asAdmin('admin', 'nominate', who);
  const first = await nominate(world.address('stranger'));
  assert.equal(first.code, 0, first.stderr);
  assert.match((await nominate('none')).stdout, /^ {2}nominated admin \w+ → none$/m);
  const empty = await world.lockstep('admin', 'accept', '--dry-run');
  assert.match(empty.stderr, /^NotPendingAdmin: no admin is nominated\n/);

  const nominated = await nominate(world.address('successor'));
  assert.match(nominated.stdout, / stays the admin until \w+ accepts$/m);
  const accepted = await world.as('successor', 'admin', 'accept');
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.match(accepted.stdout, /^ {2}! the old admin \w+ can change nothing any more$/m);
  const refused = await world.asAdmin('config', 'pause');
  assert.match(refused.stderr, /^NotAdmin: /);

  const { admin, successor } = world.keys;
  await world.landAs('successor', build.nominateAdmin({ admin: successor.publicKey, pendingAdmin: admin.publicKey }));
  await world.landAs('admin', build.acceptAdmin({ pendingAdmin: admin.publicKey }));
});
