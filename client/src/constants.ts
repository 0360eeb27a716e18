/** First byte of a batch payload: which processor it is routed to. */
export const BatchVersion = { V1: 1 } as const;

/** Bits of `allowed_batch_versions`. */
export const VersionBit = { V1: 1 } as const;

/** The one final outcome of a trade id. */
export const ResultCode = {
  Settled: 0,
  Voided: 1,
  TraderIndexOutOfRange: 2,
  SelfTrade: 3,
  ZeroPrice: 4,
  AmountOverflow: 5,
  InsufficientBase: 6,
  InsufficientQuote: 7,
  EntryNotOpen: 8,
} as const;

export const EntryStatus = { Free: 0, Open: 1, Closing: 2 } as const;

export const MarketStatus = { Open: 0, Migrated: 1 } as const;

/** Bits of `ScheduledChange.mask`: the fields the change replaces. */
export const ScheduleMask = {
  allowedBatchVersions: 1,
  minBatchSize: 2,
  activeRelayer: 4,
  attestor: 8,
  featureFlags: 16,
  feeTiers: 32,
  maxBatchAgeSlots: 64,
  withdrawalDelaySlots: 128,
} as const;

/** A trade's own refusal is the program's error of this number plus its result code. */
export const TRADE_ERROR_BASE = 6100;

/** Payload digests a market keeps: that of sequence s is at `s % RECENT_DIGESTS`. */
export const RECENT_DIGESTS = 64;

export const TREE_DEPTH = 32;
