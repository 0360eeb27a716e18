//! Closes an entry in two steps, so that no trade matched before can name the index's next owner.

use {
    crate::{
        constants::{INDEX_REUSE_TRADES, TRADER_DEPOSIT_LAMPORTS},
        error::SettlementError,
        events::{report, TraderClosed, TraderClosing},
        state::{entry_mut, entry_status, require_here, Market, TraderEntry},
    },
    anchor_lang::prelude::*,
    bytemuck::Zeroable,
};

#[derive(Accounts)]
pub struct CloseTrader {
    #[account(mut)]
    pub owner: Signer,
    #[account(mut)]
    pub market: Market,
}

impl CloseTrader {
    /// Returns whether this is the first step.
    fn validate(&mut self, program_id: &Address, index: u32) -> Result<bool> {
        require_here(&self.market, program_id)?;
        let last_trade_id = self.market.last_trade_id.get();
        let entry = entry_mut(&mut self.market, index)?;
        entry.require_owner(self.owner.address())?;
        if entry.status == entry_status::OPEN {
            require!(!entry.has_request(), SettlementError::WithdrawalPending);
            require!(entry.is_empty(), SettlementError::EntryNotEmpty);
            return Ok(true);
        }
        require!(
            last_trade_id >= free_at_trade_id(entry.closing_trade_id.get()),
            SettlementError::IndexStillNamed
        );
        Ok(false)
    }
}

fn free_at_trade_id(closing_trade_id: u64) -> u64 {
    closing_trade_id.saturating_add(INDEX_REUSE_TRADES)
}

pub fn handler(ctx: &mut Context<CloseTrader>, index: u32) -> Result<()> {
    let is_first_step = ctx.accounts.validate(ctx.program_id, index)?;
    let CloseTrader { owner, market } = &mut ctx.accounts;
    let market_address = *market.address();

    if is_first_step {
        let closing_trade_id = market.last_trade_id;
        let entry = entry_mut(market, index)?;
        entry.status = entry_status::CLOSING;
        entry.closing_trade_id = closing_trade_id;
        entry.invariant()?;
        report(&TraderClosing {
            market: market_address,
            index: index.into(),
            free_at_trade_id: free_at_trade_id(closing_trade_id.get()).into(),
        });
        return market.invariant();
    }

    *entry_mut(market, index)? = TraderEntry::zeroed();
    market.sub_lamports(TRADER_DEPOSIT_LAMPORTS)?;
    owner.add_lamports(TRADER_DEPOSIT_LAMPORTS)?;
    require!(
        market.get_lamports() >= market.min_lamports()?,
        SettlementError::InvariantViolated
    );
    report(&TraderClosed {
        market: market_address,
        index: index.into(),
        owner: *owner.address(),
    });
    market.invariant()
}
