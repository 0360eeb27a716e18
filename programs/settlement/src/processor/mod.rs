//! What a batch does to the entries, per version. Knows nothing of accounts, signers or slots.

mod exchange;
mod outcome;
#[cfg(not(feature = "v2-only"))]
pub mod v1;
pub mod v2;

pub use outcome::*;
