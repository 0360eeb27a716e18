//! What the program asks other programs for. A refused request ends the transaction.

use anchor_lang::{cpi::InstructionAccount, prelude::*, unchecked_invoke_signed_fixed};

/// System program instruction `Assign`.
const SYSTEM_ASSIGN: u8 = 1;

/// System program instruction `Transfer`.
const SYSTEM_TRANSFER: u8 = 2;

/// System program instruction `Allocate`.
const SYSTEM_ALLOCATE: u8 = 8;

/// SPL Token instruction `Transfer`.
const TOKEN_TRANSFER: u8 = 3;

/// SPL Token instruction `SetAuthority`, of the authority `AccountOwner`, to somebody.
const TOKEN_SET_OWNER: [u8; 3] = [6, 2, 1];

/// SPL Token instruction `InitializeAccount3`.
const TOKEN_INITIALIZE_ACCOUNT: u8 = 18;

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

/// A program address that has no account yet.
pub struct NewAccount<'a> {
    pub system_program: &'a Program<System>,
    pub payer: AccountView,
    pub account: AccountView,
    pub owner: &'a Address,
    pub space: usize,
    /// Bump included.
    pub seeds: &'a [&'a [u8]],
}

impl NewAccount<'_> {
    /// In three steps rather than by `CreateAccount`, which refuses an address that somebody has sent lamports to.
    #[inline(never)]
    pub fn create(mut self) -> Result<()> {
        let rent = Rent::get()?.try_minimum_balance(self.space)?;
        let missing = rent.saturating_sub(self.account.lamports());
        transfer_lamports(
            self.system_program,
            CpiHandleMut::writable(&mut self.payer),
            CpiHandleMut::writable(&mut self.account),
            missing,
        );
        let mut allocate = [0; 12];
        allocate[0] = SYSTEM_ALLOCATE;
        allocate[4..].copy_from_slice(&(self.space as u64).to_le_bytes());
        self.invoke(&allocate);

        let mut assign = [0; 36];
        assign[0] = SYSTEM_ASSIGN;
        assign[4..].copy_from_slice(self.owner.as_ref());
        self.invoke(&assign);
        Ok(())
    }

    /// A request of the account itself, which signs by its seeds.
    fn invoke(&self, data: &[u8]) {
        unchecked_invoke_signed_fixed(
            self.system_program.address(),
            data,
            &[InstructionAccount::writable_signer(self.account.address())],
            &[self.account.to_cpi_handle()],
            &[self.seeds],
        );
    }
}

/// Makes a fresh account of the token program a token account of `owner`.
pub fn initialize_token_account(
    token_program: &Program<Token>,
    account: &AccountView,
    mint: &AccountView,
    owner: &Address,
) {
    let mut data = [TOKEN_INITIALIZE_ACCOUNT; 33];
    data[1..].copy_from_slice(owner.as_ref());
    unchecked_invoke_signed_fixed(
        token_program.address(),
        &data,
        &[
            InstructionAccount::writable(account.address()),
            InstructionAccount::readonly(mint.address()),
        ],
        &[account.to_cpi_handle(), mint.to_cpi_handle()],
        &[],
    );
}

/// A token account on its way to another owner.
pub struct TokenHandOver<'a> {
    pub token_program: &'a Program<Token>,
    pub account: CpiHandleMut<'a>,
    pub authority: CpiHandle<'a>,
    pub new_owner: &'a Address,
    pub signer_seeds: &'a [&'a [&'a [u8]]],
}

impl TokenHandOver<'_> {
    #[inline(never)]
    pub fn invoke(self) {
        let mut data = [0; 35];
        data[..3].copy_from_slice(&TOKEN_SET_OWNER);
        data[3..].copy_from_slice(self.new_owner.as_ref());
        unchecked_invoke_signed_fixed(
            self.token_program.address(),
            &data,
            &[
                InstructionAccount::writable(self.account.address()),
                InstructionAccount::readonly_signer(self.authority.address()),
            ],
            &[self.account.into(), self.authority],
            self.signer_seeds,
        );
    }
}

/// Token atoms on their way.
pub struct TokenTransfer<'a> {
    pub token_program: &'a Program<Token>,
    pub from: CpiHandleMut<'a>,
    pub to: CpiHandleMut<'a>,
    pub authority: CpiHandle<'a>,
    pub atoms: u64,
    /// Empty when the authority has signed the transaction.
    pub signer_seeds: &'a [&'a [&'a [u8]]],
}

impl TokenTransfer<'_> {
    #[inline(never)]
    pub fn invoke(self) {
        let mut data = [TOKEN_TRANSFER; 9];
        data[1..].copy_from_slice(&self.atoms.to_le_bytes());
        unchecked_invoke_signed_fixed(
            self.token_program.address(),
            &data,
            &[
                InstructionAccount::writable(self.from.address()),
                InstructionAccount::writable(self.to.address()),
                InstructionAccount::readonly_signer(self.authority.address()),
            ],
            &[self.from.into(), self.to.into(), self.authority],
            self.signer_seeds,
        );
    }
}
