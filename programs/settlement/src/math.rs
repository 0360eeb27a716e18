//! Arithmetic on money. The chain's backend has no 128-bit multiply, so products are built from 32-bit halves.

use crate::constants::BPS_PER_ONE;

const LOW_HALF: u64 = u32::MAX as u64;

/// `a × b`, or `None` when it does not fit.
#[inline(always)]
pub fn checked_mul(a: u64, b: u64) -> Option<u64> {
    if a | b <= LOW_HALF {
        return Some(a.wrapping_mul(b));
    }
    wide_mul(a, b)
}

/// `checked_mul` when a factor has a high half. No product here can wrap: each is of two 32-bit numbers.
#[cold]
fn wide_mul(a: u64, b: u64) -> Option<u64> {
    let (a_high, a_low) = (a >> 32, a & LOW_HALF);
    let (b_high, b_low) = (b >> 32, b & LOW_HALF);
    if a_high != 0 && b_high != 0 {
        return None;
    }
    let middle = a_high.wrapping_mul(b_low) | a_low.wrapping_mul(b_high);
    if middle > LOW_HALF {
        return None;
    }
    (middle << 32).checked_add(a_low.wrapping_mul(b_low))
}

/// Up to here `amount × bps` fits, whatever the rate.
const SMALL_AMOUNT: u64 = u64::MAX / BPS_PER_ONE - 1;

/// The fee on `amount`, rounded up: `ceil(amount × bps / 10_000)`. Fits while `bps` is at most `BPS_PER_ONE`.
#[inline(always)]
pub fn fee(amount: u64, bps: u16) -> u64 {
    let bps = u64::from(bps);
    if amount <= SMALL_AMOUNT {
        return ceil_div(amount.wrapping_mul(bps));
    }
    let (whole, rest) = (amount / BPS_PER_ONE, amount % BPS_PER_ONE);
    whole.wrapping_mul(bps).wrapping_add(ceil_div(rest.wrapping_mul(bps)))
}

/// `product / BPS_PER_ONE`, rounded up, of a product that leaves room for the rounding.
#[inline(always)]
#[allow(
    clippy::manual_div_ceil,
    reason = "the standard one takes twice the instructions on the chain"
)]
fn ceil_div(product: u64) -> u64 {
    (product + (BPS_PER_ONE - 1)) / BPS_PER_ONE
}
