//! Integers of varying length: LEB128, in their shortest form.

use crate::error::SettlementError;

/// The bit of a byte that says that more follow.
pub const MORE: u64 = 0x80;

/// Bytes of the integers that are read without a loop: most prices and quantities have no more.
pub const SHORT: usize = 4;

/// The next integer when it is short, well formed and at most `max`, and `bytes` are `least`, which are at least that many. Else
/// nothing is read.
#[inline(always)]
pub fn short_leb128(bytes: &mut &[u8], least: usize, more: u64, max: u64) -> Option<u64> {
    if bytes.len() < least {
        return None;
    }
    let window = bytes.first_chunk::<SHORT>()?;
    let mut value = u64::from(window[0]);
    if value < more {
        if value > max {
            return None;
        }
        *bytes = &bytes[1..];
        return Some(value);
    }
    for at in 1..SHORT {
        let byte = u64::from(window[at]);
        // Without the mark of the byte before.
        value = value - (MORE << (7 * at - 7)) + (byte << (7 * at));
        if byte < more {
            if byte == 0 || value > max {
                return None;
            }
            *bytes = &bytes[at + 1..];
            return Some(value);
        }
    }
    None
}

/// Splits an unsigned LEB128 integer of at most 64 bits off, in its shortest form.
#[inline(never)]
pub fn leb128(payload: &mut &[u8]) -> Result<u64, SettlementError> {
    let mut value = 0;
    let mut rest = *payload;
    let mut shift = 0;
    while let [byte, after @ ..] = rest {
        rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        // The tenth byte holds the last bit.
        if (shift == 63 && *byte > 1) || (*byte == 0 && shift > 0) {
            return Err(SettlementError::OverlongInteger);
        }
        if *byte < 0x80 {
            *payload = rest;
            return Ok(value);
        }
        shift += 7;
    }
    Err(SettlementError::ColumnTruncated)
}

/// The signed step behind an unsigned number: 0, -1, 1, -2, 2…
#[inline(always)]
pub fn unzigzag(step: u64) -> u64 {
    (step >> 1) ^ (step & 1).wrapping_neg()
}
