//! One file per instruction, in a fixed order: arguments, accounts, validate, handler.

// Shared accounts of the admin's instructions, of those that move a market, and of those that change its tree back.
pub mod admin;
pub mod fork;

pub mod abort_import;
pub mod accept_admin;
pub mod cancel_schedule;
pub mod cancel_withdrawal;
pub mod close_trader;
pub mod collect_fees;
pub mod create_market;
pub mod deposit;
pub mod execute_withdrawal;
pub mod finalize_migration;
pub mod grow_market;
pub mod hand_over;
pub mod hold_withdrawal;
pub mod import_market;
pub mod initialize;
pub mod migrate_state_tree;
pub mod nominate_admin;
pub mod nominate_successor;
pub mod open_trader;
pub mod ping;
pub mod prepare_import;
pub mod request_withdrawal;
pub mod revert_state_tree;
pub mod schedule_change;
pub mod set_allowed_versions;
pub mod set_attestor;
pub mod set_feature_flags;
pub mod set_fees;
pub mod set_guardian;
pub mod set_max_batch_age;
pub mod set_min_batch_size;
pub mod set_paused;
pub mod set_predecessor;
pub mod set_relayer;
pub mod set_withdrawal_delay;
pub mod settle_batch;
pub mod take_back;
