import type { PublicKey } from '@solana/web3.js';
import { coder, fromAnchor } from '../anchor.ts';
import { clientError } from '../errors.ts';
import type { Slot } from '../units.ts';

/** Rates in hundredths of a percent of a trade's amount. */
export interface FeeTier {
  readonly makerBps: number;
  readonly takerBps: number;
}

/** The fields a scheduled change can replace. */
export interface SchedulableFields {
  readonly minBatchSize: number;
  /** Bits of `VersionBit`. */
  readonly allowedBatchVersions: number;
  readonly activeRelayer: PublicKey;
  readonly attestor: PublicKey;
  readonly featureFlags: bigint;
  /** Always four. */
  readonly feeTiers: readonly FeeTier[];
  readonly maxBatchAgeSlots: bigint;
  readonly withdrawalDelaySlots: bigint;
}

export interface ScheduledChange extends SchedulableFields {
  /** 0 = none. */
  readonly activationSlot: Slot;
  /** Bits of `ScheduleMask`. */
  readonly mask: number;
}

export interface GlobalConfig extends SchedulableFields {
  readonly admin: PublicKey;
  readonly isPaused: boolean;
  readonly pendingAdmin: PublicKey;
  readonly guardian: PublicKey;
  readonly schedule: ScheduledChange;
  readonly successor: { readonly program: PublicKey; readonly unlockSlot: Slot };
  /** The program whose markets can be imported; the zero address when there is none. */
  readonly predecessor: PublicKey;
  /** Markets handed over to the successor: while there is one, the successor is fixed. */
  readonly handedOver: number;
  /** The withdrawal delay before it was lowered. A nomination before slot `loweredUntilSlot` waits as long. */
  readonly loweredDelaySlots: bigint;
  readonly loweredUntilSlot: Slot;
  readonly layoutVersion: number;
  readonly bump: number;
  readonly reserved: Uint8Array;
}

/** @throws LockstepError ACCOUNT_UNREADABLE */
export function decodeConfig(data: Uint8Array): GlobalConfig {
  try {
    const config = fromAnchor<GlobalConfig>(coder.accounts.decode('GlobalConfig', Buffer.from(data)));
    return { ...config, isPaused: Boolean(config.isPaused) };
  } catch (cause) {
    throw clientError('ACCOUNT_UNREADABLE', 'these bytes are not a GlobalConfig', { cause });
  }
}
