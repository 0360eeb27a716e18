//! Batch version 1: `0x01 ‖ borsh{ sequence: u64, trades: Vec<TradeV1> }`.

use {
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// Version, sequence, count.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct HeaderV1 {
    /// Always 1.
    pub version: u8,
    pub sequence: PodU64,
    /// Trades that follow.
    pub count: PodU32,
}

const _: () = assert!(
    core::mem::size_of::<HeaderV1>()
        == 1 // version
        + 8 // sequence
        + 4 // count
);

/// One trade. `quantity` 0 voids the id: the other fields are carried for the record.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct TradeV1 {
    /// The engine's number of the trade: 1 to 2^64 - 1, contiguous within a market.
    pub trade_id: PodU64,
    /// Index of the buyer's entry in the market: 0 to 2^32 - 1, below the market's count of entries.
    pub buyer: PodU32,
    /// Index of the seller's entry in the market: 0 to 2^32 - 1, another one than the buyer's.
    pub seller: PodU32,
    /// Quote atoms per base lot: 1 to 2^64 - 1; price times quantity must stay below 2^64.
    pub price: PodU64,
    /// Base lots: 1 to 2^64 - 1; 0 voids the trade.
    pub quantity: PodU64,
    /// Whether the buyer took liquidity and so pays the taker's fee: 0 or 1, any other byte is malformed.
    pub taker_is_buyer: PodBool,
}

const _: () = assert!(
    core::mem::size_of::<TradeV1>()
        == 8 // trade_id
        + 4 // buyer
        + 4 // seller
        + 8 // price
        + 8 // quantity
        + 1 // taker_is_buyer
);

/// The version byte.
pub const VERSION: u8 = 1;

/// A batch of version 1, read in place.
pub struct BatchV1<'a> {
    pub header: &'a HeaderV1,
    /// What follows the header; a whole number of trades only after `trades` has said so.
    body: &'a [u8],
}

impl<'a> BatchV1<'a> {
    /// Splits off the header. `None` when the bytes are shorter than it.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let (header, body) = data.split_at_checked(core::mem::size_of::<HeaderV1>())?;
        Some(Self {
            header: bytemuck::from_bytes(header),
            body,
        })
    }

    /// The trades. `None` when the count does not match the length.
    pub fn trades(&self) -> Option<&'a [TradeV1]> {
        let trades = bytemuck::try_cast_slice::<u8, TradeV1>(self.body).ok()?;
        (trades.len() == self.header.count.get() as usize).then_some(trades)
    }
}

impl TradeV1 {
    #[inline(always)]
    pub fn is_void(&self) -> bool {
        self.quantity == 0
    }

    /// The last byte is neither 0 nor 1.
    #[inline(always)]
    pub fn is_malformed(&self) -> bool {
        bytemuck::bytes_of(&self.taker_is_buyer)[0] > 1
    }
}
