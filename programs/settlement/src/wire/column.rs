//! One column of a version 2 batch: the same field of every trade, in one of three encodings.
//!
//! Frames are read first, for all columns; values come some rows at a time while trades settle, so a batch takes no
//! memory of its own. A value that is malformed stops its column, and the batch is refused at its end: nothing it did
//! remains.

use crate::error::SettlementError;

/// First byte of a column: a length, then each value as a LEB128 integer.
pub const PLAIN: u8 = 0;
/// First byte of a column: a width, then each value in that many bits, lowest first.
pub const BIT_PACKED: u8 = 1;
/// First byte of a column: a length, then runs of a value and how often it comes, both LEB128 integers.
pub const RUN_LENGTH: u8 = 2;

/// One value of each column.
pub type Row = [u64; 5];

/// A payload, read from front to back.
pub struct Reader<'a> {
    payload: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `payload` from `start` on.
    pub fn new(payload: &'a [u8], start: usize) -> Self {
        Self {
            payload,
            rest: payload.get(start..).unwrap_or_default(),
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn integer(&mut self) -> Result<u64, SettlementError> {
        long_leb128(&mut self.rest)
    }

    fn byte(&mut self) -> Result<u8, SettlementError> {
        let (byte, rest) = self.rest.split_first().ok_or(SettlementError::ColumnTruncated)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn take(&mut self, bytes: u64) -> Result<&'a [u8], SettlementError> {
        let split = self.rest.split_at_checked(bytes as usize);
        let (taken, rest) = split.ok_or(SettlementError::ColumnTruncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// The values of one field, read in order.
#[derive(Clone, Copy, Default)]
pub struct Column<'a> {
    encoding: u8,
    /// What is left to read; of a packed column the whole payload, so that a word can be loaded at any of its bits.
    bytes: &'a [u8],
    /// The next bit of a packed column.
    bit: usize,
    width: usize,
    /// Values left in the run.
    run: u64,
    /// The run's value.
    value: u64,
    /// The largest value the field can hold.
    max: u64,
    fault: Option<SettlementError>,
}

impl<'a> Column<'a> {
    /// Reads the frame of a column of `count` values of at most `bits` bits.
    #[inline(never)]
    pub fn open(&mut self, reader: &mut Reader<'a>, count: usize, bits: usize) -> Result<(), SettlementError> {
        self.max = u64::MAX >> (64 - bits);
        self.encoding = reader.byte()?;
        match self.encoding {
            BIT_PACKED => {
                self.width = reader.byte()?.into();
                if self.width == 0 || self.width > bits {
                    return Err(SettlementError::UnknownEncoding);
                }
                self.bytes = reader.payload;
                self.bit = (reader.payload.len() - reader.rest.len()) * 8;
                let used = count * self.width;
                let packed = reader.take(used.div_ceil(8) as u64)?;
                let last = packed.last().copied().unwrap_or_default();
                if last >> 1 >> ((used + 7) % 8) != 0 {
                    return Err(SettlementError::SpareBitsSet);
                }
            }
            PLAIN | RUN_LENGTH => {
                let length = reader.integer()?;
                self.bytes = reader.take(length)?;
            }
            _ => return Err(SettlementError::UnknownEncoding),
        }
        Ok(())
    }

    /// Reads the next value of each row; any value once the column has stopped.
    #[inline(never)]
    pub fn fill(&mut self, rows: &mut [Row], field: usize) {
        match self.encoding {
            BIT_PACKED => {
                let (bytes, width) = (self.bytes, self.width);
                let mut bit = self.bit;
                for row in rows {
                    // A word holds so many bits from any bit on; wider values are put together.
                    row[field] = if width <= WORD_HOLDS {
                        bits_at(bytes, bit, width)
                    } else {
                        wide_bits_at(bytes, bit, width)
                    };
                    bit += width;
                }
                self.bit = bit;
            }
            PLAIN => {
                for row in rows {
                    row[field] = self.integer();
                }
            }
            _ => {
                for row in rows {
                    if self.run == 0 {
                        self.begin_run();
                    }
                    self.run = self.run.wrapping_sub(1);
                    row[field] = self.value;
                }
            }
        }
    }

    /// Refuses a column that was malformed, or holds more values than were read.
    #[inline(never)]
    pub fn finish(&self) -> Result<(), SettlementError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.encoding != BIT_PACKED && (!self.bytes.is_empty() || self.run != 0) {
            return Err(SettlementError::ColumnCountMismatch);
        }
        Ok(())
    }

    #[inline(always)]
    fn integer(&mut self) -> u64 {
        if self.bytes.is_empty() {
            return self.stop(SettlementError::ColumnCountMismatch);
        }
        match leb128(&mut self.bytes) {
            Ok(value) if value <= self.max => value,
            Ok(_) => self.stop(SettlementError::ColumnValueOutOfRange),
            Err(fault) => self.stop(fault),
        }
    }

    /// Reads the next run. A run that is longer than the column shows at the end.
    #[inline(always)]
    fn begin_run(&mut self) {
        self.value = self.integer();
        if self.fault.is_some() {
            return;
        }
        match long_leb128(&mut self.bytes) {
            Ok(0) => self.value = self.stop(SettlementError::ColumnCountMismatch),
            Ok(length) => self.run = length,
            Err(fault) => self.value = self.stop(fault),
        }
    }

    /// Keeps the first fault, and leaves nothing to read.
    #[cold]
    #[inline(never)]
    fn stop(&mut self, fault: SettlementError) -> u64 {
        self.bytes = &[];
        self.fault.get_or_insert(fault);
        0
    }
}

/// Bits that a word of eight bytes holds from any bit of its first byte on.
const WORD_HOLDS: usize = 57;

/// The `width` bits from `bit` on. The bits are within the payload, which is longer than a word.
#[inline(always)]
fn bits_at(payload: &[u8], bit: usize, width: usize) -> u64 {
    let first = (bit / 8).min(payload.len().wrapping_sub(8));
    let word = payload.get(first..first.wrapping_add(8)).and_then(<[u8]>::first_chunk);
    let word = word.map_or(0, |word| u64::from_le_bytes(*word));
    word >> (bit - first * 8) & (u64::MAX >> (64 - width))
}

#[cold]
#[inline(never)]
fn wide_bits_at(payload: &[u8], bit: usize, width: usize) -> u64 {
    bits_at(payload, bit, 32) | bits_at(payload, bit + 32, width - 32) << 32
}

/// Splits an unsigned LEB128 integer of at most 64 bits off, in its shortest form.
#[inline(always)]
pub fn leb128(payload: &mut &[u8]) -> Result<u64, SettlementError> {
    match *payload {
        [only @ 0..0x80, rest @ ..] => {
            *payload = rest;
            Ok(u64::from(*only))
        }
        _ => long_leb128(payload),
    }
}

/// `leb128` of any length, out of line.
#[inline(never)]
fn long_leb128(payload: &mut &[u8]) -> Result<u64, SettlementError> {
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
