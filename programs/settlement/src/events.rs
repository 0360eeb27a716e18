//! Everything the program reports. Names and fields are read by indexers: add, never change.
//!
//! Events on the path of a batch are `bytemuck`: one copy instead of an encoder.

use {crate::state::FeeTier, anchor_lang::prelude::*};

// --- config ---

#[event]
pub struct ConfigInitialized {
    pub admin: Address,
    pub guardian: Address,
    pub active_relayer: Address,
    pub allowed_batch_versions: u8,
    pub min_batch_size: u32,
    pub max_batch_age_slots: u64,
    pub withdrawal_delay_slots: u64,
    pub fee_tiers: [FeeTier; 4],
}

#[event]
pub struct PausedSet {
    /// The admin or the guardian.
    pub authority: Address,
    pub old_is_paused: bool,
    pub is_paused: bool,
}

#[event]
pub struct AllowedVersionsSet {
    pub old_allowed_batch_versions: u8,
    pub allowed_batch_versions: u8,
}

#[event]
pub struct MinBatchSizeSet {
    pub old_min_batch_size: u32,
    pub min_batch_size: u32,
}

#[event]
pub struct MaxBatchAgeSet {
    pub old_max_batch_age_slots: u64,
    pub max_batch_age_slots: u64,
}

#[event]
pub struct RelayerSet {
    pub old_active_relayer: Address,
    pub active_relayer: Address,
}

#[event]
pub struct AttestorSet {
    pub old_attestor: Address,
    pub attestor: Address,
}

#[event]
pub struct FeatureFlagsSet {
    pub old_feature_flags: u64,
    pub feature_flags: u64,
}

#[event]
pub struct FeesSet {
    pub old_fee_tiers: [FeeTier; 4],
    pub fee_tiers: [FeeTier; 4],
}

#[event]
pub struct WithdrawalDelaySet {
    pub old_withdrawal_delay_slots: u64,
    pub withdrawal_delay_slots: u64,
}

#[event]
pub struct GuardianSet {
    pub old_guardian: Address,
    pub guardian: Address,
}

#[event]
pub struct AdminNominated {
    pub old_pending_admin: Address,
    pub pending_admin: Address,
}

#[event]
pub struct AdminAccepted {
    pub old_admin: Address,
    pub admin: Address,
}

// --- schedule ---

#[event]
pub struct ChangeScheduled {
    pub activation_slot: u64,
    pub mask: u32,
}

#[event]
pub struct ScheduleCancelled {
    pub activation_slot: u64,
    pub mask: u32,
}

/// The first admin instruction after its slot has made the schedule the base. It was in force since `activation_slot`.
#[event]
pub struct ScheduleFolded {
    pub activation_slot: u64,
    pub mask: u32,
}

// --- market ---

#[event]
pub struct MarketCreated {
    pub market: Address,
    pub base_mint: Address,
    pub quote_mint: Address,
    pub base_lot_atoms: u64,
    /// Entries the account has room for.
    pub capacity: u32,
}

#[event]
pub struct MarketGrown {
    pub market: Address,
    pub old_capacity: u32,
    pub capacity: u32,
}

#[event]
pub struct FeesCollected {
    pub market: Address,
    pub destination: Address,
    pub old_quote_fees: u64,
    pub quote_fees: u64,
}

// --- money ---

#[event]
pub struct TraderOpened {
    pub market: Address,
    pub index: u32,
    pub owner: Address,
}

/// The entry takes no more trades; its index is named until the market's last trade id has passed `free_at_trade_id`.
#[event]
pub struct TraderClosing {
    pub market: Address,
    pub index: u32,
    pub free_at_trade_id: u64,
}

#[event]
pub struct TraderClosed {
    pub market: Address,
    pub index: u32,
    pub owner: Address,
}

#[event]
pub struct Deposited {
    pub market: Address,
    pub index: u32,
    pub old_base_lots: u64,
    pub base_lots: u64,
    pub old_quote_atoms: u64,
    pub quote_atoms: u64,
}

/// `base_lots` and `quote_atoms` are what stays available.
#[event]
pub struct WithdrawalRequested {
    pub market: Address,
    pub index: u32,
    pub base_lots: u64,
    pub quote_atoms: u64,
    pub pending_base_lots: u64,
    pub pending_quote_atoms: u64,
    pub unlock_slot: u64,
    pub base_destination: Address,
    pub quote_destination: Address,
}

#[event]
pub struct WithdrawalExecuted {
    pub market: Address,
    pub index: u32,
    pub paid_base_lots: u64,
    pub paid_quote_atoms: u64,
    /// What stays available.
    pub base_lots: u64,
    pub quote_atoms: u64,
}

#[event]
pub struct WithdrawalCancelled {
    pub market: Address,
    pub index: u32,
    pub old_base_lots: u64,
    pub base_lots: u64,
    pub old_quote_atoms: u64,
    pub quote_atoms: u64,
}

#[event]
pub struct WithdrawalHeld {
    pub market: Address,
    pub index: u32,
    pub unlock_slot: u64,
    pub held_until_slot: u64,
}

// --- settlement ---

#[event(bytemuck)]
pub struct BatchSettled {
    pub market: Address,
    pub sequence: PodU64,
    pub version: u8,
    /// 0 for a batch without trades.
    pub first_trade_id: PodU64,
    /// Trades in the batch, voids included.
    pub count: PodU32,
    pub voided: PodU32,
    pub base_lots: PodU64,
    pub quote_atoms: PodU64,
    pub fees: PodU64,
    pub root_before: [u8; 32],
    pub root: [u8; 32],
    pub payload_digest: [u8; 32],
}

#[event(bytemuck)]
pub struct HeartbeatLanded {
    pub market: Address,
    pub nonce: PodU64,
    pub root_before: [u8; 32],
    pub root: [u8; 32],
}

/// Emitted before the error that refuses the whole batch: the one trade to void.
#[event(bytemuck)]
pub struct TradeRejected {
    pub market: Address,
    pub sequence: PodU64,
    /// Position in the batch.
    pub index: PodU32,
    pub trade_id: PodU64,
    /// A result code.
    pub code: u8,
}
