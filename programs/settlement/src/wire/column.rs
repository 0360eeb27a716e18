//! One column of a version 2 batch: the same field of every trade, in one of three encodings.
//!
//! Frames are read first, for all columns; values come some rows at a time while trades settle, so a batch takes no
//! memory of its own. A value that is malformed stops its column, and the batch is refused at its end: nothing it did
//! remains.

use {
    crate::error::SettlementError,
    core::{marker::PhantomData, mem::size_of},
};

/// First byte of a column: a length, then each value as a LEB128 integer.
pub const PLAIN: u8 = 0;
/// First byte of a column: a width, then each value in that many bits, lowest first.
pub const BIT_PACKED: u8 = 1;
/// First byte of a column: a length, then runs of a value and how often it comes, both LEB128 integers.
pub const RUN_LENGTH: u8 = 2;

pub const COLUMNS: usize = 5;

/// One value of each column.
pub type Row = [u64; COLUMNS];

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

    /// Reads the next value of each row. Once the column has stopped, it writes zeros.
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

/// One field of some rows. A slice of rows and a field would be two numbers to add at every value.
struct Cells<'a> {
    next: *mut u64,
    /// The field of the row that would follow the last one.
    end: *mut u64,
    rows: PhantomData<&'a mut [Row]>,
}

impl<'a> Cells<'a> {
    fn of(rows: &'a mut [Row], field: usize) -> Self {
        assert!(field < COLUMNS);
        let next = rows.as_mut_ptr().cast::<u64>().wrapping_add(field);
        Self {
            next,
            end: next.wrapping_add(rows.len() * COLUMNS),
            rows: PhantomData,
        }
    }

    fn len(&self) -> usize {
        (self.end.addr() - self.next.addr()) / size_of::<Row>()
    }

    fn is_empty(&self) -> bool {
        self.next == self.end
    }

    /// Splits the first `count` cells off, or all there are.
    #[inline(always)]
    fn take_first(&mut self, count: usize) -> Self {
        let next = self.next;
        self.next = next.wrapping_add(count * COLUMNS).min(self.end);
        Self {
            next,
            end: self.next,
            rows: PhantomData,
        }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a mut u64;

    #[inline(always)]
    fn next(&mut self) -> Option<&'a mut u64> {
        if self.is_empty() {
            return None;
        }
        let cell = self.next;
        self.next = cell.wrapping_add(COLUMNS);
        // SAFETY: from `next` to `end` are the cells of one field of borrowed rows, and each is handed out once.
        Some(unsafe { &mut *cell })
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

/// The bit of a byte that says that more follow.
const MORE: u64 = 0x80;

/// Bytes of the integers that are read without a loop: most prices and quantities have no more.
const SHORT: usize = 4;

/// The next integer when it is short, well formed and at most `max`, and `bytes` are `least`, which are at least that many. Else
/// nothing is read.
#[inline(always)]
fn short_leb128(bytes: &mut &[u8], least: usize, more: u64, max: u64) -> Option<u64> {
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
fn leb128(payload: &mut &[u8]) -> Result<u64, SettlementError> {
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
