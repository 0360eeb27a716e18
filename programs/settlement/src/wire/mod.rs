//! Bytes that come in with an instruction: layouts only, no rules.

mod cells;
mod column;
mod integer;
mod pod_codec;
#[cfg(not(feature = "v2-only"))]
pub mod v1;
pub mod v2;

pub(crate) use pod_codec::pod_codec;
