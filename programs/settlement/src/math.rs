//! Arithmetic on money. The chain's backend has no 128-bit multiply, so products are built from 32-bit halves.

use crate::constants::BPS_PER_ONE;

const LOW_HALF: u64 = u32::MAX as u64;

/// `a × b`, or `None` when it does not fit.
#[inline(always)]
pub fn checked_mul(a: u64, b: u64) -> Option<u64> {
    let (a_high, a_low) = (a >> 32, a & LOW_HALF);
    let (b_high, b_low) = (b >> 32, b & LOW_HALF);
    // No product below can wrap: each is of two 32-bit numbers.
    let low = a_low.wrapping_mul(b_low);
    if a_high | b_high == 0 {
        return Some(low);
    }
    if a_high != 0 && b_high != 0 {
        return None;
    }
    let middle = a_high.wrapping_mul(b_low) | a_low.wrapping_mul(b_high);
    if middle > LOW_HALF {
        return None;
    }
    low.checked_add(middle << 32)
}

/// The fee on `amount`, rounded up. Can not overflow while `bps` is at most `BPS_PER_ONE`.
#[inline(always)]
pub fn fee(amount: u64, bps: u16) -> u64 {
    let bps = u64::from(bps);
    let whole = (amount / BPS_PER_ONE).wrapping_mul(bps);
    let rest = (amount % BPS_PER_ONE).wrapping_mul(bps);
    whole.wrapping_add(rest.div_ceil(BPS_PER_ONE))
}
