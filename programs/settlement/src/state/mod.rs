//! The accounts: layouts, their asserts, and the invariant each must keep.

mod fee_tier;
mod global_config;
mod market;
mod portable;
mod previous_tree;
mod schedule;
mod seeds;
mod state_tree;
mod successor;
mod trader_entry;
mod zero_hashes;

pub use {
    fee_tier::*, global_config::*, market::*, portable::*, previous_tree::*, schedule::*, seeds::*, state_tree::*,
    successor::*, trader_entry::*, zero_hashes::*,
};
