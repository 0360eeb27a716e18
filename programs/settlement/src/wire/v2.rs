//! Batch version 2: `0x02 ‖ header ‖ columns`. Trade ids follow from the first one; each other field is a column.

use {
    super::{
        cells::{Row, COLUMNS},
        column::{Column, Reader},
        integer::unzigzag,
    },
    crate::{constants::MAX_TRADES_V2, error::SettlementError},
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
    core::{hint::assert_unchecked, result::Result},
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
const BITS: [usize; COLUMNS] = [32, 32, 64, 64, FLAGS_BITS];

/// Rows read at a time: as many as a transaction of a market holds, few enough for the heap.
const ROWS: usize = 256;

/// A trade as its columns have it. Its id follows from its place in the batch.
#[derive(Clone, Copy)]
pub struct TradeRow<'a> {
    pub price: u64,
    values: &'a Row,
    /// How many trades follow in its block, and where the block ends in the batch.
    left: usize,
    end: usize,
}

impl TradeRow<'_> {
    /// Its place in the batch.
    #[inline(always)]
    pub fn place(&self) -> usize {
        self.end - self.left - 1
    }

    #[inline(always)]
    pub fn buyer(&self) -> u32 {
        self.index(field::BUYER)
    }

    #[inline(always)]
    pub fn seller(&self) -> u32 {
        self.index(field::SELLER)
    }

    #[inline(always)]
    pub fn quantity(&self) -> u64 {
        self.values[field::QUANTITY]
    }

    #[inline(always)]
    pub fn is_void(&self) -> bool {
        self.quantity() == 0
    }

    #[inline(always)]
    pub fn taker_is_buyer(&self) -> bool {
        self.flags() & 1 != 0
    }

    #[inline(always)]
    pub fn fee_tier(&self) -> u8 {
        self.flags() >> TIER_SHIFT & TIER_MASK
    }

    #[inline(always)]
    pub fn order_type(&self) -> u8 {
        self.flags() >> ORDER_TYPE_SHIFT
    }

    #[inline(always)]
    fn index(&self, field: usize) -> u32 {
        let index = self.values[field];
        // SAFETY: rows begin as zeros, and `Column::fill` writes no value above the largest of its field.
        unsafe { assert_unchecked(index <= u32::MAX.into()) };
        index as u32
    }

    #[inline(always)]
    fn flags(&self) -> u8 {
        let flags = self.values[field::FLAGS];
        // SAFETY: as for `index`.
        unsafe { assert_unchecked(flags >> FLAGS_BITS == 0) };
        flags as u8
    }

    pub fn trade(&self, trade_id: u64) -> TradeV2 {
        TradeV2 {
            trade_id,
            buyer: self.buyer(),
            seller: self.seller(),
            price: self.price,
            quantity: self.quantity(),
            taker_is_buyer: self.taker_is_buyer(),
            order_type: self.order_type(),
            fee_tier: self.fee_tier(),
        }
    }
}

/// The trades of a batch.
#[derive(Default)]
pub struct TradesV2<'a> {
    count: usize,
    first_price: u64,
    columns: [Column<'a>; COLUMNS],
}

impl<'a> TradesV2<'a> {
    /// Begins with a batch: reads the frames of its columns.
    #[inline(never)]
    pub fn open(&mut self, batch: &BatchV2<'a>) -> Result<(), SettlementError> {
        self.count = batch.header.count.get().into();
        let mut reader = Reader::new(batch.data, HEADER_BYTES);
        if self.count > MAX_TRADES_V2 {
            return Err(SettlementError::TooManyTrades);
        }
        if self.count > 0 {
            for (place, column) in self.columns.iter_mut().enumerate() {
                let mut values = self.count;
                if place == field::PRICE_STEP {
                    self.first_price = reader.integer()?;
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

    pub fn count(&self) -> usize {
        self.count
    }

    /// Hands each trade on, then refuses the batch for its first malformed column.
    #[inline(always)]
    pub fn read(mut self, mut each: impl FnMut(TradeRow)) -> Result<(), SettlementError> {
        let mut rows = vec![Row::default(); self.count.min(ROWS)];
        let mut price = self.first_price;
        let mut unread = self.count;
        while unread > 0 {
            let filled = unread.min(ROWS);
            unread -= filled;
            self.fill(&mut rows[..filled], unread == 0);
            let mut rest = &rows[..filled];
            while let [values, later @ ..] = rest {
                rest = later;
                each(TradeRow {
                    price,
                    values,
                    left: later.len(),
                    end: self.count - unread,
                });
                // Each row but the last holds the step to the next price.
                price = price.wrapping_add(unzigzag(values[field::PRICE_STEP]));
            }
        }
        self.finish()
    }

    /// Reads the next rows.
    #[inline(never)]
    fn fill(&mut self, rows: &mut [Row], is_last: bool) {
        // The last trade has no step to a next one.
        let steps = rows.len() - usize::from(is_last);
        for (place, column) in self.columns.iter_mut().enumerate() {
            let values = if place == field::PRICE_STEP { steps } else { rows.len() };
            column.fill(&mut rows[..values], place);
        }
    }

    #[inline(never)]
    fn finish(&mut self) -> Result<(), SettlementError> {
        for column in &mut self.columns {
            column.finish()?;
        }
        Ok(())
    }
}
