//! What becomes of a trade and of a batch.

#[cfg(not(feature = "v2-only"))]
use crate::error::SettlementError;
use crate::units::{BaseLots, QuoteAtoms};

/// Result codes: one byte a trade, part of the batch's leaf.
pub mod result_code {
    pub const SETTLED: u8 = 0;
    pub const VOIDED: u8 = 1;
    pub const TRADER_INDEX_OUT_OF_RANGE: u8 = 2;
    pub const SELF_TRADE: u8 = 3;
    pub const ZERO_PRICE: u8 = 4;
    pub const AMOUNT_OVERFLOW: u8 = 5;
    pub const INSUFFICIENT_BASE: u8 = 6;
    pub const INSUFFICIENT_QUOTE: u8 = 7;
    pub const ENTRY_NOT_OPEN: u8 = 8;
    /// Version 2 alone: version 1 has no order types.
    pub const UNKNOWN_ORDER_TYPE: u8 = 9;
}

/// Why a trade can not settle.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeFault {
    TraderIndexOutOfRange = result_code::TRADER_INDEX_OUT_OF_RANGE,
    SelfTrade = result_code::SELF_TRADE,
    ZeroPrice = result_code::ZERO_PRICE,
    AmountOverflow = result_code::AMOUNT_OVERFLOW,
    InsufficientBase = result_code::INSUFFICIENT_BASE,
    InsufficientQuote = result_code::INSUFFICIENT_QUOTE,
    EntryNotOpen = result_code::ENTRY_NOT_OPEN,
    /// Of version 2 alone.
    UnknownOrderType = result_code::UNKNOWN_ORDER_TYPE,
}

#[cfg(not(feature = "v2-only"))]
impl From<TradeFault> for SettlementError {
    fn from(fault: TradeFault) -> Self {
        match fault {
            TradeFault::TraderIndexOutOfRange => Self::TraderIndexOutOfRange,
            TradeFault::SelfTrade => Self::SelfTrade,
            TradeFault::ZeroPrice => Self::ZeroPrice,
            TradeFault::AmountOverflow => Self::AmountOverflow,
            TradeFault::InsufficientBase => Self::InsufficientBase,
            TradeFault::InsufficientQuote => Self::InsufficientQuote,
            TradeFault::EntryNotOpen => Self::EntryNotOpen,
            TradeFault::UnknownOrderType => Self::UnknownOrderType,
        }
    }
}

/// Why a batch of version 1 is refused.
#[cfg(not(feature = "v2-only"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The batch itself is wrong.
    Batch(SettlementError),
    /// One trade can not settle: it is named so that the relayer can void it.
    Trade {
        index: u32,
        trade_id: u64,
        fault: TradeFault,
    },
}

/// Sums over the trades of one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub voided: u32,
    /// Trades that could not settle and were passed over: version 2 alone.
    pub skipped: u32,
    pub base_lots: BaseLots,
    pub quote_atoms: QuoteAtoms,
    pub fees: QuoteAtoms,
}
