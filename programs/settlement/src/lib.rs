//! The settlement program: table of contents. Each entry is one line; what it does is in `instructions`.
//!
//! The contract (order of checks, units, digests, limits) is docs/reference/program.md.

pub mod constants;
pub mod error;
pub mod events;
pub mod instructions;
pub mod invoke;
pub mod limits;
pub mod math;
pub mod processor;
pub mod state;
pub mod token;
pub mod units;
pub mod wire;

#[cfg(all(test, feature = "idl-build"))]
mod idl_extras;

use {
    anchor_lang::prelude::*,
    instructions::*,
    state::{FeeTier, ScheduledChange},
};

declare_id!("D7Ftx2W6khsA39pZ7HRUx7Rht9cyqBRcdb4FUC51Z44S");

#[program]
pub mod settlement {
    use super::*;

    // --- config ---

    /// Creates the config. Only the program's upgrade authority can, so nobody takes it first.
    pub fn initialize(ctx: &mut Context<initialize::Initialize>, args: initialize::InitializeArgs) -> Result<()> {
        initialize::handler(ctx, args)
    }

    /// Stops or resumes settlement. The guardian can only stop. Stopping cancels a pending schedule.
    pub fn set_paused(ctx: &mut Context<set_paused::SetPaused>, is_paused: bool) -> Result<()> {
        set_paused::handler(ctx, is_paused)
    }

    /// Chooses the batch versions that may settle.
    pub fn set_allowed_versions(ctx: &mut Context<admin::ChangeConfig>, allowed_batch_versions: u8) -> Result<()> {
        set_allowed_versions::handler(ctx, allowed_batch_versions)
    }

    /// Sets the size below which a batch must wait until the market is due.
    pub fn set_min_batch_size(ctx: &mut Context<admin::ChangeConfig>, min_batch_size: u32) -> Result<()> {
        set_min_batch_size::handler(ctx, min_batch_size)
    }

    /// Sets the age at which a market is due whatever the size of its batch.
    pub fn set_max_batch_age(ctx: &mut Context<admin::ChangeConfig>, max_batch_age_slots: u64) -> Result<()> {
        set_max_batch_age::handler(ctx, max_batch_age_slots)
    }

    /// Replaces the relayer.
    pub fn set_relayer(ctx: &mut Context<admin::ChangeConfig>, active_relayer: Address) -> Result<()> {
        set_relayer::handler(ctx, active_relayer)
    }

    /// Replaces the attestor. No rule reads it in this release.
    pub fn set_attestor(ctx: &mut Context<admin::ChangeConfig>, attestor: Address) -> Result<()> {
        set_attestor::handler(ctx, attestor)
    }

    /// Sets the feature flags. This release knows none.
    pub fn set_feature_flags(ctx: &mut Context<admin::ChangeConfig>, feature_flags: u64) -> Result<()> {
        set_feature_flags::handler(ctx, feature_flags)
    }

    /// Sets the fee table.
    pub fn set_fees(ctx: &mut Context<admin::ChangeConfig>, fee_tiers: [FeeTier; 4]) -> Result<()> {
        set_fees::handler(ctx, fee_tiers)
    }

    /// Sets the delay of later withdrawal requests.
    pub fn set_withdrawal_delay(ctx: &mut Context<admin::ChangeConfig>, withdrawal_delay_slots: u64) -> Result<()> {
        set_withdrawal_delay::handler(ctx, withdrawal_delay_slots)
    }

    /// Replaces the guardian.
    pub fn set_guardian(ctx: &mut Context<admin::ChangeConfig>, guardian: Address) -> Result<()> {
        set_guardian::handler(ctx, guardian)
    }

    /// Schedules a change that comes into force by itself.
    pub fn schedule_change(ctx: &mut Context<admin::ChangeConfig>, change: ScheduledChange) -> Result<()> {
        schedule_change::handler(ctx, change)
    }

    /// Cancels the pending schedule, up to its activation slot.
    pub fn cancel_schedule(ctx: &mut Context<admin::ChangeConfig>) -> Result<()> {
        cancel_schedule::handler(ctx)
    }

    /// Nominates the next admin. The zero address withdraws a nomination.
    pub fn nominate_admin(ctx: &mut Context<admin::ChangeConfig>, pending_admin: Address) -> Result<()> {
        nominate_admin::handler(ctx, pending_admin)
    }

    /// The nominated admin takes over.
    pub fn accept_admin(ctx: &mut Context<accept_admin::AcceptAdmin>) -> Result<()> {
        accept_admin::handler(ctx)
    }

    // --- market ---

    /// Turns a fresh account of the program into a market and creates its vaults.
    pub fn create_market(ctx: &mut Context<create_market::CreateMarket>, base_lot_atoms: u64) -> Result<()> {
        create_market::handler(ctx, base_lot_atoms)
    }

    /// Adds room for traders.
    pub fn grow_market(ctx: &mut Context<grow_market::GrowMarket>) -> Result<()> {
        grow_market::handler(ctx)
    }

    /// Pays collected fees out.
    pub fn collect_fees(ctx: &mut Context<collect_fees::CollectFees>, amount: u64) -> Result<()> {
        collect_fees::handler(ctx, amount)
    }

    // --- hard fork, as the program that is left ---

    /// Nominates the program that markets can be handed over to once the timelock has passed. The zero address withdraws it.
    pub fn nominate_successor(ctx: &mut Context<admin::ChangeConfig>, program: Address) -> Result<()> {
        nominate_successor::handler(ctx, program)
    }

    /// Gives a market, its vaults and its deposits to the successor's prepared market.
    pub fn hand_over(ctx: &mut Context<fork::MoveMarket>) -> Result<()> {
        hand_over::handler(ctx)
    }

    /// Opens a market again that was handed over and whose vaults have come back.
    pub fn take_back(ctx: &mut Context<take_back::TakeBack>) -> Result<()> {
        take_back::handler(ctx)
    }

    // --- hard fork, as the program that goes on ---

    /// Names the program whose markets can be imported.
    pub fn set_predecessor(ctx: &mut Context<admin::ChangeConfig>, program: Address) -> Result<()> {
        set_predecessor::handler(ctx, program)
    }

    /// Turns a fresh account of the program into a market that waits for one of the predecessor's.
    pub fn prepare_import(ctx: &mut Context<prepare_import::PrepareImport>) -> Result<()> {
        prepare_import::handler(ctx)
    }

    /// Copies the next entries of the market that was handed over; after the last one the market opens.
    pub fn import_market(ctx: &mut Context<fork::MoveMarket>, max_entries: u32) -> Result<()> {
        import_market::handler(ctx, max_entries)
    }

    /// Forgets what was imported and gives vaults and deposits back.
    pub fn abort_import(ctx: &mut Context<fork::MoveMarket>) -> Result<()> {
        abort_import::handler(ctx)
    }

    // --- state tree ---

    /// Begins a tree of version 2 with the present root, and keeps the old tree.
    pub fn migrate_state_tree(ctx: &mut Context<migrate_state_tree::MigrateStateTree>) -> Result<()> {
        migrate_state_tree::handler(ctx)
    }

    /// Restores the tree that was kept, as long as no batch has settled since.
    pub fn revert_state_tree(ctx: &mut Context<revert_state_tree::LeavePreviousTree>) -> Result<()> {
        revert_state_tree::handler(ctx)
    }

    /// Drops the tree that was kept.
    pub fn finalize_migration(ctx: &mut Context<revert_state_tree::LeavePreviousTree>) -> Result<()> {
        finalize_migration::handler(ctx)
    }

    // --- money: never paused, never needs the relayer ---

    /// Opens an entry at the end, or at a free index, and locks its deposit.
    pub fn open_trader(ctx: &mut Context<open_trader::OpenTrader>, reuse_index: Option<u32>) -> Result<()> {
        open_trader::handler(ctx, reuse_index)
    }

    /// Begins to close an empty entry; once no trade can name it any more, frees it and returns the deposit.
    pub fn close_trader(ctx: &mut Context<close_trader::CloseTrader>, index: u32) -> Result<()> {
        close_trader::handler(ctx, index)
    }

    /// Moves tokens into the vaults and credits the entry.
    pub fn deposit(ctx: &mut Context<deposit::Deposit>, index: u32, base_lots: u64, quote_atoms: u64) -> Result<()> {
        deposit::handler(ctx, index, base_lots, quote_atoms)
    }

    /// Asks for a withdrawal and fixes its destinations.
    pub fn request_withdrawal(
        ctx: &mut Context<request_withdrawal::RequestWithdrawal>,
        index: u32,
        base_lots: u64,
        quote_atoms: u64,
    ) -> Result<()> {
        request_withdrawal::handler(ctx, index, base_lots, quote_atoms)
    }

    /// Pays what is still pending, after the delay and the hold.
    pub fn execute_withdrawal(ctx: &mut Context<execute_withdrawal::ExecuteWithdrawal>, index: u32) -> Result<()> {
        execute_withdrawal::handler(ctx, index)
    }

    /// Takes the request back.
    pub fn cancel_withdrawal(ctx: &mut Context<cancel_withdrawal::CancelWithdrawal>, index: u32) -> Result<()> {
        cancel_withdrawal::handler(ctx, index)
    }

    /// The guardian holds one request, once, before its delay has passed.
    pub fn hold_withdrawal(
        ctx: &mut Context<hold_withdrawal::HoldWithdrawal>,
        index: u32,
        hold_slots: u64,
    ) -> Result<()> {
        hold_withdrawal::handler(ctx, index, hold_slots)
    }

    // --- settlement ---

    /// Settles one batch. Its first byte names its version.
    pub fn settle_batch(ctx: &mut Context<settle_batch::SettleBatch>, data: &[u8]) -> Result<()> {
        settle_batch::handler(ctx, data)
    }

    /// The test flight: appends a heartbeat to the tree and changes nothing else.
    pub fn ping(ctx: &mut Context<ping::Ping>, nonce: u64) -> Result<()> {
        ping::handler(ctx, nonce)
    }
}
