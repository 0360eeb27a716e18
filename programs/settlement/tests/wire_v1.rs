//! Proves: bytes that are not exactly a batch of version 1 are told apart: every truncation, every excess, every wrong
//! count, every byte that is no bool.
//! Does not prove: the order of the checks around it; tests/program does.

mod setup;

use {
    settlement::wire::v1::{BatchV1, HeaderV1, TradeV1},
    setup::{batch, trade, Random},
    std::mem::size_of,
};

const HEADER: usize = size_of::<HeaderV1>();
const TRADE: usize = size_of::<TradeV1>();

/// Whether the bytes are a batch, apart from its trades' bools.
fn is_batch(data: &[u8]) -> bool {
    BatchV1::read(data).is_some_and(|batch| batch.trades().is_some())
}

#[test]
fn sizes_are_the_contract_s() {
    assert_eq!(HEADER, 13);
    assert_eq!(TRADE, 33);
}

#[test]
fn a_batch_reads_back() {
    let trades = [trade(); 3];
    let data = batch(7, &trades);
    let read = BatchV1::read(&data).unwrap();
    assert_eq!(read.header.version, 1);
    assert_eq!(read.header.sequence, 7);
    assert_eq!(
        bytemuck::cast_slice::<_, u8>(read.trades().unwrap()),
        bytemuck::cast_slice::<_, u8>(&trades)
    );
}

#[test]
fn every_truncation_and_every_excess_is_refused() {
    for count in [0, 1, 2, 5] {
        let data = batch(7, &vec![trade(); count]);
        for length in 0..data.len() {
            assert!(!is_batch(&data[..length]), "{count} trades cut to {length} bytes");
        }
        assert!(is_batch(&data));
        for excess in 1..=2 * TRADE {
            let longer = [&data[..], &vec![0; excess]].concat();
            assert!(!is_batch(&longer), "{count} trades and {excess} bytes more");
        }
    }
}

#[test]
fn a_header_alone_is_needed_and_enough_to_see_the_sequence() {
    let data = batch(7, &[trade()]);
    assert!(BatchV1::read(&data[..HEADER - 1]).is_none());
    assert_eq!(BatchV1::read(&data[..HEADER]).unwrap().header.sequence, 7);
}

#[test]
fn a_count_that_does_not_match_is_refused() {
    let mut data = batch(7, &[trade(); 3]);
    for count in (0..=10).chain([u32::MAX / 33, u32::MAX]) {
        data[9..13].copy_from_slice(&count.to_le_bytes());
        assert_eq!(is_batch(&data), count == 3, "{count}");
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(5);
    for _ in 0..20_000 {
        let length = random.below(200) as usize;
        let data: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        if let Some(trades) = BatchV1::read(&data).and_then(|batch| batch.trades()) {
            assert_eq!(HEADER + TRADE * trades.len(), length);
        }
    }
}

#[test]
fn only_0_and_1_are_bools() {
    for byte in 0..=u8::MAX {
        let mut bytes = bytemuck::bytes_of(&trade()).to_vec();
        bytes[TRADE - 1] = byte;
        let trade: &TradeV1 = bytemuck::from_bytes(&bytes);
        assert_eq!(trade.is_malformed(), byte > 1);
        if byte <= 1 {
            assert_eq!(trade.taker_is_buyer.get(), byte == 1);
        }
    }
}

#[test]
fn only_quantity_0_is_a_void() {
    let mut trade = trade();
    assert!(!trade.is_void());
    trade.quantity = 0.into();
    assert!(trade.is_void());
}
