//! Forgets what was imported and gives back what was handed over. The market waits as it did after `prepare_import`.

use {
    super::fork::MoveMarket,
    crate::{
        error::SettlementError,
        events::{report, ImportAborted},
        state::{market_status, require_status},
    },
    anchor_lang::prelude::*,
};

fn validate(accounts: &MoveMarket, program_id: &Address) -> Result<()> {
    accounts.validate(program_id)?;
    require_status(&accounts.market, market_status::IMPORTING)?;
    require!(
        *accounts.other_market.address() == accounts.market.predecessor_market,
        SettlementError::ForeignMarket
    );
    Ok(())
}

pub fn handler(ctx: &mut Context<MoveMarket>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    validate(accounts, ctx.program_id)?;

    let market = &mut accounts.market;
    let old_imported_entries = market.imported_entries;
    market.clear();
    market.imported_entries = 0.into();
    market.imported_base_lots = 0.into();
    market.imported_quote_atoms = 0.into();
    // The account's owner rather than the config's predecessor: that one may have been changed meanwhile.
    let old_program = *accounts.other_market.account().owner();
    let vaults_returned = accounts.has_vaults();
    let lamports = if vaults_returned {
        accounts.give_all(&old_program)?
    } else {
        0
    };
    report(&ImportAborted {
        market: *accounts.market.address(),
        predecessor_market: accounts.market.predecessor_market,
        old_imported_entries,
        vaults_returned: vaults_returned.into(),
        lamports: lamports.into(),
    });
    accounts.market.invariant()
}
