//! Turns a fresh account of the program into a market and creates its vaults.

use {
    super::admin,
    crate::{
        constants::{LAYOUT_VERSION, MIN_MARKET_CAPACITY, TREE_VERSION},
        error::SettlementError,
        events::MarketCreated,
        state::{
            GlobalConfig, Market, StateTree, SEED_BASE_VAULT, SEED_CONFIG, SEED_QUOTE_VAULT, SEED_VAULT_AUTHORITY,
        },
    },
    anchor_lang::{accounts::Account, prelude::*},
    anchor_spl::token::{self, Mint, TokenAccount},
};

#[derive(Accounts)]
pub struct CreateMarket {
    #[account(mut)]
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Account<GlobalConfig>,
    /// Created in the same transaction, all zero. Its signature keeps others from taking it in between.
    #[account(zeroed, signer)]
    pub market: Market,
    pub base_mint: Account<Mint>,
    pub quote_mint: Account<Mint>,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump)]
    pub vault_authority: UncheckedAccount,
    #[account(
        init,
        payer = admin,
        seeds = [SEED_BASE_VAULT, market.address().as_ref()],
        bump,
        token::mint = base_mint,
        token::authority = vault_authority
    )]
    pub base_vault: Account<TokenAccount>,
    #[account(
        init,
        payer = admin,
        seeds = [SEED_QUOTE_VAULT, market.address().as_ref()],
        bump,
        token::mint = quote_mint,
        token::authority = vault_authority
    )]
    pub quote_vault: Account<TokenAccount>,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl CreateMarket {
    fn validate(&self, base_lot_atoms: u64) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require!(
            self.base_mint.address() != self.quote_mint.address(),
            SettlementError::SameMint
        );
        require!(
            self.market.capacity() >= MIN_MARKET_CAPACITY,
            SettlementError::MarketTooSmall
        );
        require!(base_lot_atoms != 0, SettlementError::InvalidLotSize);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<CreateMarket>, base_lot_atoms: u64) -> Result<()> {
    ctx.accounts.validate(base_lot_atoms)?;
    let accounts = &mut ctx.accounts;
    let market = &mut accounts.market;

    market.base_mint = *accounts.base_mint.address();
    market.quote_mint = *accounts.quote_mint.address();
    market.base_vault = *accounts.base_vault.address();
    market.quote_vault = *accounts.quote_vault.address();
    market.base_lot_atoms = base_lot_atoms.into();
    market.next_sequence = 1.into();
    market.tree.root = StateTree::EMPTY_ROOT;
    market.tree_version = TREE_VERSION;
    market.layout_version = LAYOUT_VERSION;
    market.vault_bump = ctx.bumps.vault_authority;
    emit!(MarketCreated {
        market: *market.address(),
        base_mint: market.base_mint,
        quote_mint: market.quote_mint,
        base_lot_atoms,
        capacity: market.capacity() as u32,
    });
    market.invariant()
}
