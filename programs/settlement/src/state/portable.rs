//! The program's accounts under whatever id it runs at.
//!
//! The framework compares an account's owner with the id the program was compiled with. Here the owner is checked
//! against the id it runs at, so that one object can be deployed under two ids.

use {
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
    core::{
        mem::size_of,
        ops::{Deref, DerefMut},
    },
};

/// State behind its discriminator, with the owner left to the instruction: the config's address is derived from the
/// running id, where only that program can have put data, and `require_here` checks a market's owner.
#[repr(transparent)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct Portable<T>(T);

impl<T: Discriminator> Discriminator for Portable<T> {
    const DISCRIMINATOR: &'static [u8] = T::DISCRIMINATOR;
}

impl<T: Pod + Discriminator> SlabSchema for Portable<T> {
    const DATA_OFFSET: usize = T::DISCRIMINATOR.len();
    const MIN_DATA_LEN: usize = Self::DATA_OFFSET + size_of::<T>();

    fn validate(_view: &AccountView, data: &[u8]) -> Result<()> {
        require!(data.len() >= Self::MIN_DATA_LEN, ProgramError::AccountDataTooSmall);
        require!(data.starts_with(T::DISCRIMINATOR), ProgramError::InvalidAccountData);
        Ok(())
    }
}

impl<T> Deref for Portable<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Portable<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// The IDL describes the state itself.
#[cfg(feature = "idl-build")]
impl<T: IdlAccountType> IdlAccountType for Portable<T> {
    fn __register_idl_deps(accounts: &mut Vec<&'static str>, types: &mut Vec<&'static str>) {
        T::__register_idl_deps(accounts, types);
    }
}
