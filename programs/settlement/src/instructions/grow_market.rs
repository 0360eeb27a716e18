//! Adds room for traders to a market.

use {
    super::admin,
    crate::{
        constants::{MARKET_GROWTH_BYTES, MAX_MARKET_BYTES},
        error::SettlementError,
        events::{report, MarketGrown},
        invoke,
        state::{require_here, Config, Market, TraderEntry, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

/// Entries that one growth adds.
const ADDED_CAPACITY: usize = MARKET_GROWTH_BYTES / core::mem::size_of::<TraderEntry>();
const _: () = assert!(MARKET_GROWTH_BYTES.is_multiple_of(core::mem::size_of::<TraderEntry>()));

#[derive(Accounts)]
pub struct GrowMarket {
    #[account(mut)]
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    #[account(mut)]
    pub market: Market,
    pub system_program: Program<System>,
}

impl GrowMarket {
    /// Returns the capacity after the growth.
    fn validate(&self, program_id: &Address) -> Result<u32> {
        admin::require_admin(&self.admin, &self.config)?;
        require_here(&self.market, program_id)?;
        let capacity = (self.market.capacity() + ADDED_CAPACITY) as u32;
        require!(
            Market::try_space_for(capacity)? <= MAX_MARKET_BYTES,
            SettlementError::MarketTooLarge
        );
        Ok(capacity)
    }
}

pub fn handler(ctx: &mut Context<GrowMarket>) -> Result<()> {
    let capacity = ctx.accounts.validate(ctx.program_id)?;
    let GrowMarket {
        admin,
        market,
        system_program,
        ..
    } = &mut ctx.accounts;

    // The whole rent of the growth, whatever the account holds: its surplus is the traders' deposits.
    let rent = Rent::get()?;
    let old_rent = rent.try_minimum_balance(market.current_space())?;
    let new_rent = rent.try_minimum_balance(Market::try_space_for(capacity)?)?;
    let cost = new_rent.saturating_sub(old_rent);
    invoke::transfer_lamports(system_program, admin.cpi_handle_mut(), market.cpi_handle_mut(), cost);

    let old_capacity = market.capacity() as u32;
    market.resize_to_capacity(capacity)?;
    report(&MarketGrown {
        market: *market.address(),
        old_capacity: old_capacity.into(),
        capacity: capacity.into(),
    });
    market.invariant()
}
