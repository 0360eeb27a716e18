// Proves: only the program's upgrade authority creates the config, once, with settings within their limits.
// Does not prove: account substitution in general; accounts.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey, SystemProgram } from '@solana/web3.js';
import type { InitializeArgs } from '#client';
import { configAddress, programDataAddress } from '#client';
import { programData } from './setup/chain.ts';
import { keyOf } from './setup/keys.ts';
import { bareWorld, build, initialize, initializeArgs, keys } from './setup/world.ts';

const LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');
const address = programDataAddress(keys.programId);
const zero = PublicKey.default;

const by = (authority: PublicKey) => build.initialize({ payer: authority, authority, args: initializeArgs });

test('the config holds what it was given', () => {
  const world = bareWorld();
  const { events } = world.accept(initialize(), keys.admin, keys.upgradeAuthority);
  const config = world.config;
  for (const [field, value] of Object.entries(initializeArgs)) {
    assert.deepEqual(config[field as keyof InitializeArgs], value, field);
  }
  assert.equal(config.isPaused, false);
  assert.deepEqual([config.pendingAdmin, config.attestor, config.successor.program], [zero, zero, zero]);
  assert.deepEqual([config.featureFlags, config.schedule.activationSlot, config.successor.unlockSlot], [0n, 0n, 0n]);
  assert.equal(config.layoutVersion, 1);
  assert.equal(config.bump, PublicKey.findProgramAddressSync([Buffer.from('config')], keys.programId)[1]);
  assert.deepEqual(events, [{ name: 'ConfigInitialized', data: initializeArgs }]);
});

test('the upgrade authority may pay itself', () => {
  bareWorld().accept(by(keys.upgradeAuthority.publicKey), keys.upgradeAuthority);
});

test('lamports sent to its address first do not keep the config from being created', () => {
  const world = bareWorld();
  world.chain.fund(configAddress(keys.programId), 1n);
  world.accept(initialize(), keys.admin, keys.upgradeAuthority);
});

test('a stranger is refused, the admin-to-be is refused', () => {
  const world = bareWorld();
  world.refuse('NotUpgradeAuthority', by(keys.stranger.publicKey), keys.stranger);
  world.refuse('NotUpgradeAuthority', by(keys.admin.publicKey), keys.admin);
});

test('nobody initialises a program that has no upgrade authority', () => {
  const world = bareWorld();
  world.chain.put(address, { data: programData(undefined), owner: LOADER, lamports: 10n ** 12n });
  world.refuse('NotUpgradeAuthority', initialize(), keys.admin, keys.upgradeAuthority);
});

test('a loader account of another state names no authority', () => {
  const world = bareWorld();
  for (const state of [0, 1, 2, 4]) {
    const data = programData(keys.upgradeAuthority.publicKey, state);
    world.chain.put(address, { data, owner: LOADER, lamports: 10n ** 12n });
    world.refuse('NotUpgradeAuthority', initialize(), keys.admin, keys.upgradeAuthority);
  }
});

test('a made-up ProgramData is refused, at another address or under another owner', () => {
  const world = bareWorld();
  const fake = keyOf('fake program data').publicKey;
  const data = programData(keys.stranger.publicKey);
  const instruction = by(keys.stranger.publicKey);
  const at = instruction.keys.findIndex((meta) => meta.pubkey.equals(address));
  instruction.keys.splice(at, 1, { pubkey: fake, isSigner: false, isWritable: false });
  world.chain.put(fake, { data, owner: LOADER, lamports: 10n ** 12n });
  world.refuse('NotUpgradeAuthority', instruction, keys.stranger);

  world.chain.put(address, { data, owner: keys.programId, lamports: 10n ** 12n });
  world.refuse('NotUpgradeAuthority', by(keys.stranger.publicKey), keys.stranger);
  world.chain.put(address, { data: data.subarray(0, 44), owner: LOADER, lamports: 10n ** 12n });
  world.refuse('NotUpgradeAuthority', by(keys.stranger.publicKey), keys.stranger);
});

test('there is no second time, not even for the same authority', () => {
  const world = bareWorld();
  world.accept(initialize(), keys.admin, keys.upgradeAuthority);
  const { refusal } = world.chain.send([initialize()], [keys.admin, keys.upgradeAuthority]);
  assert.ok(refusal);
  assert.deepEqual(world.config.admin, keys.admin.publicKey);
  assert.notDeepEqual(world.chain.get(configAddress(keys.programId))?.owner, SystemProgram.programId);
});

const tiers = (bps: number, place: number, side: 'makerBps' | 'takerBps') =>
  initializeArgs.feeTiers.map((tier, i) => (i === place ? { ...tier, [side]: bps } : tier));

const refused: [string, string, Partial<InitializeArgs>][] = [
  ['ZeroAddress', 'no admin', { admin: zero }],
  ['ZeroAddress', 'no guardian', { guardian: zero }],
  ['ZeroAddress', 'no relayer', { activeRelayer: zero }],
  ['InvalidVersionMask', 'no version', { allowedBatchVersions: 0 }],
  ['InvalidVersionMask', 'version 3', { allowedBatchVersions: 4 }],
  ['InvalidVersionMask', 'versions 1, 2 and 3', { allowedBatchVersions: 7 }],
  ['MinBatchTooLarge', 'a batch size above the limit', { minBatchSize: 25 }],
  ['MaxBatchAgeTooLong', 'an age above the limit', { maxBatchAgeSlots: 9001n }],
  ['WithdrawalDelayTooLong', 'a delay above the limit', { withdrawalDelaySlots: 216_001n }],
  ['FeeTooHigh', 'a taker fee above the limit', { feeTiers: tiers(501, 0, 'takerBps') }],
  ['FeeTooHigh', 'a maker fee of the last tier above the limit', { feeTiers: tiers(501, 3, 'makerBps') }],
];

for (const [name, what, change] of refused) {
  test(`${what} is refused`, () => {
    const instruction = initialize({ ...initializeArgs, ...change });
    bareWorld().refuse(name, instruction, keys.admin, keys.upgradeAuthority);
  });
}

test('every setting may be at its limit', () => {
  const limits: Partial<InitializeArgs> = {
    minBatchSize: 24,
    maxBatchAgeSlots: 9000n,
    withdrawalDelaySlots: 216_000n,
    feeTiers: Array(4).fill({ makerBps: 500, takerBps: 500 }),
  };
  bareWorld().accept(initialize({ ...initializeArgs, ...limits }), keys.admin, keys.upgradeAuthority);
});
