//! Proves: what a batch does to balances equals a second model in 128-bit arithmetic, over random batches; every refusal
//! of a trade, in the order of the contract; value is moved, never made.
//! Does not prove: who may settle and when; tests/program does.

mod setup;

use {
    anchor_lang::pod::PodU16,
    bytemuck::Zeroable,
    settlement::{
        error::SettlementError,
        processor::{
            result_code,
            v1::{self, Opening},
            Refusal, Tally, TradeFault,
        },
        state::{entry_status, TraderEntry},
        units::{BaseLots, QuoteAtoms},
        wire::v1::TradeV1,
    },
    setup::{open_entry, trade, Random},
};

const TAKER_BPS: u16 = 30;

fn two_traders() -> [TraderEntry; 2] {
    [open_entry(1_000, 1_000_000), open_entry(1_000, 1_000_000)]
}

/// A market with room for every volume of these tests.
fn opening(last_trade_id: u64) -> Opening {
    Opening {
        last_trade_id,
        taker_rate: PodU16::from(TAKER_BPS).into(),
        base_lots_total: BaseLots(1_000_000),
        quote_atoms_total: QuoteAtoms(10_000_000),
    }
}

fn settle(trades: &[TradeV1], entries: &mut [TraderEntry]) -> Result<Tally, Refusal> {
    v1::settle(trades, &opening(0), entries)
}

fn fault_of(trade: TradeV1, entries: &mut [TraderEntry]) -> TradeFault {
    match settle(&[trade], entries) {
        Err(Refusal::Trade { index: 0, fault, .. }) => fault,
        other => panic!("not a refusal of the trade: {other:?}"),
    }
}

#[test]
fn a_buying_taker_pays_the_fee_on_top() {
    let mut entries = two_traders();
    let tally = settle(&[trade()], &mut entries).unwrap();
    // 5 lots at 100 are 500; 30 bps of 500 are 1.5, rounded up.
    assert_eq!(entries[0].quote_atoms, 1_000_000 - 500 - 2);
    assert_eq!(entries[0].base_lots, 1_005);
    assert_eq!(entries[1].quote_atoms, 1_000_000 + 500);
    assert_eq!(entries[1].base_lots, 995);
    let expected = Tally {
        voided: 0,
        skipped: 0,
        base_lots: BaseLots(5),
        quote_atoms: QuoteAtoms(500),
        fees: QuoteAtoms(2),
    };
    assert_eq!(tally, expected);
}

#[test]
fn a_selling_taker_receives_less_by_the_fee() {
    let mut entries = two_traders();
    let mut trade = trade();
    trade.taker_is_buyer = false.into();
    settle(&[trade], &mut entries).unwrap();
    assert_eq!(entries[0].quote_atoms, 1_000_000 - 500);
    assert_eq!(entries[1].quote_atoms, 1_000_000 + 500 - 2);
}

#[test]
fn a_void_spends_its_id_and_nothing_else() {
    let mut entries = two_traders();
    let mut void = trade();
    void.quantity = 0.into();
    void.price = 0.into();
    void.buyer = u32::MAX.into();
    let trades = [void, follow(trade(), 2)];
    let tally = settle(&trades, &mut entries).unwrap();
    assert_eq!(tally.voided, 1);
    assert_eq!(
        v1::result_codes(&trades, &tally),
        [result_code::VOIDED, result_code::SETTLED]
    );
    assert_eq!(entries[0].base_lots, 1_005);
}

#[test]
fn without_voids_every_code_is_settled() {
    let trades = [trade(), follow(trade(), 2)];
    let tally = settle(&trades, &mut two_traders()).unwrap();
    assert_eq!(v1::result_codes(&trades, &tally), [result_code::SETTLED; 2]);
    assert!(v1::result_codes(&[], &Tally::default()).is_empty());
}

fn follow(mut trade: TradeV1, trade_id: u64) -> TradeV1 {
    trade.trade_id = trade_id.into();
    trade
}

#[test]
fn ids_follow_without_gap_or_repetition() {
    let refusal =
        |last: u64, id: u64| v1::settle(&[follow(trade(), id)], &opening(last), &mut two_traders()).unwrap_err();
    let replay = Refusal::Batch(SettlementError::TradeReplay);
    let gap = Refusal::Batch(SettlementError::TradeGap);
    assert_eq!(refusal(5, 5), replay);
    assert_eq!(refusal(5, 4), replay);
    assert_eq!(refusal(5, 0), replay);
    assert_eq!(refusal(0, 0), replay);
    assert_eq!(refusal(5, 7), gap);
    assert_eq!(refusal(0, u64::MAX), gap);
    // After the last id that exists, whatever comes is a replay.
    assert_eq!(refusal(u64::MAX, 0), replay);
    assert_eq!(refusal(u64::MAX, u64::MAX), replay);
    v1::settle(&[follow(trade(), u64::MAX)], &opening(u64::MAX - 1), &mut two_traders()).unwrap();

    let trades = [trade(), trade()];
    assert_eq!(settle(&trades, &mut two_traders()).unwrap_err(), replay);
    let trades = [trade(), follow(trade(), 3)];
    assert_eq!(settle(&trades, &mut two_traders()).unwrap_err(), gap);
}

#[test]
fn a_byte_that_is_no_bool_is_malformed_even_in_a_void() {
    let mut bytes = bytemuck::bytes_of(&trade()).to_vec();
    bytes[32] = 2;
    bytes[24..32].fill(0);
    let trade: TradeV1 = *bytemuck::from_bytes(&bytes);
    let refusal = settle(&[trade], &mut two_traders()).unwrap_err();
    assert_eq!(refusal, Refusal::Batch(SettlementError::MalformedBatch));
}

/// Each fault alone, in the order of the contract: a trade with several is refused by the first.
#[test]
fn faults_come_in_the_order_of_the_contract() {
    let mut entries = [
        open_entry(1_000, 1_000_000),
        open_entry(0, 0),
        TraderEntry {
            status: entry_status::CLOSING,
            ..open_entry(0, 0)
        },
        TraderEntry::zeroed(),
    ];
    let mut bad = trade();
    bad.price = 0.into();
    bad.quantity = u64::MAX.into();
    bad.buyer = 9.into();
    bad.seller = 3.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::ZeroPrice);
    bad.price = u64::MAX.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::TraderIndexOutOfRange);
    bad.buyer = 3.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::EntryNotOpen);
    bad.buyer = 2.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::EntryNotOpen);
    bad.buyer = 1.into();
    bad.seller = 1.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::SelfTrade);
    bad.seller = 0.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::AmountOverflow);
    bad.price = 1_000_000.into();
    bad.quantity = 1_001.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::InsufficientQuote);
    entries[1].quote_atoms = 10_000_000_000u64.into();
    assert_eq!(fault_of(bad, &mut entries), TradeFault::InsufficientBase);
}

#[test]
fn an_index_equal_to_the_count_is_out_of_range() {
    for (buyer, seller) in [(2, 0), (0, 2), (u32::MAX, 0), (0, u32::MAX)] {
        let mut trade = trade();
        trade.buyer = buyer.into();
        trade.seller = seller.into();
        assert_eq!(fault_of(trade, &mut two_traders()), TradeFault::TraderIndexOutOfRange);
    }
    assert_eq!(fault_of(trade(), &mut []), TradeFault::TraderIndexOutOfRange);
}

#[test]
fn an_amount_whose_fee_does_not_fit_overflows() {
    let mut trade = trade();
    trade.price = u64::MAX.into();
    trade.quantity = 1.into();
    assert_eq!(fault_of(trade, &mut two_traders()), TradeFault::AmountOverflow);
}

#[test]
fn the_refused_trade_is_named() {
    let mut entries = two_traders();
    let mut bad = follow(trade(), 12);
    bad.seller = bad.buyer;
    let trades = [follow(trade(), 10), follow(trade(), 11), bad];
    let refusal = v1::settle(&trades, &opening(9), &mut entries).unwrap_err();
    let expected = Refusal::Trade {
        index: 2,
        trade_id: 12,
        fault: TradeFault::SelfTrade,
    };
    assert_eq!(refusal, expected);
}

#[test]
fn a_pending_withdrawal_backs_trades_after_the_available_balance() {
    let mut entries = [
        TraderEntry {
            pending_quote_atoms: 402.into(),
            ..open_entry(0, 100)
        },
        TraderEntry {
            pending_base_lots: 3.into(),
            ..open_entry(2, 0)
        },
    ];
    settle(&[trade()], &mut entries).unwrap();
    assert_eq!(
        (entries[0].quote_atoms.get(), entries[0].pending_quote_atoms.get()),
        (0, 0)
    );
    assert_eq!((entries[1].base_lots.get(), entries[1].pending_base_lots.get()), (0, 0));

    let mut short = [
        TraderEntry {
            pending_quote_atoms: 401.into(),
            ..open_entry(0, 100)
        },
        open_entry(5, 0),
    ];
    assert_eq!(fault_of(trade(), &mut short), TradeFault::InsufficientQuote);
}

#[test]
fn volumes_saturate() {
    let there = TradeV1 {
        price: 1.into(),
        quantity: (u64::MAX - 1).into(),
        ..trade()
    };
    let back = TradeV1 {
        trade_id: 2.into(),
        buyer: there.seller,
        seller: there.buyer,
        ..there
    };
    let opening = Opening {
        taker_rate: PodU16::from(0).into(),
        base_lots_total: BaseLots(u64::MAX),
        quote_atoms_total: QuoteAtoms(u64::MAX),
        ..opening(0)
    };
    let settle = |trades: &[TradeV1]| {
        let mut entries = [open_entry(0, u64::MAX), open_entry(u64::MAX, 0)];
        let tally = v1::settle(trades, &opening, &mut entries).unwrap();
        (tally.base_lots.0, tally.quote_atoms.0)
    };
    assert_eq!(settle(&[there]), (u64::MAX - 1, u64::MAX - 1));
    assert_eq!(settle(&[there, back]), (u64::MAX, u64::MAX));
}

/// A trader of the second model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holder {
    base: u128,
    quote: u128,
    pending_base: u128,
    pending_quote: u128,
}

impl From<&TraderEntry> for Holder {
    fn from(entry: &TraderEntry) -> Self {
        Self {
            base: entry.base_lots.get().into(),
            quote: entry.quote_atoms.get().into(),
            pending_base: entry.pending_base_lots.get().into(),
            pending_quote: entry.pending_quote_atoms.get().into(),
        }
    }
}

fn take(available: &mut u128, pending: &mut u128, amount: u128) -> bool {
    if *available + *pending < amount {
        return false;
    }
    let from_available = amount.min(*available);
    *available -= from_available;
    *pending -= amount - from_available;
    true
}

/// One trade in the second model. Returns its fee, or nothing when it can not settle.
fn model_trade(trade: &TradeV1, holders: &mut [Holder]) -> Option<u128> {
    let (buyer, seller) = (trade.buyer.get() as usize, trade.seller.get() as usize);
    if trade.price == 0 || buyer == seller || buyer >= holders.len() || seller >= holders.len() {
        return None;
    }
    let quantity = u128::from(trade.quantity.get());
    let amount = u128::from(trade.price.get()) * quantity;
    let fee = (amount * u128::from(TAKER_BPS)).div_ceil(10_000);
    let (paid, received) = if trade.taker_is_buyer.get() {
        (amount + fee, amount)
    } else {
        (amount, amount - fee)
    };
    if paid > u128::from(u64::MAX) {
        return None;
    }
    let bought = &mut holders[buyer];
    if !take(&mut bought.quote, &mut bought.pending_quote, paid) {
        return None;
    }
    bought.base += quantity;
    let sold = &mut holders[seller];
    if !take(&mut sold.base, &mut sold.pending_base, quantity) {
        return None;
    }
    sold.quote += received;
    Some(fee)
}

#[test]
fn random_batches_equal_the_second_model_and_conserve_value() {
    let mut random = Random(6);
    let mut settled_batches = 0;
    for _ in 0..20_000 {
        let mut entries: Vec<TraderEntry> = (0..4)
            .map(|_| TraderEntry {
                pending_base_lots: random.below(50).into(),
                pending_quote_atoms: random.below(5_000).into(),
                ..open_entry(random.below(200), random.below(20_000))
            })
            .collect();
        let count = random.below(6);
        let trades: Vec<TradeV1> = (1..=count)
            .map(|trade_id| TradeV1 {
                trade_id: trade_id.into(),
                buyer: (random.below(33) as u32 / 8).into(),
                seller: (random.below(33) as u32 / 8).into(),
                price: random.below(200).into(),
                quantity: random.below(40).into(),
                taker_is_buyer: (random.below(2) == 1).into(),
            })
            .collect();

        let mut holders: Vec<Holder> = entries.iter().map(Holder::from).collect();
        let sum = |holders: &[Holder]| {
            holders.iter().fold((0, 0), |(base, quote), h| {
                (base + h.base + h.pending_base, quote + h.quote + h.pending_quote)
            })
        };
        let before = sum(&holders);
        let mut fees = 0;
        let first_fault = trades.iter().position(|trade| {
            if trade.quantity == 0 {
                return false;
            }
            match model_trade(trade, &mut holders) {
                Some(fee) => {
                    fees += fee;
                    false
                }
                None => true,
            }
        });

        match (settle(&trades, &mut entries), first_fault) {
            (Ok(tally), None) => {
                settled_batches += 1;
                let result: Vec<Holder> = entries.iter().map(Holder::from).collect();
                assert_eq!(result, holders);
                assert_eq!(u128::from(tally.fees.0), fees);
                let after = sum(&result);
                assert_eq!((after.0, after.1 + fees), before);
            }
            (Err(Refusal::Trade { index, .. }), Some(fault)) => assert_eq!(index as usize, fault),
            (result, fault) => panic!("{result:?} against {fault:?}"),
        }
    }
    assert!(settled_batches > 5_000, "most cases must settle: {settled_batches}");
}
