import type { TransactionInstruction } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import type { GlobalConfig, SchedulableFields } from '#client';
import { slot } from '#client';
import { keyOf } from './keys.ts';
import { build, keys, START_SLOT, WITHDRAWAL_DELAY } from './world.ts';

const admin = keys.admin.publicKey;

/** A field that can be set at once or scheduled: its setter, its event, and what it may be. */
export interface Field<K extends keyof SchedulableFields = keyof SchedulableFields> {
  readonly name: K;
  readonly set: (value: SchedulableFields[K], by?: PublicKey) => TransactionInstruction;
  readonly event: string;
  /** Values that are allowed, the limit among them. */
  readonly allowed: readonly SchedulableFields[K][];
  /** What else they change when they are set one after the other at the world's start. */
  readonly alongside?: Partial<GlobalConfig>;
  /** Values that are not, and the refusal. */
  readonly refused: readonly (readonly [value: SchedulableFields[K], refusal: string])[];
}

const field = <K extends keyof SchedulableFields>(described: Field<K>): Field => described as unknown as Field;

const tiers = (makerBps: number, takerBps: number) => Array.from({ length: 4 }, () => ({ makerBps, takerBps }));

/** Every schedulable field, once. */
export const fields: readonly Field[] = [
  field({
    name: 'allowedBatchVersions',
    set: (allowedBatchVersions, by = admin) => build.setAllowedVersions({ admin: by, allowedBatchVersions }),
    event: 'AllowedVersionsSet',
    allowed: [1, 2, 3],
    refused: [0, 4, 5, 128, 255].map((bits) => [bits, 'InvalidVersionMask'] as const),
  }),
  field({
    name: 'minBatchSize',
    set: (minBatchSize, by = admin) => build.setMinBatchSize({ admin: by, minBatchSize }),
    event: 'MinBatchSizeSet',
    allowed: [0, 7, 24],
    refused: [
      [25, 'MinBatchTooLarge'],
      [2 ** 32 - 1, 'MinBatchTooLarge'],
    ],
  }),
  field({
    name: 'activeRelayer',
    set: (activeRelayer, by = admin) => build.setRelayer({ admin: by, activeRelayer }),
    event: 'RelayerSet',
    allowed: [keyOf('next relayer').publicKey],
    refused: [[PublicKey.default, 'ZeroAddress']],
  }),
  field({
    name: 'attestor',
    set: (attestor, by = admin) => build.setAttestor({ admin: by, attestor }),
    event: 'AttestorSet',
    allowed: [keyOf('attestor').publicKey, PublicKey.default],
    refused: [],
  }),
  field({
    name: 'featureFlags',
    set: (featureFlags, by = admin) => build.setFeatureFlags({ admin: by, featureFlags }),
    event: 'FeatureFlagsSet',
    allowed: [0n],
    refused: [1n, 2n, 1n << 63n].map((bits) => [bits, 'UnsupportedFeatureFlag'] as const),
  }),
  field({
    name: 'feeTiers',
    set: (feeTiers, by = admin) => build.setFees({ admin: by, feeTiers }),
    event: 'FeesSet',
    allowed: [tiers(0, 0), tiers(1, 45), tiers(500, 500)],
    refused: [
      [tiers(0, 501), 'FeeTooHigh'],
      [tiers(501, 0), 'FeeTooHigh'],
      [[...tiers(0, 0).slice(1), { makerBps: 0, takerBps: 65_535 }], 'FeeTooHigh'],
    ],
  }),
  field({
    name: 'maxBatchAgeSlots',
    set: (maxBatchAgeSlots, by = admin) => build.setMaxBatchAge({ admin: by, maxBatchAgeSlots }),
    event: 'MaxBatchAgeSet',
    allowed: [0n, 33n, 9000n],
    refused: [
      [9001n, 'MaxBatchAgeTooLong'],
      [2n ** 64n - 1n, 'MaxBatchAgeTooLong'],
    ],
  }),
  field({
    name: 'withdrawalDelaySlots',
    set: (withdrawalDelaySlots, by = admin) => build.setWithdrawalDelay({ admin: by, withdrawalDelaySlots }),
    event: 'WithdrawalDelaySet',
    allowed: [0n, 44n, 216_000n],
    alongside: { loweredDelaySlots: WITHDRAWAL_DELAY, loweredUntilSlot: slot(START_SLOT + WITHDRAWAL_DELAY) },
    refused: [
      [216_001n, 'WithdrawalDelayTooLong'],
      [2n ** 64n - 1n, 'WithdrawalDelayTooLong'],
    ],
  }),
];
