//! What one trade moves between two entries: the same in every version.

use {
    super::TradeFault,
    crate::{
        state::{entry_status, TraderEntry},
        units::{BaseLots, Price, QuoteAtoms},
    },
    anchor_lang::prelude::PodU64,
};

/// What buyer and seller agreed on.
pub struct Deal {
    pub buyer: usize,
    pub seller: usize,
    pub price: Price,
    pub quantity: BaseLots,
}

/// What the deal costs each side, by the fees of its version.
#[derive(Clone, Copy)]
pub struct Payment {
    pub paid: QuoteAtoms,
    pub received: QuoteAtoms,
    pub fee: QuoteAtoms,
}

/// One trade that can settle: who, and how much goes where.
pub struct Exchange {
    buyer: usize,
    seller: usize,
    pub quantity: BaseLots,
    pub amount: QuoteAtoms,
    pub payment: Payment,
}

impl Exchange {
    /// Every check of a deal, in the order of the contract. Changes nothing. `payment` is `None` when it does not fit.
    #[inline(always)]
    pub fn of(
        deal: &Deal,
        entries: &[TraderEntry],
        payment: impl FnOnce(QuoteAtoms) -> Option<Payment>,
    ) -> Result<Self, TradeFault> {
        let quantity = deal.quantity;
        if deal.price.is_zero() {
            return Err(TradeFault::ZeroPrice);
        }
        let (buyer, seller) = parties(deal, entries)?;
        let amount = deal.price.amount(quantity).ok_or(TradeFault::AmountOverflow)?;
        let payment = payment(amount).ok_or(TradeFault::AmountOverflow)?;
        if !covers(
            entries[buyer].quote_atoms,
            entries[buyer].pending_quote_atoms,
            payment.paid.0,
        ) {
            return Err(TradeFault::InsufficientQuote);
        }
        if !covers(entries[seller].base_lots, entries[seller].pending_base_lots, quantity.0) {
            return Err(TradeFault::InsufficientBase);
        }
        Ok(Self {
            buyer,
            seller,
            quantity,
            amount,
            payment,
        })
    }

    #[inline(always)]
    pub fn apply(&self, entries: &mut [TraderEntry]) {
        let bought = &mut entries[self.buyer];
        debit(
            &mut bought.quote_atoms,
            &mut bought.pending_quote_atoms,
            self.payment.paid.0,
        );
        credit(&mut bought.base_lots, self.quantity.0);
        let sold = &mut entries[self.seller];
        debit(&mut sold.base_lots, &mut sold.pending_base_lots, self.quantity.0);
        credit(&mut sold.quote_atoms, self.payment.received.0);
    }
}

/// The indices of buyer and seller: two different open entries.
#[inline(always)]
fn parties(deal: &Deal, entries: &[TraderEntry]) -> Result<(usize, usize), TradeFault> {
    let (buyer, seller) = (deal.buyer, deal.seller);
    if buyer >= entries.len() || seller >= entries.len() {
        return Err(TradeFault::TraderIndexOutOfRange);
    }
    if entries[buyer].status != entry_status::OPEN || entries[seller].status != entry_status::OPEN {
        return Err(TradeFault::EntryNotOpen);
    }
    if buyer == seller {
        return Err(TradeFault::SelfTrade);
    }
    Ok((buyer, seller))
}

/// Whether available and pending together cover `amount`.
#[inline(always)]
fn covers(available: PodU64, pending: PodU64, amount: u64) -> bool {
    let (available, pending) = (available.get(), pending.get());
    available >= amount || pending >= amount - available
}

/// Takes an amount that is covered: from the available balance first, then from the pending withdrawal, which backs
/// trades until it is executed.
#[inline(always)]
fn debit(available: &mut PodU64, pending: &mut PodU64, amount: u64) {
    if let Some(rest) = available.get().checked_sub(amount) {
        *available = rest.into();
        return;
    }
    let short = amount - available.get();
    *available = PodU64::ZERO;
    *pending = (pending.get() - short).into();
}

/// Can not overflow: every balance is part of a market total that fits.
#[inline(always)]
fn credit(balance: &mut PodU64, amount: u64) {
    *balance = (balance.get() + amount).into();
}
