//! Version 2: one bad trade costs only itself. What can not settle is passed over with a result code.

use {
    super::{
        exchange::{Deal, Exchange, Payment},
        result_code, Tally, TradeFault,
    },
    crate::{
        constants::{BPS_PER_ONE, FEE_TIERS, MAX_TRADES_V2},
        error::SettlementError,
        math,
        state::{entry_status, FeeTier, TraderEntry},
        units::{BaseLots, Price, QuoteAtoms, Rate},
        wire::v2::{TradeRow, TradesV2},
    },
};

/// Order types this build knows, from 0: limit, market, immediate or cancel, fill or kill.
const ORDER_TYPES: u8 = 4;

/// What became of a batch.
pub struct Outcome {
    pub tally: Tally,
    /// One a trade.
    pub codes: Vec<u8>,
}

impl Outcome {
    /// The codes as `TradeResults` reports them.
    pub fn runs(&self) -> Vec<u8> {
        run_lengths(&self.codes, self.tally.voided == 0 && self.tally.skipped == 0)
    }
}

/// Settles trades whose first id follows the last one.
///
/// After a refusal the entries are half changed: the caller must end the transaction.
#[inline(never)]
pub fn settle(
    trades: TradesV2,
    tiers: &[FeeTier; FEE_TIERS],
    entries: &mut [TraderEntry],
) -> Result<Outcome, SettlementError> {
    let mut books = Books {
        rates: rates_of(tiers),
        tally: Tally::default(),
    };
    let mut codes = vec![result_code::SETTLED; trades.count()];
    let mut usual = Tally::default();
    trades.read(|trade| {
        if trade.is_void() {
            codes[trade.place()] = result_code::VOIDED;
            books.tally.voided += 1;
        } else if !settle_usual(&trade, &books.rates, entries, &mut usual) {
            codes[trade.place()] = settle_any(&trade, &mut books, entries);
        }
    })?;
    let Books { mut tally, .. } = books;
    tally.grow(usual.base_lots, usual.quote_atoms, usual.fees);
    Ok(Outcome { tally, codes })
}

/// What all trades of a batch share.
struct Books {
    rates: Rates,
    tally: Tally,
}

/// Settles a trade of no unusual size that available balances pay for, as nearly all are, by fewer checks than `settle_any`
/// and with the same result. Returns whether it did. A trade it leaves alone may settle or not.
#[inline(always)]
fn settle_usual(trade: &TradeRow, rates: &Rates, entries: &mut [TraderEntry], tally: &mut Tally) -> bool {
    let (buyer, seller) = (trade.buyer() as usize, trade.seller() as usize);
    let (price, quantity) = (trade.price, trade.quantity());
    if trade.order_type() >= ORDER_TYPES
        || price.wrapping_sub(1) | quantity > USUAL_NUMBER
        || buyer >= entries.len()
        || seller >= entries.len()
        || buyer == seller
        || entries[buyer].status != entry_status::OPEN
        || entries[seller].status != entry_status::OPEN
    {
        return false;
    }
    let amount = price * quantity;
    if amount > USUAL_AMOUNT {
        return false;
    }
    let [buyer_fee, seller_fee] = rates[rate_place(trade)].map(|rate| math::usual_fee(amount, rate));
    let paid = amount + buyer_fee;
    let (quote_atoms, base_lots) = (entries[buyer].quote_atoms.get(), entries[seller].base_lots.get());
    if quote_atoms < paid || base_lots < quantity {
        return false;
    }
    let bought = &mut entries[buyer];
    bought.quote_atoms = (quote_atoms - paid).into();
    bought.base_lots = (bought.base_lots.get() + quantity).into();
    let sold = &mut entries[seller];
    sold.base_lots = (base_lots - quantity).into();
    sold.quote_atoms = (sold.quote_atoms.get() + amount - seller_fee).into();
    tally.base_lots.0 += quantity;
    tally.quote_atoms.0 += amount;
    tally.fees.0 += buyer_fee + seller_fee;
    true
}

/// Settles any trade or passes over it. Returns its result code.
#[cold]
#[inline(never)]
fn settle_any(trade: &TradeRow, books: &mut Books, entries: &mut [TraderEntry]) -> u8 {
    let tally = &mut books.tally;
    match exchange_of(trade, &books.rates, entries) {
        Ok(exchange) => {
            exchange.apply(entries);
            tally.grow(exchange.quantity, exchange.amount, exchange.payment.fee);
            result_code::SETTLED
        }
        Err(fault) => {
            tally.skipped += 1;
            fault as u8
        }
    }
}

impl Tally {
    /// Fees leave balances whose sum fits; volumes stop at the largest number.
    #[inline(always)]
    fn grow(&mut self, base_lots: BaseLots, quote_atoms: QuoteAtoms, fees: QuoteAtoms) {
        self.base_lots = self.base_lots.saturating_add(base_lots);
        self.quote_atoms = self.quote_atoms.saturating_add(quote_atoms);
        self.fees = QuoteAtoms(self.fees.0.wrapping_add(fees.0));
    }
}

/// Largest price and quantity whose product needs no check; a single instruction compares with it.
const USUAL_NUMBER: u64 = i32::MAX as u64;
/// Largest amount whose product with a rate needs no check, nor the sum of a batch of them.
const USUAL_AMOUNT: u64 = (1 << 50) - 1;
const _: () = assert!(USUAL_AMOUNT < u64::MAX / BPS_PER_ONE && USUAL_AMOUNT < u64::MAX / MAX_TRADES_V2 as u64);

/// What buyer and seller pay, by tier × 2 + whether the buyer is the taker.
type Rates = [[u64; 2]; 2 * FEE_TIERS];

fn rates_of(tiers: &[FeeTier; FEE_TIERS]) -> Rates {
    let mut rates = [[0; 2]; 2 * FEE_TIERS];
    for (rates, tier) in rates.chunks_exact_mut(2).zip(tiers) {
        let (maker, taker) = (tier.maker_bps.get().into(), tier.taker_bps.get().into());
        rates[0] = [maker, taker];
        rates[1] = [taker, maker];
    }
    rates
}

/// Where the rates of buyer and seller are.
#[inline(always)]
fn rate_place(trade: &TradeRow) -> usize {
    usize::from(trade.fee_tier()) % FEE_TIERS * 2 + usize::from(trade.taker_is_buyer())
}

/// Every check of a trade, in the order of the contract. Changes nothing.
#[inline(always)]
fn exchange_of(trade: &TradeRow, rates: &Rates, entries: &[TraderEntry]) -> Result<Exchange, TradeFault> {
    if trade.order_type() >= ORDER_TYPES {
        return Err(TradeFault::UnknownOrderType);
    }
    let deal = Deal {
        buyer: trade.buyer() as usize,
        seller: trade.seller() as usize,
        price: Price(trade.price),
        quantity: BaseLots(trade.quantity()),
    };
    Exchange::of(&deal, entries, |amount| {
        let [buyer_fee, seller_fee] = rates[rate_place(trade)].map(|bps| amount.fee(Rate::from(bps)));
        Some(Payment {
            paid: amount.checked_add(buyer_fee)?,
            received: amount.checked_sub(seller_fee)?,
            fee: QuoteAtoms(buyer_fee.0 + seller_fee.0),
        })
    })
}

/// Result codes as runs of a code and how often it comes, a LEB128 integer: two or three bytes when all trades settled. Who
/// knows that the codes are alike says so: they are not compared then.
#[inline(never)]
pub fn run_lengths(codes: &[u8], are_alike: bool) -> Vec<u8> {
    let mut runs = Vec::new();
    let mut rest = codes;
    while let Some(code) = rest.first() {
        let length = if are_alike {
            rest.len()
        } else {
            rest.iter().take_while(|next| *next == code).count()
        };
        rest = &rest[length..];
        let (low, high) = (length as u8 & 0x7f, (length >> 7) as u8);
        // A run is at most as long as a batch, so two bytes hold its length.
        let run = if high == 0 {
            &[*code, low][..]
        } else {
            &[*code, low | 0x80, high]
        };
        runs.extend_from_slice(run);
    }
    runs
}

const _: () = assert!(MAX_TRADES_V2 < 1 << 14);
