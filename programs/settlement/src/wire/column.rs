//! One column of a version 2 batch: the same field of every trade, in one of three encodings.
//!
//! Frames are read first, for all columns; values come some rows at a time while trades settle, so a batch takes no
//! memory of its own. A value that is malformed stops its column, and the batch is refused at its end: nothing it did
//! remains.

use {
    super::{
        cells::{Cells, Row},
        integer::{leb128, short_leb128, MORE, SHORT},
    },
    crate::error::SettlementError,
};

/// First byte of a column: a length, then each value as a LEB128 integer.
pub const PLAIN: u8 = 0;
/// First byte of a column: a width, then each value in that many bits, lowest first.
pub const BIT_PACKED: u8 = 1;
/// First byte of a column: a length, then runs of a value and how often it comes, both LEB128 integers.
pub const RUN_LENGTH: u8 = 2;

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
        leb128(&mut self.rest)
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
    /// What is left of the payload; of a packed column the whole payload, so that a word can be loaded at any of its bits.
    bytes: &'a [u8],
    /// Bytes of the payload behind the column, which others are read from.
    after: usize,
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
                self.bytes = reader.rest;
                reader.take(length)?;
                self.after = reader.rest.len();
            }
            _ => return Err(SettlementError::UnknownEncoding),
        }
        Ok(())
    }

    /// Reads the next value of each row. Once the column has stopped, it writes any its field can hold.
    #[inline(never)]
    pub fn fill(&mut self, rows: &mut [Row], field: usize) {
        let cells = Cells::of(rows, field);
        match self.encoding {
            BIT_PACKED => self.unpack(cells),
            PLAIN => self.read_plain(cells),
            _ => self.read_runs(cells),
        }
    }

    /// Refuses a column that was malformed, or holds more values than were read.
    #[inline(never)]
    pub fn finish(&mut self) -> Result<(), SettlementError> {
        if self.encoding != BIT_PACKED && (self.bytes.len() != self.after || self.run != 0) {
            self.stop(self.fault_at_end(SettlementError::ColumnCountMismatch));
        }
        self.fault.map_or(Ok(()), Err)
    }

    #[inline(always)]
    fn unpack(&mut self, mut cells: Cells) {
        let (width, mask) = (self.width, u64::MAX >> (64 - self.width));
        let mut bit = self.bit;
        self.bit += width * cells.len();
        while !cells.is_empty() {
            let (mut word, held) = word_at(self.bytes, bit);
            let mut values = held / width;
            if values == 0 {
                word = wide_at(self.bytes, bit);
                values = 1;
            }
            bit += width * values;
            for cell in cells.take_first(values) {
                *cell = word & mask;
                word = word.wrapping_shr(width as u32);
            }
        }
    }

    #[inline(always)]
    fn read_plain(&mut self, cells: Cells) {
        let max = self.max;
        let least = (self.after + 1).max(SHORT);
        // Opaque: a compiler that knows it compares signs, which takes three instructions.
        let more = core::hint::black_box(MORE);
        let mut bytes = self.bytes;
        for cell in cells {
            *cell = short_leb128(&mut bytes, least, more, max).unwrap_or_else(|| {
                self.bytes = bytes;
                let value = self.integer(max, SettlementError::ColumnCountMismatch);
                bytes = self.bytes;
                value
            });
        }
        self.bytes = bytes;
    }

    /// A run that is longer than the column shows at the end.
    #[inline(always)]
    fn read_runs(&mut self, cells: Cells) {
        let (mut run, mut value) = (self.run, self.value);
        for cell in cells {
            if run == 0 {
                self.begin_run();
                (run, value) = (self.run, self.value);
            }
            run -= 1;
            *cell = value;
        }
        self.run = run;
    }

    #[inline(never)]
    fn begin_run(&mut self) {
        self.value = self.integer(self.max, SettlementError::ColumnCountMismatch);
        self.run = self.integer(u64::MAX, SettlementError::ColumnTruncated);
        if self.run == 0 {
            self.stop(SettlementError::ColumnCountMismatch);
            // So that nothing is read any more.
            self.run = u64::MAX;
        }
    }

    /// The next integer, of any size; 0 where there is none, which stops the column.
    #[inline(never)]
    fn integer(&mut self, max: u64, at_end: SettlementError) -> u64 {
        if self.bytes.len() <= self.after {
            return self.stop(self.fault_at_end(at_end));
        }
        let (mut rest, behind) = self.bytes.split_at(self.bytes.len() - self.after);
        match leb128(&mut rest) {
            Ok(value) if value <= max => {
                self.bytes = &self.bytes[self.bytes.len() - behind.len() - rest.len()..];
                value
            }
            Ok(_) => self.stop(SettlementError::ColumnValueOutOfRange),
            Err(fault) => self.stop(fault),
        }
    }

    /// `at_end`, unless the last value took bytes from behind the column.
    fn fault_at_end(&self, at_end: SettlementError) -> SettlementError {
        if self.bytes.len() < self.after {
            SettlementError::ColumnTruncated
        } else {
            at_end
        }
    }

    /// Keeps the first fault, and leaves nothing to read.
    #[cold]
    #[inline(never)]
    fn stop(&mut self, fault: SettlementError) -> u64 {
        (self.bytes, self.after) = (&[], 0);
        self.fault.get_or_insert(fault);
        0
    }
}

/// The bits from `bit` on that one word holds, and how many: 57 or more, or all there are. `bit` is within the payload, which
/// is longer than a word.
#[inline(always)]
fn word_at(payload: &[u8], bit: usize) -> (u64, usize) {
    let first = (bit / 8).min(payload.len() - 8);
    // SAFETY: the payload has its header at least, which is longer than a word, and so a word from `first` on.
    let word = unsafe { payload.as_ptr().add(first).cast::<u64>().read_unaligned() };
    let shift = bit - first * 8;
    (u64::from_le(word) >> shift, 64 - shift)
}

/// 64 bits from `bit` on, or all there are.
#[cold]
#[inline(never)]
fn wide_at(payload: &[u8], bit: usize) -> u64 {
    word_at(payload, bit).0 & 0xffff_ffff | word_at(payload, bit + 32).0 << 32
}
