//! Limits and fixed numbers, each with the reason for its value.

/// Batch versions this build can settle: bit 1 is V1, bit 2 is V2. A bit outside can be neither set nor scheduled.
pub const SUPPORTED_VERSIONS: u8 = if cfg!(feature = "v2-only") { 0b10 } else { 0b11 };

/// Feature flags this build knows: none. A flag it does not know would be obeyed by nobody.
pub const SUPPORTED_FLAGS: u64 = 0;

/// Layout of GlobalConfig and MarketHeader. A reader that meets another number does not know the account.
pub const LAYOUT_VERSION: u8 = 1;

/// Rules of the state tree that every market begins with: fixed depth.
pub const TREE_VERSION_FIXED: u8 = 1;

/// Rules of the state tree after `migrate_state_tree` or an import: as deep as its leaves need.
pub const TREE_VERSION_GROWING: u8 = 2;

/// Basis points in one whole.
pub const BPS_PER_ONE: u64 = 10_000;

/// 5 %: above any exchange's fee, low enough that a slip of one digit is refused.
pub const MAX_FEE_BPS: u16 = 500;

/// V1 trades that fit a 1,232-byte transaction beside a compute budget and an attestor's signature: a minimum that no
/// transaction can carry would leave settlement to the age rule, one batch an age.
pub const MAX_MIN_BATCH_SIZE: u32 = 24;

/// Trades of a V2 batch: more than fit the largest transaction as they come from a market, and few enough that a
/// payload of long runs stays within the compute, heap and log limits of one transaction.
pub const MAX_TRADES_V2: usize = 1_024;

/// Half an hour at 200 ms: longer would let `min_batch_size` stall a quiet market.
pub const MAX_BATCH_AGE_SLOTS: u64 = 9_000;

/// 12 hours at 200 ms: the delay gives the guardian time to look, it is not a lock-up.
pub const MAX_WITHDRAWAL_DELAY_SLOTS: u64 = 216_000;

/// 12 hours at 200 ms, once a request: the guardian can slow an exit, never stop it.
pub const MAX_HOLD_SLOTS: u64 = 216_000;

/// What an open entry locks in the market account: filling a market with empty entries must cost something.
pub const TRADER_DEPOSIT_LAMPORTS: u64 = 5_000_000;

/// An engine keeps fewer trades than this between the chain's cursor and its own head, so no trade matched before
/// a close can name the index's next owner.
pub const INDEX_REUSE_TRADES: u64 = 4_194_304;

/// A market that starts smaller would be full before `grow_market` could follow.
pub const MIN_MARKET_CAPACITY: usize = 64;

/// The cluster's limit for one account.
pub const MAX_MARKET_BYTES: usize = 10 * 1_024 * 1_024;

/// The cluster's limit for the growth of one account in one instruction.
pub const MARKET_GROWTH_BYTES: usize = 10_240;

/// Payload digests a market remembers. More than any relayer keeps in flight, so that "already settled" can be told
/// from "settled with another payload".
pub const RECENT_DIGESTS: usize = 64;

/// Fee tiers in the config. V1 charges the taker by the first one, V2 both sides by the one a trade names.
pub const FEE_TIERS: usize = 4;
