//! Opens an entry and locks its deposit.

use {
    crate::{
        constants::TRADER_DEPOSIT_LAMPORTS,
        error::SettlementError,
        events::{report, TraderOpened},
        invoke,
        state::{entry_mut, entry_status, require_here, Market, TraderEntry},
    },
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

#[derive(Accounts)]
pub struct OpenTrader {
    #[account(mut)]
    pub owner: Signer,
    #[account(mut)]
    pub market: Market,
    pub system_program: Program<System>,
}

impl OpenTrader {
    fn validate(&mut self, program_id: &Address, reuse_index: Option<u32>) -> Result<()> {
        require_here(&self.market, program_id)?;
        match reuse_index {
            Some(index) => {
                let entry = entry_mut(&mut self.market, index)?;
                require!(entry.status == entry_status::FREE, SettlementError::IndexNotFree);
            }
            None => {
                require!(!self.market.is_full(), SettlementError::MarketFull);
            }
        }
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<OpenTrader>, reuse_index: Option<u32>) -> Result<()> {
    ctx.accounts.validate(ctx.program_id, reuse_index)?;
    let OpenTrader {
        owner,
        market,
        system_program,
    } = &mut ctx.accounts;

    invoke::transfer_lamports(
        system_program,
        owner.cpi_handle_mut(),
        market.cpi_handle_mut(),
        TRADER_DEPOSIT_LAMPORTS,
    );
    let entry = TraderEntry {
        owner: *owner.address(),
        status: entry_status::OPEN,
        ..TraderEntry::zeroed()
    };
    entry.invariant()?;
    let index = match reuse_index {
        Some(index) => {
            *entry_mut(market, index)? = entry;
            index
        }
        None => {
            market.try_push(entry)?;
            (market.len() - 1) as u32
        }
    };
    report(&TraderOpened {
        market: *market.address(),
        index: index.into(),
        owner: *owner.address(),
    });
    market.invariant()
}
