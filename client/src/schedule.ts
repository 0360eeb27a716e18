import { PublicKey } from '@solana/web3.js';
import type { SchedulableFields, ScheduledChange } from './accounts/config.ts';
import { ScheduleMask } from './constants.ts';
import type { Slot } from './units.ts';

const unchanged: SchedulableFields = {
  minBatchSize: 0,
  allowedBatchVersions: 0,
  activeRelayer: PublicKey.default,
  attestor: PublicKey.default,
  featureFlags: 0n,
  feeTiers: Array.from({ length: 4 }, () => ({ makerBps: 0, takerBps: 0 })),
  maxBatchAgeSlots: 0n,
  withdrawalDelaySlots: 0n,
};

/** A change of exactly the fields given, from `activationSlot` on. */
export function changeOf(activationSlot: Slot, fields: Partial<SchedulableFields>): ScheduledChange {
  const mask = Object.keys(fields).reduce((bits, field) => bits | ScheduleMask[field as keyof SchedulableFields], 0);
  return { activationSlot, mask, ...unchanged, ...fields };
}
