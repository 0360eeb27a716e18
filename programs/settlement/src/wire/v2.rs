//! Batch version 2: `0x02 ‖ header ‖ columns`. Trade ids follow from the first one; each other field is a column.

use {
    super::column::{unzigzag, Column, Reader, Row},
    crate::{constants::MAX_TRADES_V2, error::SettlementError},
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
    core::result::Result,
};

/// What a version 2 batch says before its columns.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct HeaderV2 {
    /// Always 2.
    pub version: u8,
    pub sequence: PodU64,
    /// Id of the first trade: the market's last one + 1, also without trades.
    pub first_trade_id: PodU64,
    /// Trades in the columns.
    pub count: PodU16,
    /// The first 8 bytes, little-endian, of the digest of the payload that was accepted before this one.
    pub prev_digest_prefix: PodU64,
}

const _: () = assert!(
    core::mem::size_of::<HeaderV2>()
        == 1 // version
        + 8 // sequence
        + 8 // first_trade_id
        + 2 // count
        + 8 // prev_digest_prefix
);

/// One trade. `quantity` 0 voids the id: the other fields are carried for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IdlType)]
pub struct TradeV2 {
    /// The engine's number of the trade: 1 to 2^64 - 1, contiguous within a market.
    pub trade_id: u64,
    /// Index of the buyer's entry in the market: 0 to 2^32 - 1, below the market's count of entries.
    pub buyer: u32,
    /// Index of the seller's entry in the market: 0 to 2^32 - 1, another one than the buyer's.
    pub seller: u32,
    /// Quote atoms per base lot: 1 to 2^64 - 1; price times quantity must stay below 2^64.
    pub price: u64,
    /// Base lots: 1 to 2^64 - 1; 0 voids the trade.
    pub quantity: u64,
    /// Whether the buyer took liquidity: the taker pays the tier's taker fee, the other side its maker fee.
    pub taker_is_buyer: bool,
    /// What the taker's order was: 0 limit, 1 market, 2 immediate or cancel, 3 fill or kill. 4 to 7 are on the wire but
    /// unknown: such a trade is skipped.
    pub order_type: u8,
    /// Row of the config's fee table that both sides pay by: 0 to 3.
    pub fee_tier: u8,
}

/// The version byte.
pub const VERSION: u8 = 2;

const HEADER_BYTES: usize = core::mem::size_of::<HeaderV2>();

/// Bits of a value of the flags column: 1 taker is buyer, 2 fee tier, 3 order type.
const FLAGS_BITS: usize = 6;
const TIER_SHIFT: u32 = 1;
const TIER_MASK: u8 = 0b11;
const ORDER_TYPE_SHIFT: u32 = 3;

/// A batch of version 2 whose columns have not been looked at.
pub struct BatchV2<'a> {
    pub header: &'a HeaderV2,
    data: &'a [u8],
}

impl<'a> BatchV2<'a> {
    /// Reads the header. `None` when the bytes are shorter than it.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let header = data.get(..HEADER_BYTES)?;
        Some(Self {
            header: bytemuck::from_bytes(header),
            data,
        })
    }
}

/// Places of the columns in a row, and their order on the wire.
mod field {
    pub const BUYER: usize = 0;
    pub const SELLER: usize = 1;
    pub const PRICE_STEP: usize = 2;
    pub const QUANTITY: usize = 3;
    pub const FLAGS: usize = 4;
}

/// What a value of each column can have at most.
const BITS: [usize; 5] = [32, 32, 64, 64, FLAGS_BITS];

/// Rows read at a time: the encoding of a column is looked at once for all of them.
const ROWS: usize = 32;

/// The trades of a batch, row by row.
#[derive(Default)]
pub struct TradesV2<'a> {
    next_id: u64,
    /// Of the next trade.
    price: u64,
    columns: [Column<'a>; 5],
    /// Trades not read into rows yet.
    unread: usize,
    rows: [Row; ROWS],
    /// The next row, of those that are filled.
    row: usize,
    filled: usize,
}

impl<'a> TradesV2<'a> {
    /// Begins with a batch: reads the frames of its columns.
    #[inline(never)]
    pub fn open(&mut self, batch: &BatchV2<'a>) -> Result<(), SettlementError> {
        self.next_id = batch.header.first_trade_id.get();
        self.unread = batch.header.count.get().into();
        let mut reader = Reader::new(batch.data, HEADER_BYTES);
        if self.unread > MAX_TRADES_V2 {
            return Err(SettlementError::TooManyTrades);
        }
        if self.unread > 0 {
            for (place, column) in self.columns.iter_mut().enumerate() {
                let mut values = self.unread;
                if place == field::PRICE_STEP {
                    self.price = reader.integer()?;
                    values -= 1;
                }
                column.open(&mut reader, values, BITS[place])?;
            }
        }
        if !reader.is_at_end() {
            return Err(SettlementError::TrailingBytes);
        }
        Ok(())
    }

    /// Trades still to come.
    pub fn left(&self) -> usize {
        self.unread + self.filled - self.row
    }

    /// Reads the next rows.
    #[inline(never)]
    fn fill(&mut self) {
        let filled = self.unread.min(ROWS);
        self.unread -= filled;
        // The last trade has no step to a next one.
        let steps = filled - usize::from(self.unread == 0);
        for (place, column) in self.columns.iter_mut().enumerate() {
            let values = if place == field::PRICE_STEP { steps } else { filled };
            column.fill(&mut self.rows[..values], place);
        }
        (self.row, self.filled) = (0, filled);
    }

    /// Refuses the batch for its first malformed column. Asked after the last trade.
    #[inline(never)]
    pub fn finish(&self) -> Result<(), SettlementError> {
        for column in &self.columns {
            column.finish()?;
        }
        Ok(())
    }
}

impl Iterator for TradesV2<'_> {
    type Item = TradeV2;

    #[inline(always)]
    fn next(&mut self) -> Option<TradeV2> {
        if self.row == self.filled {
            if self.unread == 0 {
                return None;
            }
            self.fill();
        }
        let row = self.rows.get(self.row)?;
        self.row += 1;
        let flags = row[field::FLAGS] as u8;
        let trade = TradeV2 {
            trade_id: self.next_id,
            buyer: row[field::BUYER] as u32,
            seller: row[field::SELLER] as u32,
            price: self.price,
            quantity: row[field::QUANTITY],
            taker_is_buyer: flags & 1 != 0,
            order_type: flags >> ORDER_TYPE_SHIFT,
            fee_tier: flags >> TIER_SHIFT & TIER_MASK,
        };
        self.next_id = self.next_id.wrapping_add(1);
        // Each row but the last holds the step to the next price.
        self.price = self.price.wrapping_add(unzigzag(row[field::PRICE_STEP]));
        Some(trade)
    }
}

impl TradeV2 {
    #[inline(always)]
    pub fn is_void(&self) -> bool {
        self.quantity == 0
    }
}
