/** First byte of a batch payload: which processor it is routed to. */
export const BatchVersion = { V1: 1, V2: 2 } as const;

/** Bits of `allowed_batch_versions`. */
export const VersionBit = { V1: 1, V2: 2 } as const;

/**
 * Bits of `feature_flags`. Settlement 0.1.0 obeys none of them and refuses to set them (`UnsupportedFeatureFlag`); a name is
 * listed before the release that knows it, so that a tool can say what is refused.
 */
export const FeatureFlag = { REQUIRE_ATTESTATION: 1n } as const;

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
  /** V2 alone: V1 has no order types. */
  UnknownOrderType: 9,
} as const;

/** What the taker's order was; V1 can express limit orders alone. */
export const OrderType = { Limit: 0, Market: 1, ImmediateOrCancel: 2, FillOrKill: 3 } as const;

/** Three bits on the wire: a code the program does not know makes it skip the trade. */
export type OrderTypeCode = (typeof OrderType)[keyof typeof OrderType] | 4 | 5 | 6 | 7;

/** Trades a V2 batch may hold, whatever its bytes. */
export const MAX_TRADES_V2 = 1024;

export const EntryStatus = { Free: 0, Open: 1, Closing: 2 } as const;

export const MarketStatus = { Open: 0, Migrated: 1, Importing: 2 } as const;

/** 1 has a fixed depth; 2, after a migration or an import, is as deep as its leaves need and begins with the old root. */
export const TreeVersion = { Fixed: 1, Growing: 2 } as const;

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
