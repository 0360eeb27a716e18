//! Creates the config.

use {
    crate::{
        constants::LAYOUT_VERSION,
        error::SettlementError,
        events::{report, ConfigInitialized},
        invoke::NewAccount,
        limits,
        state::{FeeTier, GlobalConfig, SEED_CONFIG},
    },
    anchor_lang::prelude::*,
};

const DISCRIMINATOR_BYTES: usize = GlobalConfig::DISCRIMINATOR.len();

/// BPFLoaderUpgradeab1e11111111111111111111111.
const UPGRADEABLE_LOADER: Address = anchor_lang::address!("BPFLoaderUpgradeab1e11111111111111111111111");

/// First bytes of a ProgramData account: u32 state 3, u64 slot, Option<Address> upgrade authority.
const PROGRAM_DATA_STATE: [u8; 4] = [3, 0, 0, 0];
const AUTHORITY_TAG_OFFSET: usize = 12;
const AUTHORITY_END: usize = AUTHORITY_TAG_OFFSET + 1 + 32;

#[derive(AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct InitializeArgs {
    pub admin: Address,
    pub guardian: Address,
    pub active_relayer: Address,
    pub allowed_batch_versions: u8,
    pub min_batch_size: u32,
    pub max_batch_age_slots: u64,
    pub withdrawal_delay_slots: u64,
    pub fee_tiers: [FeeTier; 4],
}

#[derive(Accounts)]
pub struct Initialize {
    /// `unsafe(dup)`: the payer may be the authority itself. Only its lamports are touched.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    /// Created here.
    #[account(mut, seeds = [SEED_CONFIG], bump)]
    pub config: UncheckedAccount,
    /// The upgradeable loader's account for this program; checked by `validate`.
    pub program_data: UncheckedAccount,
    pub system_program: Program<System>,
}

impl Initialize {
    /// Only the program's upgrade authority can create the config, so nobody takes it first.
    fn validate(&self, program_id: &Address) -> Result<()> {
        let (address, _) = find_program_address(&[program_id.as_ref()], &UPGRADEABLE_LOADER);
        let view = self.program_data.account();
        require!(
            *view.address() == address && view.owned_by(&UPGRADEABLE_LOADER),
            SettlementError::NotUpgradeAuthority
        );
        let data = view.try_borrow()?;
        let has_authority = data.len() >= AUTHORITY_END
            && data[..PROGRAM_DATA_STATE.len()] == PROGRAM_DATA_STATE
            && data[AUTHORITY_TAG_OFFSET] == 1
            && data[AUTHORITY_TAG_OFFSET + 1..AUTHORITY_END] == *self.authority.address().as_ref();
        require!(has_authority, SettlementError::NotUpgradeAuthority);
        Ok(())
    }
}

pub fn handler(ctx: &mut Context<Initialize>, args: InitializeArgs) -> Result<()> {
    ctx.accounts.validate(ctx.program_id)?;
    let bump = ctx.bumps.config;
    let mut view = *ctx.accounts.config.account();

    NewAccount {
        system_program: &ctx.accounts.system_program,
        payer: *ctx.accounts.payer.account(),
        account: view,
        owner: ctx.program_id,
        space: DISCRIMINATOR_BYTES + core::mem::size_of::<GlobalConfig>(),
        seeds: &[SEED_CONFIG, &[bump]],
    }
    .create()?;
    let mut data = view.try_borrow_mut()?;
    let (discriminator, body) = data.split_at_mut(DISCRIMINATOR_BYTES);
    discriminator.copy_from_slice(GlobalConfig::DISCRIMINATOR);

    let config: &mut GlobalConfig = bytemuck::from_bytes_mut(body);
    config.admin = args.admin;
    config.guardian = args.guardian;
    config.active_relayer = args.active_relayer;
    config.allowed_batch_versions = args.allowed_batch_versions;
    config.min_batch_size = args.min_batch_size.into();
    config.max_batch_age_slots = args.max_batch_age_slots.into();
    config.withdrawal_delay_slots = args.withdrawal_delay_slots.into();
    config.fee_tiers = args.fee_tiers;
    config.layout_version = LAYOUT_VERSION;
    config.bump = bump;
    report(&ConfigInitialized {
        admin: config.admin,
        guardian: config.guardian,
        active_relayer: config.active_relayer,
        allowed_batch_versions: config.allowed_batch_versions,
        min_batch_size: config.min_batch_size,
        max_batch_age_slots: config.max_batch_age_slots,
        withdrawal_delay_slots: config.withdrawal_delay_slots,
        fee_tiers: config.fee_tiers,
    });
    // The invariant holds every other setting against its limit.
    limits::allowed_batch_versions(args.allowed_batch_versions)?;
    config.invariant()
}
