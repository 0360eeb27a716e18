//! What the program reads of SPL Token accounts. Accounts of other token programs are refused by their owner.

use {
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
    core::mem::size_of,
};

/// A token account of the SPL Token program.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct TokenAccount {
    pub mint: Address,
    pub owner: Address,
    pub amount: PodU64,
    delegate: [u8; 36],
    /// 0 uninitialized, 1 initialized, 2 frozen.
    state: u8,
    is_native: [u8; 12],
    delegated_amount: PodU64,
    close_authority: [u8; 36],
}

const _: () = assert!(
    size_of::<TokenAccount>()
        == 32 // mint
        + 32 // owner
        + 8 // amount
        + 4 + 32 // delegate
        + 1 // state
        + 4 + 8 // is_native
        + 8 // delegated_amount
        + 4 + 32 // close_authority
);

impl SlabSchema for TokenAccount {
    const DATA_OFFSET: usize = 0;
    const MIN_DATA_LEN: usize = size_of::<Self>();

    #[inline(never)]
    fn validate(view: &AccountView, data: &[u8]) -> Result<()> {
        require!(view.owned_by(&Token::id()), ProgramError::IllegalOwner);
        // The length tells a token account from a mint and from a multisig.
        require!(data.len() == size_of::<Self>(), ProgramError::InvalidAccountData);
        let account: &Self = bytemuck::from_bytes(data);
        require!(account.state != 0, ProgramError::UninitializedAccount);
        Ok(())
    }
}

/// A mint of the SPL Token program.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Mint {
    mint_authority: [u8; 36],
    supply: PodU64,
    decimals: u8,
    is_initialized: u8,
    freeze_authority: [u8; 36],
}

const _: () = assert!(
    size_of::<Mint>()
        == 4 + 32 // mint_authority
        + 8 // supply
        + 1 // decimals
        + 1 // is_initialized
        + 4 + 32 // freeze_authority
);

impl SlabSchema for Mint {
    const DATA_OFFSET: usize = 0;
    const MIN_DATA_LEN: usize = size_of::<Self>();

    fn validate(view: &AccountView, data: &[u8]) -> Result<()> {
        require!(view.owned_by(&Token::id()), ProgramError::IllegalOwner);
        require!(data.len() == size_of::<Self>(), ProgramError::InvalidAccountData);
        let mint: &Self = bytemuck::from_bytes(data);
        require!(mint.is_initialized != 0, ProgramError::UninitializedAccount);
        Ok(())
    }
}

/// The IDL leaves both to the token program's own description.
#[cfg(feature = "idl-build")]
mod idl {
    impl anchor_lang::IdlAccountType for super::TokenAccount {}
    impl anchor_lang::IdlAccountType for super::Mint {}
}
