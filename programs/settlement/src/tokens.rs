//! The two transfers the program asks other programs for. A refused transfer ends the transaction.

use anchor_lang::{cpi::InstructionAccount, prelude::*, unchecked_invoke_signed_fixed};

/// SPL Token instruction `Transfer`.
const TOKEN_TRANSFER: u8 = 3;

/// System program instruction `Transfer`.
const SYSTEM_TRANSFER: u8 = 2;

/// Moves token atoms. `signer_seeds` is empty when `authority` has signed the transaction.
pub fn transfer_atoms<'a>(
    token_program: &'a Program<Token>,
    from: CpiHandleMut<'a>,
    to: CpiHandleMut<'a>,
    authority: CpiHandle<'a>,
    atoms: u64,
    signer_seeds: &'a [&'a [&'a [u8]]],
) {
    let mut data = [0; 9];
    data[0] = TOKEN_TRANSFER;
    data[1..].copy_from_slice(&atoms.to_le_bytes());
    unchecked_invoke_signed_fixed(
        token_program.address(),
        &data,
        &[
            InstructionAccount::writable(from.address()),
            InstructionAccount::writable(to.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        &[from.into(), to.into(), authority],
        signer_seeds,
    );
}

/// Moves lamports from an account that has signed the transaction.
pub fn transfer_lamports<'a>(
    system_program: &'a Program<System>,
    from: CpiHandleMut<'a>,
    to: CpiHandleMut<'a>,
    lamports: u64,
) {
    let mut data = [0; 12];
    data[0] = SYSTEM_TRANSFER;
    data[4..].copy_from_slice(&lamports.to_le_bytes());
    unchecked_invoke_signed_fixed(
        system_program.address(),
        &data,
        &[
            InstructionAccount::writable_signer(from.address()),
            InstructionAccount::writable(to.address()),
        ],
        &[from.into(), to.into()],
        &[],
    );
}
