/** Limits of docs/reference/program.md, written down a second time so that the model is an opinion of its own. */
export const SUPPORTED_VERSIONS = 3;
export const SUPPORTED_FLAGS = 0n;
export const MAX_FEE_BPS = 500;
export const MAX_MIN_BATCH_SIZE = 24;
export const MAX_TRADES_V2 = 1024;
export const MAX_BATCH_AGE_SLOTS = 9000n;
export const MAX_WITHDRAWAL_DELAY_SLOTS = 216_000n;
export const MAX_HOLD_SLOTS = 216_000n;
export const INDEX_REUSE_TRADES = 4_194_304n;
export const MAX_MARKET_BYTES = 10 * 1024 * 1024;
export const MARKET_GROWTH_BYTES = 10_240;
export const U64_LIMIT = 1n << 64n;
