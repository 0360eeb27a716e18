//! Turns a fresh account of the program into a market and creates its vaults.

use {
    super::admin,
    crate::{
        constants::{LAYOUT_VERSION, MIN_MARKET_CAPACITY, TREE_VERSION_FIXED},
        error::SettlementError,
        events::{report, MarketCreated},
        invoke::{self, NewAccount},
        state::{
            require_here, Config, Market, StateTree, SEED_BASE_VAULT, SEED_CONFIG, SEED_QUOTE_VAULT,
            SEED_VAULT_AUTHORITY,
        },
        token::{Mint, TokenAccount},
    },
    anchor_lang::prelude::*,
};

#[derive(Accounts)]
pub struct CreateMarket {
    #[account(mut)]
    pub admin: Signer,
    #[account(seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    /// Created in the same transaction, all zero. Its signature keeps others from taking it in between.
    #[account(zeroed, signer)]
    pub market: Market,
    pub base_mint: Account<Mint>,
    pub quote_mint: Account<Mint>,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump)]
    pub vault_authority: UncheckedAccount,
    #[account(mut, seeds = [SEED_BASE_VAULT, market.address().as_ref()], bump)]
    pub base_vault: UncheckedAccount,
    #[account(mut, seeds = [SEED_QUOTE_VAULT, market.address().as_ref()], bump)]
    pub quote_vault: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl CreateMarket {
    fn validate(&self, program_id: &Address, base_lot_atoms: u64) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require_here(&self.market, program_id)?;
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

/// Creates a vault at its address: a token account that the vault authority owns.
fn create_vault(
    accounts: &CreateMarket,
    vault: &UncheckedAccount,
    mint: &Account<Mint>,
    seed: &[u8],
    bump: u8,
) -> Result<()> {
    NewAccount {
        system_program: &accounts.system_program,
        payer: *accounts.admin.account(),
        account: *vault.account(),
        owner: accounts.token_program.address(),
        space: core::mem::size_of::<TokenAccount>(),
        seeds: &[seed, accounts.market.address().as_ref(), &[bump]],
    }
    .create()?;
    invoke::initialize_token_account(
        &accounts.token_program,
        vault.account(),
        mint.account(),
        accounts.vault_authority.address(),
    );
    Ok(())
}

pub fn handler(ctx: &mut Context<CreateMarket>, base_lot_atoms: u64) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let bumps = &ctx.bumps;
    accounts.validate(ctx.program_id, base_lot_atoms)?;

    create_vault(
        accounts,
        &accounts.base_vault,
        &accounts.base_mint,
        SEED_BASE_VAULT,
        bumps.base_vault,
    )?;
    create_vault(
        accounts,
        &accounts.quote_vault,
        &accounts.quote_mint,
        SEED_QUOTE_VAULT,
        bumps.quote_vault,
    )?;

    let market = &mut accounts.market;
    market.base_mint = *accounts.base_mint.address();
    market.quote_mint = *accounts.quote_mint.address();
    market.base_vault = *accounts.base_vault.address();
    market.quote_vault = *accounts.quote_vault.address();
    market.base_lot_atoms = base_lot_atoms.into();
    market.next_sequence = 1.into();
    market.tree.root = StateTree::EMPTY_ROOT;
    market.tree_version = TREE_VERSION_FIXED;
    market.layout_version = LAYOUT_VERSION;
    market.vault_bump = bumps.vault_authority;
    report(&MarketCreated {
        market: *market.address(),
        base_mint: market.base_mint,
        quote_mint: market.quote_mint,
        base_lot_atoms: market.base_lot_atoms,
        capacity: (market.capacity() as u32).into(),
    });
    market.invariant()
}
