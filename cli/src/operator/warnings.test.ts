// Proves: what an operator is warned of before a change, also of values that this release of the program does not take yet.
// Does not prove: that the warnings are shown (tests/operator), or what is in flight: only the relayer knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import type { GlobalConfig } from '#client';
import { changeOf, FeatureFlag, slot } from '#client';
import { warningsOf } from './warnings.ts';

const key = (byte: number) => new PublicKey(new Uint8Array(32).fill(byte));
const AT = slot(100);
const none = changeOf(slot(0), {});

const config: GlobalConfig = {
  ...none,
  admin: key(1),
  guardian: key(2),
  activeRelayer: key(3),
  pendingAdmin: PublicKey.default,
  isPaused: false,
  allowedBatchVersions: 3,
  schedule: none,
  successor: { program: PublicKey.default, unlockSlot: slot(0) },
  predecessor: PublicKey.default,
  handedOver: 0,
  loweredDelaySlots: 0n,
  loweredUntilSlot: slot(0),
  layoutVersion: 1,
  bump: 255,
  reserved: new Uint8Array(74),
};

const warned = (after: Partial<GlobalConfig>, before: GlobalConfig = config) =>
  warningsOf(before, { ...before, ...after }, AT).join('\n');

test('a version that is dropped leaves its batches in flight to be refused', () => {
  assert.match(warned({ allowedBatchVersions: 2 }), /^batches of V1 in flight .*\(VersionNotAllowed\).*GET \/status/);
  assert.equal(warned({ allowedBatchVersions: 7 }), '');
});

test('another relayer names the old one', () => {
  assert.ok(warned({ activeRelayer: key(9) }).startsWith(`batches in flight of the old relayer ${key(3)} `));
});

test('attestation without an attestor stops settlement', () => {
  const flagged = { featureFlags: FeatureFlag.REQUIRE_ATTESTATION };
  assert.match(warned(flagged), /^no attestor is set/);
  assert.equal(warned({ ...flagged, attestor: key(4) }), '');
});

test('what is scheduled is warned of with its slot, and only when it is new', () => {
  const schedule = changeOf(slot(500), { allowedBatchVersions: 1, minBatchSize: 3 });
  const after = { ...config, schedule };
  assert.match(warned(after), /^from slot 500 on: batches of V2 in flight /);
  assert.equal(warned({ guardian: key(8) }, after), '');
});

test('a schedule in force that is stored, and one that pausing cancels, are told', () => {
  const active = { ...config, schedule: changeOf(slot(50), { minBatchSize: 3 }) };
  assert.match(
    warned({ schedule: none, minBatchSize: 3 }, active),
    /^the change scheduled for slot 50, in force already/,
  );
  const pending = { ...config, schedule: changeOf(slot(500), { minBatchSize: 3 }) };
  assert.match(warned({ schedule: none, isPaused: true }, pending), /\npausing cancels the scheduled change/);
  assert.doesNotMatch(warned({ schedule: none, isPaused: true }), /cancels/);
});

test('handing over says who decides meanwhile', () => {
  assert.equal(warned({ pendingAdmin: key(7) }), `${key(1)} stays the admin until ${key(7)} accepts`);
  assert.equal(warned({ admin: key(7) }), `the old admin ${key(1)} can change nothing any more`);
});
