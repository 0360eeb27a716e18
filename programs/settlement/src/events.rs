//! Everything the program reports. Names and fields are read by indexers: add, never change.

use {crate::state::FeeTier, anchor_lang::prelude::*, bytemuck::Pod};

/// Logs an event. Its bytes in memory are its bytes on the wire, so all events share one encoder.
pub fn report<E: Event + Pod>(event: &E) {
    log(E::DISCRIMINATOR, bytemuck::bytes_of(event));
}

/// Logs an event whose length varies.
#[inline(never)]
pub fn report_long<E: Event>(event: &E) {
    sol_log_data(&[&event.data()]);
}

#[inline(never)]
fn log(discriminator: &[u8], body: &[u8]) {
    sol_log_data(&[&[discriminator, body].concat()]);
}

// --- config ---

#[event(bytemuck)]
pub struct ConfigInitialized {
    pub admin: Address,
    pub guardian: Address,
    pub active_relayer: Address,
    pub allowed_batch_versions: u8,
    pub min_batch_size: PodU32,
    pub max_batch_age_slots: PodU64,
    pub withdrawal_delay_slots: PodU64,
    pub fee_tiers: [FeeTier; 4],
}

#[event(bytemuck)]
pub struct PausedSet {
    /// The admin or the guardian.
    pub authority: Address,
    pub old_is_paused: PodBool,
    pub is_paused: PodBool,
}

#[event(bytemuck)]
pub struct AllowedVersionsSet {
    pub old_allowed_batch_versions: u8,
    pub allowed_batch_versions: u8,
}

#[event(bytemuck)]
pub struct MinBatchSizeSet {
    pub old_min_batch_size: PodU32,
    pub min_batch_size: PodU32,
}

#[event(bytemuck)]
pub struct MaxBatchAgeSet {
    pub old_max_batch_age_slots: PodU64,
    pub max_batch_age_slots: PodU64,
}

#[event(bytemuck)]
pub struct RelayerSet {
    pub old_active_relayer: Address,
    pub active_relayer: Address,
}

#[event(bytemuck)]
pub struct AttestorSet {
    pub old_attestor: Address,
    pub attestor: Address,
}

#[event(bytemuck)]
pub struct FeatureFlagsSet {
    pub old_feature_flags: PodU64,
    pub feature_flags: PodU64,
}

#[event(bytemuck)]
pub struct FeesSet {
    pub old_fee_tiers: [FeeTier; 4],
    pub fee_tiers: [FeeTier; 4],
}

#[event(bytemuck)]
pub struct WithdrawalDelaySet {
    pub old_withdrawal_delay_slots: PodU64,
    pub withdrawal_delay_slots: PodU64,
}

#[event(bytemuck)]
pub struct GuardianSet {
    pub old_guardian: Address,
    pub guardian: Address,
}

#[event(bytemuck)]
pub struct AdminNominated {
    pub old_pending_admin: Address,
    pub pending_admin: Address,
}

#[event(bytemuck)]
pub struct AdminAccepted {
    pub old_admin: Address,
    pub admin: Address,
}

// --- schedule ---

#[event(bytemuck)]
pub struct ChangeScheduled {
    pub activation_slot: PodU64,
    pub mask: PodU32,
}

#[event(bytemuck)]
pub struct ScheduleCancelled {
    pub activation_slot: PodU64,
    pub mask: PodU32,
}

/// The first admin instruction after its slot has made the schedule the base. It was in force since `activation_slot`.
#[event(bytemuck)]
pub struct ScheduleFolded {
    pub activation_slot: PodU64,
    pub mask: PodU32,
}

// --- market ---

#[event(bytemuck)]
pub struct MarketCreated {
    pub market: Address,
    pub base_mint: Address,
    pub quote_mint: Address,
    pub base_lot_atoms: PodU64,
    /// Entries the account has room for.
    pub capacity: PodU32,
}

#[event(bytemuck)]
pub struct MarketGrown {
    pub market: Address,
    pub old_capacity: PodU32,
    pub capacity: PodU32,
}

#[event(bytemuck)]
pub struct FeesCollected {
    pub market: Address,
    pub destination: Address,
    pub old_quote_fees: PodU64,
    pub quote_fees: PodU64,
}

// --- hard fork ---

/// The zero address withdraws the nomination.
#[event(bytemuck)]
pub struct SuccessorSet {
    pub old_program: Address,
    pub program: Address,
    /// Slot from which markets can be handed over; 0 when nobody is nominated.
    pub unlock_slot: PodU64,
}

#[event(bytemuck)]
pub struct PredecessorSet {
    pub old_program: Address,
    pub program: Address,
}

#[event(bytemuck)]
pub struct ImportPrepared {
    pub market: Address,
    pub predecessor_program: Address,
    pub predecessor_market: Address,
    pub capacity: PodU32,
}

/// From here on the vaults are the successor's.
#[event(bytemuck)]
pub struct MarketHandedOver {
    pub market: Address,
    pub successor_program: Address,
    pub successor_market: Address,
    /// The traders' deposits, which went along.
    pub lamports: PodU64,
}

#[event(bytemuck)]
pub struct MarketTakenBack {
    pub market: Address,
    pub old_successor_market: Address,
}

/// A chunk of entries is copied; more follow.
#[event(bytemuck)]
pub struct EntriesImported {
    pub market: Address,
    pub old_imported_entries: PodU32,
    pub imported_entries: PodU32,
    /// Entries of the old market.
    pub entries: PodU32,
}

/// The import has ended: the market goes on where the old one stopped.
#[event(bytemuck)]
pub struct MarketImported {
    pub market: Address,
    pub predecessor_program: Address,
    pub predecessor_market: Address,
    pub entries: PodU32,
    pub next_sequence: PodU64,
    pub last_trade_id: PodU64,
    /// Leaf 0 of the new tree.
    pub old_root: [u8; 32],
    pub root: [u8; 32],
}

#[event(bytemuck)]
pub struct ImportAborted {
    pub market: Address,
    pub predecessor_market: Address,
    pub old_imported_entries: PodU32,
    /// Whether the vaults were here and went back.
    pub vaults_returned: PodBool,
    /// The traders' deposits, which went back too.
    pub lamports: PodU64,
}

// --- state tree ---

#[event(bytemuck)]
pub struct StateTreeMigrated {
    pub market: Address,
    /// Leaf 0 of the new tree.
    pub old_root: [u8; 32],
    pub old_leaf_count: PodU64,
    pub root: [u8; 32],
}

/// The tree is the one it was before its migration; leaves since then are forgotten.
#[event(bytemuck)]
pub struct StateTreeReverted {
    pub market: Address,
    pub old_root: [u8; 32],
    pub root: [u8; 32],
    pub leaf_count: PodU64,
}

/// The migration can no longer be taken back.
#[event(bytemuck)]
pub struct MigrationFinalized {
    pub market: Address,
}

// --- money ---

#[event(bytemuck)]
pub struct TraderOpened {
    pub market: Address,
    pub index: PodU32,
    pub owner: Address,
}

/// The entry takes no more trades; its index is named until the market's last trade id has passed `free_at_trade_id`.
#[event(bytemuck)]
pub struct TraderClosing {
    pub market: Address,
    pub index: PodU32,
    pub free_at_trade_id: PodU64,
}

#[event(bytemuck)]
pub struct TraderClosed {
    pub market: Address,
    pub index: PodU32,
    pub owner: Address,
}

#[event(bytemuck)]
pub struct Deposited {
    pub market: Address,
    pub index: PodU32,
    pub old_base_lots: PodU64,
    pub base_lots: PodU64,
    pub old_quote_atoms: PodU64,
    pub quote_atoms: PodU64,
}

/// `base_lots` and `quote_atoms` are what stays available.
#[event(bytemuck)]
pub struct WithdrawalRequested {
    pub market: Address,
    pub index: PodU32,
    pub base_lots: PodU64,
    pub quote_atoms: PodU64,
    pub pending_base_lots: PodU64,
    pub pending_quote_atoms: PodU64,
    pub unlock_slot: PodU64,
    pub base_destination: Address,
    pub quote_destination: Address,
}

#[event(bytemuck)]
pub struct WithdrawalExecuted {
    pub market: Address,
    pub index: PodU32,
    pub paid_base_lots: PodU64,
    pub paid_quote_atoms: PodU64,
    /// What stays available.
    pub base_lots: PodU64,
    pub quote_atoms: PodU64,
}

#[event(bytemuck)]
pub struct WithdrawalCancelled {
    pub market: Address,
    pub index: PodU32,
    pub old_base_lots: PodU64,
    pub base_lots: PodU64,
    pub old_quote_atoms: PodU64,
    pub quote_atoms: PodU64,
}

#[event(bytemuck)]
pub struct WithdrawalHeld {
    pub market: Address,
    pub index: PodU32,
    pub unlock_slot: PodU64,
    pub held_until_slot: PodU64,
}

// --- settlement ---

#[event(bytemuck)]
pub struct BatchSettled {
    pub market: Address,
    pub sequence: PodU64,
    pub version: u8,
    /// 0 for a batch without trades.
    pub first_trade_id: PodU64,
    /// Trades in the batch, voids and skipped ones included.
    pub count: PodU32,
    pub voided: PodU32,
    pub base_lots: PodU64,
    pub quote_atoms: PodU64,
    pub fees: PodU64,
    pub root_before: [u8; 32],
    pub root: [u8; 32],
    pub payload_digest: [u8; 32],
}

/// Before the `BatchSettled` of every V2 batch: what became of each of its trades.
#[event]
pub struct TradeResults {
    pub market: Address,
    pub sequence: u64,
    /// Trades that could not settle and were passed over.
    pub skipped: u32,
    /// Result codes in the order of the trades, as runs: a code, then how often it comes as a LEB128 integer.
    pub result_codes: Vec<u8>,
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
