//! Bytes that come in with an instruction: layouts only, no rules.

mod pod_codec;
pub mod v1;

pub(crate) use pod_codec::pod_codec;
