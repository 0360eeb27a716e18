//! One trading pair: its cursor, its totals, its tree, and after the header one entry per trader.

use {
    super::{Portable, StateTree, TraderEntry, TREE_CAPACITY},
    crate::{
        constants::{LAYOUT_VERSION, RECENT_DIGESTS, TREE_VERSION_FIXED, TREE_VERSION_GROWING},
        error::SettlementError,
        processor::Tally,
        token::TokenAccount,
        units::{BaseAtoms, BaseLots, QuoteAtoms},
    },
    anchor_lang::{accounts::Slab, prelude::*},
};

/// A market account: header, u32 count, entries.
pub type Market = Slab<Portable<MarketHeader>, TraderEntry>;

/// Values of `MarketHeader::status`.
pub mod market_status {
    pub const OPEN: u8 = 0;
    /// Handed over to the successor program.
    pub const MIGRATED: u8 = 1;
    /// Made for a market of the predecessor program, whose import has not ended.
    pub const IMPORTING: u8 = 2;
}

/// What the market owes per mint is `base_lots_total` and `quote_atoms_total`: entries, pending withdrawals and fees.
#[account]
pub struct MarketHeader {
    pub base_mint: Address,
    pub quote_mint: Address,
    pub base_vault: Address,
    pub quote_vault: Address,
    /// Atoms of the base mint in one lot.
    pub base_lot_atoms: PodU64,
    /// The sequence the next batch must carry. Starts at 1.
    pub next_sequence: PodU64,
    /// 0 before the first trade.
    pub last_trade_id: PodU64,
    /// Slot of the last batch that had trades.
    pub last_settled_slot: PodU64,
    pub base_lots_total: PodU64,
    pub quote_atoms_total: PodU64,
    /// Fees taken and not collected yet, part of `quote_atoms_total`.
    pub quote_fees: PodU64,
    /// This and the three below are saturating statistics: no rule rests on them.
    pub trades_settled: PodU64,
    pub trades_voided: PodU64,
    pub volume_base_lots: PodU64,
    pub volume_quote_atoms: PodU64,
    pub tree: StateTree,
    /// Payload digest of sequence `s` at `s % 64`.
    pub recent_digests: [[u8; 32]; 64],
    /// One of `market_status`.
    pub status: u8,
    pub tree_version: u8,
    pub layout_version: u8,
    /// Bump of the vault authority.
    pub vault_bump: u8,
    /// Trades of V2 batches that could not settle; a saturating statistic too.
    pub trades_skipped: PodU64,
    /// The market that this one is handed over to, an account of the successor program. Zero while it is here.
    pub successor_market: Address,
    /// The market that this one is or was imported from, an account of the predecessor program. Zero for a market of its own.
    pub predecessor_market: Address,
    /// Entries imported so far.
    pub imported_entries: PodU32,
    /// Sums over the entries imported so far, pending withdrawals included.
    pub imported_base_lots: PodU64,
    pub imported_quote_atoms: PodU64,
    /// Room for later fields without moving the entries.
    pub reserved: [u8; 160],
}

const _: () = assert!(
    core::mem::size_of::<MarketHeader>()
        == 32 // base_mint
        + 32 // quote_mint
        + 32 // base_vault
        + 32 // quote_vault
        + 8 // base_lot_atoms
        + 8 // next_sequence
        + 8 // last_trade_id
        + 8 // last_settled_slot
        + 8 // base_lots_total
        + 8 // quote_atoms_total
        + 8 // quote_fees
        + 8 // trades_settled
        + 8 // trades_voided
        + 8 // volume_base_lots
        + 8 // volume_quote_atoms
        + 1_064 // tree
        + 32 * 64 // recent_digests
        + 1 // status
        + 1 // tree_version
        + 1 // layout_version
        + 1 // vault_bump
        + 8 // trades_skipped
        + 32 // successor_market
        + 32 // predecessor_market
        + 4 // imported_entries
        + 8 // imported_base_lots
        + 8 // imported_quote_atoms
        + 160 // reserved
);
const _: () = assert!(core::mem::offset_of!(MarketHeader, tree) == 216);
const _: () = assert!(core::mem::offset_of!(MarketHeader, status) == 3_328);

/// Where the first entry starts: discriminator, header, u32 count.
pub const ENTRIES_OFFSET: usize = 8 + core::mem::size_of::<MarketHeader>() + 4;
const _: () = assert!(ENTRIES_OFFSET == 3_596);
const _: () = assert!(Market::space_for(1) == ENTRIES_OFFSET + core::mem::size_of::<TraderEntry>());

impl MarketHeader {
    /// Where the payload digest of `sequence` is remembered.
    pub fn digest_slot(sequence: u64) -> usize {
        sequence as usize % RECENT_DIGESTS
    }

    /// Adds what came into the vaults to what the market owes.
    pub fn owe(&mut self, base: BaseLots, quote: QuoteAtoms) -> Result<()> {
        let base_total = BaseLots::from(self.base_lots_total).checked_add(base);
        let quote_total = QuoteAtoms::from(self.quote_atoms_total).checked_add(quote);
        self.base_lots_total = base_total.ok_or(SettlementError::BalanceOverflow)?.into();
        self.quote_atoms_total = quote_total.ok_or(SettlementError::BalanceOverflow)?.into();
        Ok(())
    }

    /// Takes what leaves the vaults from what the market owes.
    pub fn release(&mut self, base: BaseLots, quote: QuoteAtoms) -> Result<()> {
        let base_total = BaseLots::from(self.base_lots_total).checked_sub(base);
        let quote_total = QuoteAtoms::from(self.quote_atoms_total).checked_sub(quote);
        self.base_lots_total = base_total.ok_or(SettlementError::InvariantViolated)?.into();
        self.quote_atoms_total = quote_total.ok_or(SettlementError::InvariantViolated)?.into();
        Ok(())
    }

    /// Appends a leaf to the tree, by the rules of its version.
    #[inline(always)]
    pub fn append_leaf(&mut self, leaf: [u8; 32]) -> Result<()> {
        if self.tree_version == TREE_VERSION_FIXED {
            return self.tree.append(leaf);
        }
        self.tree.append_growing(leaf);
        Ok(())
    }

    /// Keeps the statistics.
    pub fn count(&mut self, trades: u32, tally: &Tally) {
        let settled = trades - tally.voided - tally.skipped;
        self.trades_settled = self.trades_settled.saturating_add(u64::from(settled));
        self.trades_voided = self.trades_voided.saturating_add(u64::from(tally.voided));
        self.trades_skipped = self.trades_skipped.saturating_add(u64::from(tally.skipped));
        self.volume_base_lots = self.volume_base_lots.saturating_add(tally.base_lots.0);
        self.volume_quote_atoms = self.volume_quote_atoms.saturating_add(tally.quote_atoms.0);
    }

    /// Refuses when the base vault holds less than the market owes.
    pub fn require_base_covered(&self, vault: &TokenAccount) -> Result<()> {
        let owed = BaseLots::from(self.base_lots_total).atoms(self.base_lot_atoms);
        let is_covered = owed.is_some_and(|owed| owed <= BaseAtoms::from(vault.amount));
        require!(is_covered, SettlementError::VaultShortfall);
        Ok(())
    }

    /// Refuses when the quote vault holds less than the market owes.
    pub fn require_quote_covered(&self, vault: &TokenAccount) -> Result<()> {
        require!(self.quote_atoms_total <= vault.amount, SettlementError::VaultShortfall);
        Ok(())
    }

    /// What is true of every market at the end of every instruction that writes it.
    pub fn invariant(&self) -> Result<()> {
        // Fees are part of what the market owes.
        require!(
            self.quote_fees <= self.quote_atoms_total,
            SettlementError::InvariantViolated
        );
        // Sequences start at 1, so no digest of sequence 0 is ever asked for.
        require!(self.next_sequence != 0, SettlementError::InvariantViolated);
        // A lot is something.
        require!(self.base_lot_atoms != 0, SettlementError::InvariantViolated);
        // The tree holds at most what its depth allows.
        require!(
            self.tree.leaf_count.get() <= TREE_CAPACITY,
            SettlementError::InvariantViolated
        );
        // The account has the layout and the tree rules of this build.
        require!(
            self.layout_version == LAYOUT_VERSION
                && self.tree_version.wrapping_sub(TREE_VERSION_FIXED) < TREE_VERSION_GROWING,
            SettlementError::InvariantViolated
        );
        Ok(())
    }
}

/// Every instruction on a market asks this first: it is an account of the program that runs.
#[inline(always)]
pub fn require_ours(market: &Market, program_id: &Address) -> Result<()> {
    require!(market.view().owned_by(program_id), ProgramError::IllegalOwner);
    require!(market.view().is_writable(), ConstraintMut);
    Ok(())
}

/// `require_ours`, and the market has neither moved nor is it still on its way: what settles, pays or takes in asks this.
pub fn require_here(market: &Market, program_id: &Address) -> Result<()> {
    require_ours(market, program_id)?;
    require_status(market, market_status::OPEN)
}

/// Refuses a market of another status by the name of its own. An open one is refused where an import's market is wanted.
#[inline(always)]
pub fn require_status(market: &MarketHeader, status: u8) -> Result<()> {
    if market.status != status {
        return Err(elsewhere(market).into());
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn elsewhere(market: &MarketHeader) -> SettlementError {
    match market.status {
        market_status::OPEN => SettlementError::AlreadyImported,
        market_status::MIGRATED => SettlementError::MarketMigrated,
        _ => SettlementError::MarketImporting,
    }
}

/// The entry at `index`.
#[inline(never)]
pub fn entry_mut(market: &mut Market, index: u32) -> Result<&mut TraderEntry> {
    let entry = market.get_mut(index as usize);
    Ok(entry.ok_or(SettlementError::TraderIndexOutOfRange)?)
}

/// Appends entries in one copy.
pub fn append_entries(market: &mut Market, entries: &[TraderEntry]) -> Result<()> {
    let len = market.len();
    require!(
        entries.len() <= market.capacity() - len,
        SettlementError::MarketTooSmall
    );
    let count = (len + entries.len()) as u32;
    let start = Market::try_space_for(len as u32)?;
    let end = Market::try_space_for(count)?;
    let mut view = *market.view();
    // SAFETY: the slab is borrowed for as long as the bytes are, and keeps no reference of its own into them.
    let data = unsafe { view.borrow_unchecked_mut() };
    data[start..end].copy_from_slice(bytemuck::cast_slice(entries));
    data[ENTRIES_OFFSET - 4..ENTRIES_OFFSET].copy_from_slice(&count.to_le_bytes());
    Ok(())
}
