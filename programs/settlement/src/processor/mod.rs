//! What a batch does to the entries, per version. Knows nothing of accounts, signers or slots.

mod outcome;
pub mod v1;

pub use outcome::*;
