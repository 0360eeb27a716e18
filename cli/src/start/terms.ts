import type { PublicKey } from '@solana/web3.js';
import type { InitializeArgs } from '#client';
import { VersionBit } from '#client';
import type { MarketTerms } from '#feeder';

/** Fee of the side that took liquidity, in hundredths of a percent: visible in every balance, small against it. */
const TAKER_BPS = 10;
/** Two seconds' worth of slots at most: long enough to be seen waiting for, short enough for a first look. */
const WITHDRAWAL_DELAY_SLOTS = 10n;
/** With a minimum of one trade no batch ever waits for its age. */
const MIN_BATCH_SIZE = 1;
const MAX_BATCH_AGE_SLOTS = 10n;

/** The config of a chain that lives as long as one command. */
export const configArgs = (admin: PublicKey, guardian: PublicKey, relayer: PublicKey): InitializeArgs => ({
  admin,
  guardian,
  activeRelayer: relayer,
  allowedBatchVersions: VersionBit.V1,
  minBatchSize: MIN_BATCH_SIZE,
  maxBatchAgeSlots: MAX_BATCH_AGE_SLOTS,
  withdrawalDelaySlots: WITHDRAWAL_DELAY_SLOTS,
  feeTiers: Array.from({ length: 4 }, () => ({ makerBps: 0, takerBps: TAKER_BPS })),
});

/** What of it decides how much a trade costs. */
export const marketTerms = (traders: number): MarketTerms => ({ traders, takerBps: TAKER_BPS });
