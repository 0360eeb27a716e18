//! Gives a market to the successor: from here on nothing moves in it.

use {
    super::{admin, fork::MoveMarket},
    crate::{
        constants::LAYOUT_VERSION,
        error::SettlementError,
        events::{report, MarketHandedOver},
        state::{market_status, require_here, Market},
    },
    anchor_lang::prelude::*,
};

/// Whether the other program's market waits for this one, shares its vaults, and has room for it.
fn is_prepared_for(prepared: &Market, market: &Market) -> bool {
    prepared.status == market_status::IMPORTING
        && prepared.layout_version == LAYOUT_VERSION
        && prepared.predecessor_market == *market.address()
        && prepared.base_vault == market.base_vault
        && prepared.quote_vault == market.quote_vault
        && prepared.base_lot_atoms == market.base_lot_atoms
        && prepared.capacity() >= market.capacity()
}

fn validate(accounts: &MoveMarket, program_id: &Address) -> Result<()> {
    accounts.validate(program_id)?;
    require_here(&accounts.market, program_id)?;
    let config = &accounts.config;
    require!(config.is_paused.get(), SettlementError::NotPaused);
    require!(config.successor.is_nominated(), SettlementError::NoSuccessor);
    require!(
        Clock::get()?.slot >= config.successor.unlock_slot.get(),
        SettlementError::SuccessorLocked
    );
    let prepared = accounts.other_market_of(&config.successor.program, SettlementError::NotPrepared)?;
    require!(
        is_prepared_for(&prepared, &accounts.market),
        SettlementError::NotPrepared
    );
    Ok(())
}

pub fn handler(ctx: &mut Context<MoveMarket>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    validate(accounts, ctx.program_id)?;
    admin::fold(&mut accounts.config)?;

    let successor_program = accounts.config.successor.program;
    let successor_market = *accounts.other_market.address();
    let handed_over = accounts.config.handed_over.checked_add(1);
    accounts.config.handed_over = handed_over.ok_or(SettlementError::InvariantViolated)?;
    accounts.market.status = market_status::MIGRATED;
    accounts.market.successor_market = successor_market;
    let lamports = accounts.give_all(&successor_program)?;
    report(&MarketHandedOver {
        market: *accounts.market.address(),
        successor_program,
        successor_market,
        lamports: lamports.into(),
    });
    accounts.config.invariant()?;
    accounts.market.invariant()
}
