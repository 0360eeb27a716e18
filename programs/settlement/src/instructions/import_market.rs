//! Copies a market that was handed over, chunk by chunk. Nothing moves in it before the sums are right and the vaults are here.

use {
    super::fork::MoveMarket,
    crate::{
        constants::TREE_VERSION_GROWING,
        error::SettlementError,
        events::{report, EntriesImported, MarketImported},
        state::{append_entries, market_status, require_status, Market, MarketHeader, TraderEntry},
        units::{BaseLots, QuoteAtoms},
    },
    anchor_lang::prelude::*,
};

/// Returns the old market.
fn validate(accounts: &MoveMarket, program_id: &Address, max_entries: u32) -> Result<Market> {
    accounts.validate(program_id)?;
    require_status(&accounts.market, market_status::IMPORTING)?;
    require!(max_entries != 0, SettlementError::ZeroAmount);
    require!(
        *accounts.other_market.address() == accounts.market.predecessor_market,
        SettlementError::ForeignMarket
    );
    let old = accounts.other_market_of(&accounts.config.predecessor, SettlementError::ForeignMarket)?;
    require!(
        old.status == market_status::MIGRATED && old.successor_market == *accounts.market.address(),
        SettlementError::NotHandedOver
    );
    require!(accounts.has_vaults(), SettlementError::VaultsNotHandedOver);
    Ok(old)
}

/// Adds entries to the sums of those imported before.
#[inline(never)]
fn add_up(market: &mut MarketHeader, entries: &[TraderEntry]) -> Result<()> {
    let mut base = BaseLots::from(market.imported_base_lots);
    let mut quote = QuoteAtoms::from(market.imported_quote_atoms);
    for entry in entries {
        for lots in [entry.base_lots, entry.pending_base_lots] {
            base = base.checked_add(lots.into()).ok_or(SettlementError::SumsMismatch)?;
        }
        for atoms in [entry.quote_atoms, entry.pending_quote_atoms] {
            quote = quote.checked_add(atoms.into()).ok_or(SettlementError::SumsMismatch)?;
        }
    }
    market.imported_base_lots = base.into();
    market.imported_quote_atoms = quote.into();
    Ok(())
}

/// Takes over all that is not in the entries, once their sums and the fees are what the old market owes.
#[inline(never)]
fn take_over(market: &mut MarketHeader, old: &MarketHeader) -> Result<()> {
    let quote = QuoteAtoms::from(market.imported_quote_atoms).checked_add(old.quote_fees.into());
    require!(
        market.imported_base_lots == old.base_lots_total && quote == Some(old.quote_atoms_total.into()),
        SettlementError::SumsMismatch
    );
    market.next_sequence = old.next_sequence;
    market.last_trade_id = old.last_trade_id;
    market.last_settled_slot = old.last_settled_slot;
    market.base_lots_total = old.base_lots_total;
    market.quote_atoms_total = old.quote_atoms_total;
    market.quote_fees = old.quote_fees;
    market.trades_settled = old.trades_settled;
    market.trades_voided = old.trades_voided;
    market.trades_skipped = old.trades_skipped;
    market.volume_base_lots = old.volume_base_lots;
    market.volume_quote_atoms = old.volume_quote_atoms;
    market.recent_digests = old.recent_digests;
    market.tree.begin(old.tree.root);
    market.tree_version = TREE_VERSION_GROWING;
    market.status = market_status::OPEN;
    Ok(())
}

pub fn handler(ctx: &mut Context<MoveMarket>, max_entries: u32) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let old = validate(accounts, ctx.program_id, max_entries)?;
    let market = &mut accounts.market;
    let address = *market.address();

    let old_imported_entries = market.imported_entries;
    let from = old_imported_entries.get() as usize;
    let rest = old.as_slice().get(from..).ok_or(SettlementError::InvariantViolated)?;
    let chunk = &rest[..rest.len().min(max_entries as usize)];
    append_entries(market, chunk)?;
    add_up(market, chunk)?;
    market.imported_entries = ((from + chunk.len()) as u32).into();
    let entries = (old.len() as u32).into();
    if chunk.len() < rest.len() {
        report(&EntriesImported {
            market: address,
            old_imported_entries,
            imported_entries: market.imported_entries,
            entries,
        });
        return market.invariant();
    }

    take_over(market, &old)?;
    market.require_base_covered(&accounts.base_vault)?;
    market.require_quote_covered(&accounts.quote_vault)?;
    report(&MarketImported {
        market: address,
        predecessor_program: accounts.config.predecessor,
        predecessor_market: market.predecessor_market,
        entries,
        next_sequence: market.next_sequence,
        last_trade_id: market.last_trade_id,
        old_root: old.tree.root,
        root: market.tree.root,
    });
    market.invariant()
}
