//! Proves: fees of both sides by tier, one code for each way a trade can fail, in the order of the contract, and that a bad
//! trade changes nothing while those around it settle.
//! Does not prove: random batches; tests/model compares those with a model of their own.

mod setup;

use {
    anchor_lang::pod::PodU16,
    bytemuck::Zeroable,
    settlement::{
        error::SettlementError,
        processor::{
            result_code,
            v2::{self, Outcome},
        },
        state::{entry_status, FeeTier, TraderEntry},
        units::{BaseLots, QuoteAtoms},
        wire::v2::{BatchV2, TradeV2, TradesV2},
    },
    setup::{batch_v2, open_entry, plain_columns, trade_v2},
};

/// Maker and taker pay 10 and 30 bps in the first tier, and ten times that in the last.
fn tiers() -> [FeeTier; 4] {
    [(10, 30), (0, 20), (20, 0), (100, 300)].map(|(maker, taker)| FeeTier {
        maker_bps: PodU16::from(maker),
        taker_bps: PodU16::from(taker),
    })
}

fn two_traders() -> [TraderEntry; 2] {
    [open_entry(1_000, 1_000_000), open_entry(1_000, 1_000_000)]
}

fn settle_by(tiers: &[FeeTier; 4], trades: &[TradeV2], entries: &mut [TraderEntry]) -> Outcome {
    let data = batch_v2(1, trades.len() as u16, &plain_columns(trades));
    let mut read = TradesV2::default();
    read.open(&BatchV2::read(&data).unwrap()).unwrap();
    v2::settle(read, tiers, entries).unwrap()
}

fn settle(trades: &[TradeV2], entries: &mut [TraderEntry]) -> Outcome {
    settle_by(&tiers(), trades, entries)
}

fn changed(change: impl Fn(&mut TradeV2)) -> TradeV2 {
    let mut trade = trade_v2();
    change(&mut trade);
    trade
}

fn code_of(change: impl Fn(&mut TradeV2)) -> u8 {
    let mut entries = two_traders();
    let before = entries;
    let outcome = settle(&[changed(change)], &mut entries);
    let is_untouched = bytemuck::bytes_of(&entries) == bytemuck::bytes_of(&before);
    assert_eq!(is_untouched, outcome.codes[0] != result_code::SETTLED);
    outcome.codes[0]
}

#[test]
fn both_sides_pay() {
    let mut entries = two_traders();
    let outcome = settle(&[trade_v2()], &mut entries);
    // 5 lots at 100 are 500: the taker's 30 bps are 1.5, the maker's 10 bps 0.5, both rounded up.
    assert_eq!(entries[0].quote_atoms, 1_000_000 - 500 - 2);
    assert_eq!(entries[0].base_lots, 1_005);
    assert_eq!(entries[1].quote_atoms, 1_000_000 + 500 - 1);
    assert_eq!(entries[1].base_lots, 995);
    assert_eq!(outcome.tally.fees, QuoteAtoms(3));
    assert_eq!(
        (outcome.tally.base_lots, outcome.tally.quote_atoms),
        (BaseLots(5), QuoteAtoms(500))
    );
    assert_eq!((outcome.tally.voided, outcome.tally.skipped), (0, 0));
}

#[test]
fn a_selling_taker_pays_the_taker_s_fee() {
    let mut entries = two_traders();
    settle(&[changed(|trade| trade.taker_is_buyer = false)], &mut entries);
    assert_eq!(entries[0].quote_atoms, 1_000_000 - 500 - 1);
    assert_eq!(entries[1].quote_atoms, 1_000_000 + 500 - 2);
}

#[test]
fn the_tier_is_the_trade_s() {
    let expected = [(2, 1), (1, 0), (0, 1), (15, 5)];
    for (tier, (taker, maker)) in expected.into_iter().enumerate() {
        let mut entries = two_traders();
        settle(&[changed(|trade| trade.fee_tier = tier as u8)], &mut entries);
        assert_eq!(entries[0].quote_atoms, 1_000_000 - 500 - taker, "tier {tier}");
        assert_eq!(entries[1].quote_atoms, 1_000_000 + 500 - maker, "tier {tier}");
    }
}

#[test]
fn each_way_to_fail_has_its_code() {
    for order_type in 0..4 {
        assert_eq!(code_of(|trade| trade.order_type = order_type), result_code::SETTLED);
    }
    for order_type in 4..8 {
        assert_eq!(
            code_of(|trade| trade.order_type = order_type),
            result_code::UNKNOWN_ORDER_TYPE
        );
    }
    assert_eq!(code_of(|trade| trade.quantity = 0), result_code::VOIDED);
    assert_eq!(code_of(|trade| trade.price = 0), result_code::ZERO_PRICE);
    assert_eq!(code_of(|trade| trade.buyer = 2), result_code::TRADER_INDEX_OUT_OF_RANGE);
    assert_eq!(
        code_of(|trade| trade.seller = u32::MAX),
        result_code::TRADER_INDEX_OUT_OF_RANGE
    );
    assert_eq!(code_of(|trade| trade.seller = 0), result_code::SELF_TRADE);
    assert_eq!(code_of(|trade| trade.price = u64::MAX), result_code::AMOUNT_OVERFLOW);
    assert_eq!(
        code_of(|trade| (trade.price, trade.quantity) = (u64::MAX, 1)),
        result_code::AMOUNT_OVERFLOW
    );
    assert_eq!(code_of(|trade| trade.price = 200_000), result_code::INSUFFICIENT_QUOTE);
    assert_eq!(
        code_of(|trade| (trade.price, trade.quantity) = (1, 1_001)),
        result_code::INSUFFICIENT_BASE
    );
    // The buyer's fee must be covered too.
    assert_eq!(
        code_of(|trade| (trade.price, trade.quantity) = (100_000, 10)),
        result_code::INSUFFICIENT_QUOTE
    );
}

#[test]
fn an_entry_that_is_not_open_is_passed_over() {
    let mut entries = two_traders();
    entries[1].status = entry_status::CLOSING;
    let outcome = settle(&[trade_v2()], &mut entries);
    assert_eq!(outcome.codes, [result_code::ENTRY_NOT_OPEN]);
}

#[test]
fn checks_come_in_the_order_of_the_contract() {
    let wrong = |trade: &mut TradeV2| {
        *trade = TradeV2 {
            buyer: 9,
            seller: 9,
            price: 0,
            quantity: 1,
            order_type: 7,
            ..*trade
        };
    };
    assert_eq!(code_of(wrong), result_code::UNKNOWN_ORDER_TYPE);
    assert_eq!(code_of(|t| (wrong(t), t.quantity = 0).1), result_code::VOIDED);
    assert_eq!(code_of(|t| (wrong(t), t.order_type = 0).1), result_code::ZERO_PRICE);
    let priced = |t: &mut TradeV2| (wrong(t), t.order_type = 0, t.price = u64::MAX, t.quantity = 2).1;
    assert_eq!(code_of(priced), result_code::TRADER_INDEX_OUT_OF_RANGE);
    assert_eq!(
        code_of(|t| (priced(t), t.buyer = 1, t.seller = 1).1),
        result_code::SELF_TRADE
    );
    assert_eq!(
        code_of(|t| (priced(t), t.buyer = 0, t.seller = 1).1),
        result_code::AMOUNT_OVERFLOW
    );
}

#[test]
fn one_bad_trade_costs_only_itself() {
    let mut entries = two_traders();
    let mut trades = [trade_v2(); 4];
    for (trade, id) in trades.iter_mut().zip(1..) {
        trade.trade_id = id;
    }
    trades[1].seller = 0;
    trades[2].quantity = 0;
    let outcome = settle(&trades, &mut entries);
    let codes = [
        result_code::SETTLED,
        result_code::SELF_TRADE,
        result_code::VOIDED,
        result_code::SETTLED,
    ];
    assert_eq!(outcome.codes, codes);
    assert_eq!((outcome.tally.voided, outcome.tally.skipped), (1, 1));
    assert_eq!(entries[0].base_lots, 1_010);
    assert_eq!(
        entries[0].quote_atoms.get() + entries[1].quote_atoms.get() + outcome.tally.fees.0,
        2_000_000
    );
}

#[test]
fn a_pending_withdrawal_backs_both_sides() {
    let mut entries = two_traders();
    for entry in &mut entries {
        (entry.pending_base_lots, entry.pending_quote_atoms) = (entry.base_lots, entry.quote_atoms);
        (entry.base_lots, entry.quote_atoms) = (2.into(), 2.into());
    }
    let outcome = settle(&[trade_v2()], &mut entries);
    assert_eq!(outcome.codes, [result_code::SETTLED]);
    assert_eq!(
        (entries[0].quote_atoms.get(), entries[0].pending_quote_atoms.get()),
        (0, 1_000_000 - 500)
    );
    assert_eq!(
        (entries[1].base_lots.get(), entries[1].pending_base_lots.get()),
        (0, 997)
    );
}

/// On both sides of the sizes up to which a trade needs fewer checks, alone and paid for from what is pending.
#[test]
fn trades_of_any_size_pay_the_same_fees() {
    let prices = [1, (1 << 31) - 1, 1 << 31, (1 << 31) + 1, 1 << 40];
    let quantities = [1, (1 << 22) - 1, 1 << 22, (1 << 31) - 1, 1 << 31, 1 << 33];
    for (price, quantity) in prices
        .into_iter()
        .flat_map(|price| quantities.map(|quantity| (price, quantity)))
    {
        let Some(amount) = u64::checked_mul(price, quantity).filter(|amount| *amount < 1 << 62) else {
            continue;
        };
        for pending in [false, true] {
            let mut entries = [open_entry(1 << 62, 1 << 63), open_entry(1 << 62, 1 << 62)];
            if pending {
                for entry in &mut entries {
                    (entry.pending_base_lots, entry.base_lots) = (entry.base_lots, 0.into());
                    (entry.pending_quote_atoms, entry.quote_atoms) = (entry.quote_atoms, 0.into());
                }
            }
            let outcome = settle(
                &[changed(|trade| (trade.price, trade.quantity) = (price, quantity))],
                &mut entries,
            );
            let fee = |bps: u128| (u128::from(amount) * bps).div_ceil(10_000) as u64;
            assert_eq!(outcome.codes, [result_code::SETTLED], "{price} × {quantity}");
            let of = |entry: &TraderEntry| entry.quote_atoms.get() + entry.pending_quote_atoms.get();
            assert_eq!(of(&entries[0]), (1 << 63) - amount - fee(30), "{price} × {quantity}");
            assert_eq!(of(&entries[1]), (1 << 62) + amount - fee(10), "{price} × {quantity}");
            let sums = (
                outcome.tally.base_lots.0,
                outcome.tally.quote_atoms.0,
                outcome.tally.fees.0,
            );
            assert_eq!(sums, (quantity, amount, fee(30) + fee(10)), "{price} × {quantity}");
        }
    }
}

#[test]
fn volumes_saturate() {
    let mut entries = [open_entry(1 << 63, 1 << 63), open_entry(1 << 62, 1 << 62)];
    let trades: Vec<TradeV2> = (0..6)
        .map(|i| TradeV2 {
            trade_id: i + 1,
            buyer: (i % 2) as u32,
            seller: (1 - i % 2) as u32,
            price: 1,
            quantity: 1 << 62,
            ..trade_v2()
        })
        .collect();
    let outcome = settle_by(&[FeeTier::zeroed(); 4], &trades, &mut entries);
    assert_eq!(outcome.codes, [result_code::SETTLED; 6]);
    assert_eq!(outcome.tally.base_lots, BaseLots(u64::MAX));
    assert_eq!(outcome.tally.quote_atoms, QuoteAtoms(u64::MAX));
}

#[test]
fn a_malformed_column_refuses_the_batch_whatever_its_trades_did() {
    let mut data = batch_v2(1, 1, &plain_columns(&[trade_v2()]));
    let last = data.len() - 1;
    data[last] = 64;
    let mut read = TradesV2::default();
    read.open(&BatchV2::read(&data).unwrap()).unwrap();
    let refusal = v2::settle(read, &tiers(), &mut two_traders()).err();
    assert_eq!(refusal, Some(SettlementError::ColumnValueOutOfRange));
}
