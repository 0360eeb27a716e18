//! Proves: packed values of every width and plain ones of every length come back at every place, across the blocks a batch is read in; random and cut bytes
//! are refused or read, never a panic and never more trades than the header says.
//! Does not prove: which refusal; the golden vectors do.

mod setup;

use {
    settlement::wire::v2::{BatchV2, TradeV2, TradesV2},
    setup::{batch_v2, leb128, plain_columns, trade_v2, Random},
};

fn read(data: &[u8]) -> Option<Vec<TradeV2>> {
    let batch = BatchV2::read(data)?;
    let mut trades = TradesV2::default();
    trades.open(&batch).ok()?;
    let first_id = batch.header.first_trade_id.get();
    let mut list = Vec::new();
    let taken = trades.read(|row| {
        assert_eq!(row.place(), list.len());
        list.push(row.trade(first_id.wrapping_add(row.place() as u64)));
    });
    assert_eq!(list.len(), usize::from(batch.header.count.get()));
    taken.ok().map(|()| list)
}

fn numbered(count: u64, mut change: impl FnMut(u64, &mut TradeV2)) -> Vec<TradeV2> {
    (0..count)
        .map(|i| {
            let mut trade = trade_v2();
            trade.trade_id = i + 1;
            change(i, &mut trade);
            trade
        })
        .collect()
}

/// `width` bits a value, lowest bit first.
fn packed(values: &[u64], width: usize) -> Vec<u8> {
    let mut bytes = vec![0u8; (values.len() * width).div_ceil(8)];
    for (i, value) in values.iter().enumerate() {
        for bit in 0..width {
            let at = i * width + bit;
            bytes[at / 8] |= ((value >> bit & 1) as u8) << (at % 8);
        }
    }
    [vec![1, width as u8], bytes].concat()
}

#[test]
fn quantities_of_every_width_come_back() {
    let mut random = Random(3);
    for width in 1..=64 {
        for count in [1, 2, 33, 256, 257, 600] {
            let trades = numbered(count, |_, _| {});
            let quantities: Vec<u64> = trades.iter().map(|_| random.next() >> (64 - width)).collect();
            // All columns but quantity and flags, which are one byte a value behind their frames.
            let plain = plain_columns(&trades);
            let tail = 2 * (1 + leb128(count).len() + count as usize);
            let flags = &plain[plain.len() - tail / 2..];
            let columns = [&plain[..plain.len() - tail], &packed(&quantities, width), flags].concat();
            let read = read(&batch_v2(1, count as u16, &columns)).unwrap();
            let found: Vec<u64> = read.iter().map(|trade| trade.quantity).collect();
            assert_eq!(found, quantities, "{count} of {width} bits");
        }
    }
}

#[test]
fn plain_values_of_every_length_come_back() {
    let mut random = Random(4);
    let trades = numbered(600, |_, trade| {
        trade.price = random.of_any_size();
        trade.quantity = random.of_any_size();
        trade.buyer = random.of_any_size() as u32;
        trade.order_type = random.below(8) as u8;
    });
    assert_eq!(read(&batch_v2(1, 600, &plain_columns(&trades))).unwrap(), trades);
}

#[test]
fn every_truncation_and_every_excess_is_refused() {
    let trades = numbered(40, |i, trade| {
        trade.price = 1_000_000 + i * i;
        trade.quantity = 1 << i;
    });
    let data = batch_v2(1, 40, &plain_columns(&trades));
    assert_eq!(read(&data).unwrap(), trades);
    for length in 0..data.len() {
        assert!(read(&data[..length]).is_none(), "cut to {length} bytes");
    }
    for excess in 1..=20 {
        assert!(
            read(&[&data[..], &vec![0; excess]].concat()).is_none(),
            "{excess} bytes more"
        );
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(8);
    for _ in 0..50_000 {
        let count = random.below(70) as u16;
        let length = random.below(120) as usize;
        let mut columns: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        // Frames are met more often than by chance.
        if let Some(encoding) = columns.first_mut() {
            *encoding %= 4;
        }
        read(&batch_v2(random.next(), count, &columns));
    }
}

#[test]
fn changed_bytes_never_panic() {
    let mut random = Random(9);
    let trades = numbered(50, |i, trade| trade.quantity = i * 1_000);
    let data = batch_v2(1, 50, &plain_columns(&trades));
    for _ in 0..50_000 {
        let mut changed = data.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(changed.len() as u64) as usize;
            changed[at] = random.next() as u8;
        }
        read(&changed);
    }
}
