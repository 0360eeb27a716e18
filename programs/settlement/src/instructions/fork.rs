//! What the instructions that move a market between two programs have in common.

use {
    super::admin,
    crate::{
        error::SettlementError,
        invoke::TokenHandOver,
        state::{require_ours, Config, Market, SEED_CONFIG, SEED_VAULT_AUTHORITY},
        token::TokenAccount,
    },
    anchor_lang::{prelude::*, AnchorAccount},
};

#[derive(Accounts)]
pub struct MoveMarket {
    pub admin: Signer,
    #[account(mut, seeds = [SEED_CONFIG], bump = config.bump)]
    pub config: Config,
    /// This program's market.
    #[account(mut)]
    pub market: Market,
    /// The other program's. Checked by each instruction; only its lamports are touched.
    #[account(mut)]
    pub other_market: UncheckedAccount,
    #[account(seeds = [SEED_VAULT_AUTHORITY, market.address().as_ref()], bump = market.vault_bump)]
    pub vault_authority: UncheckedAccount,
    #[account(mut, address = market.base_vault @ SettlementError::WrongVault)]
    pub base_vault: Account<TokenAccount>,
    #[account(mut, address = market.quote_vault @ SettlementError::WrongVault)]
    pub quote_vault: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl MoveMarket {
    /// Who signs, and whose market it is.
    #[inline(never)]
    pub fn validate(&self, program_id: &Address) -> Result<()> {
        admin::require_admin(&self.admin, &self.config)?;
        require_ours(&self.market, program_id)
    }

    /// Whether this market's authority owns both vaults.
    #[inline(never)]
    pub fn has_vaults(&self) -> bool {
        let authority = self.vault_authority.address();
        self.base_vault.owner == *authority && self.quote_vault.owner == *authority
    }

    /// The other program's market, when it is one of `owner`. Anything else is refused by `refusal`.
    #[inline(never)]
    pub fn other_market_of(&self, owner: &Address, refusal: SettlementError) -> Result<Market> {
        let view = self.other_market.account();
        if !view.owned_by(owner) {
            return Err(refusal.into());
        }
        Market::load(*view).map_err(|_| refusal.into())
    }

    /// Gives both vaults, and the lamports above this market's rent, to the other market under its program. Returns the lamports.
    #[inline(never)]
    pub fn give_all(&mut self, other_program: &Address) -> Result<u64> {
        let new_owner = vault_authority_of(self.other_market.address(), other_program);
        let bump = [self.market.vault_bump];
        let signer_seeds: &[&[&[u8]]] = &[&[SEED_VAULT_AUTHORITY, self.market.address().as_ref(), &bump]];
        for vault in [&mut self.base_vault, &mut self.quote_vault] {
            TokenHandOver {
                token_program: &self.token_program,
                account: vault.cpi_handle_mut(),
                authority: self.vault_authority.cpi_handle(),
                new_owner: &new_owner,
                signer_seeds,
            }
            .invoke();
        }
        // Last: the runtime weighs lamports at every call of another program.
        let surplus = self.market.get_lamports().saturating_sub(self.market.min_lamports()?);
        self.market.sub_lamports(surplus)?;
        self.other_market.add_lamports(surplus)?;
        Ok(surplus)
    }
}

/// The owner of a market's vaults under the program that the market belongs to.
fn vault_authority_of(market: &Address, program: &Address) -> Address {
    find_program_address(&[SEED_VAULT_AUTHORITY, market.as_ref()], program).0
}
