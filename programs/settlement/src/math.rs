//! Arithmetic on money. The chain's backend has no 128-bit multiply, which the standard checked product needs.

use crate::constants::BPS_PER_ONE;

/// `a × b`, or `None` when it does not fit. What is left of a product that wrapped, divided by `a`, is less than `b`.
#[inline(always)]
pub fn checked_mul(a: u64, b: u64) -> Option<u64> {
    // Opaque: a compiler that recognises the check replaces it by the 128-bit multiply.
    let product = core::hint::black_box(a.wrapping_mul(b));
    (a == 0 || product / a == b).then_some(product)
}

/// The fee on `amount`, rounded up. Fits while `bps` is at most `BPS_PER_ONE`.
#[inline(always)]
#[allow(
    clippy::manual_div_ceil,
    reason = "the standard one takes twice the instructions on the chain"
)]
pub fn fee(amount: u64, bps: u64) -> u64 {
    let (whole, rest) = (amount / BPS_PER_ONE, amount % BPS_PER_ONE);
    let rest_fee = (rest.wrapping_mul(bps) + (BPS_PER_ONE - 1)) / BPS_PER_ONE;
    whole.wrapping_mul(bps) + rest_fee
}

/// `fee` of an amount whose product with `bps` fits, in half the instructions.
#[inline(always)]
pub fn usual_fee(amount: u64, bps: u64) -> u64 {
    (amount.wrapping_mul(bps) + (BPS_PER_ONE - 1)) / BPS_PER_ONE
}
