//! What several tests share. Each test file is a crate of its own and uses a part of it.
#![allow(dead_code)]

pub mod golden;

use {
    bytemuck::Zeroable,
    settlement::{
        constants::LAYOUT_VERSION,
        state::{entry_status, FeeTier, GlobalConfig, TraderEntry},
        wire::{v1::TradeV1, v2::TradeV2},
    },
    sha2::{Digest, Sha256},
};

pub type Address = anchor_lang::Address;

/// A small deterministic generator (splitmix64): every run sees the same numbers.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number of any size: each length in bits is as likely as another.
    pub fn of_any_size(&mut self) -> u64 {
        let bits = self.below(65) as u32;
        self.next().checked_shr(64 - bits).unwrap_or(0)
    }

    pub fn bytes(&mut self) -> [u8; 32] {
        bytemuck::cast([self.next(), self.next(), self.next(), self.next()])
    }
}

/// sha256 of the concatenation.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

pub fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    sha256(&[&[1], left, right])
}

pub fn address(byte: u8) -> Address {
    Address::new_from_array([byte; 32])
}

pub fn fee_tiers(taker_bps: u16) -> [FeeTier; 4] {
    [FeeTier {
        maker_bps: 0.into(),
        taker_bps: taker_bps.into(),
    }; 4]
}

/// A config that keeps its invariant, with other values than the schedules of the tests.
pub fn config() -> GlobalConfig {
    let mut config = GlobalConfig::zeroed();
    config.admin = address(1);
    config.guardian = address(2);
    config.active_relayer = address(3);
    config.attestor = address(4);
    config.allowed_batch_versions = 1;
    config.min_batch_size = 10.into();
    config.max_batch_age_slots = 100.into();
    config.withdrawal_delay_slots = 1_000.into();
    config.fee_tiers = fee_tiers(30);
    config.layout_version = LAYOUT_VERSION;
    config
}

pub fn open_entry(base_lots: u64, quote_atoms: u64) -> TraderEntry {
    TraderEntry {
        owner: address(9),
        base_lots: base_lots.into(),
        quote_atoms: quote_atoms.into(),
        status: entry_status::OPEN,
        ..TraderEntry::zeroed()
    }
}

/// Trade 1: entry 0 buys 5 lots at 100 from entry 1 and takes.
pub fn trade() -> TradeV1 {
    TradeV1 {
        trade_id: 1.into(),
        buyer: 0.into(),
        seller: 1.into(),
        price: 100.into(),
        quantity: 5.into(),
        taker_is_buyer: true.into(),
    }
}

/// `data` of a batch of version 1.
pub fn batch(sequence: u64, trades: &[TradeV1]) -> Vec<u8> {
    let mut data = vec![1];
    data.extend_from_slice(&sequence.to_le_bytes());
    data.extend_from_slice(&(trades.len() as u32).to_le_bytes());
    data.extend_from_slice(bytemuck::cast_slice(trades));
    data
}

/// `data` of a batch of version 2 from its header's numbers and its columns.
pub fn batch_v2(first_trade_id: u64, count: u16, columns: &[u8]) -> Vec<u8> {
    let mut data = vec![2];
    data.extend_from_slice(&1u64.to_le_bytes());
    data.extend_from_slice(&first_trade_id.to_le_bytes());
    data.extend_from_slice(&count.to_le_bytes());
    data.extend_from_slice(&0u64.to_le_bytes());
    data.extend_from_slice(columns);
    data
}

/// An unsigned LEB128 integer.
pub fn leb128(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Columns of these trades, each value plain.
pub fn plain_columns(trades: &[TradeV2]) -> Vec<u8> {
    let column = |values: Vec<u64>| {
        let body: Vec<u8> = values.into_iter().flat_map(leb128).collect();
        [vec![0], leb128(body.len() as u64), body].concat()
    };
    let of = |value: fn(&TradeV2) -> u64| column(trades.iter().map(value).collect());
    let steps = trades
        .windows(2)
        .map(|pair| {
            let step = pair[1].price.wrapping_sub(pair[0].price) as i64;
            ((step << 1) ^ (step >> 63)) as u64
        })
        .collect();
    [
        of(|trade| trade.buyer.into()),
        of(|trade| trade.seller.into()),
        leb128(trades[0].price),
        column(steps),
        of(|trade| trade.quantity),
        of(|trade| u64::from(trade.taker_is_buyer) | u64::from(trade.fee_tier) << 1 | u64::from(trade.order_type) << 3),
    ]
    .concat()
}

/// Trade 1: entry 0 buys 5 lots at 100 from entry 1 and takes, by a limit order in the first tier.
pub fn trade_v2() -> TradeV2 {
    TradeV2 {
        trade_id: 1,
        buyer: 0,
        seller: 1,
        price: 100,
        quantity: 5,
        taker_is_buyer: true,
        order_type: 0,
        fee_tier: 0,
    }
}
