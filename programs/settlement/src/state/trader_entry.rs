//! One trader in one market. Batches name it by its index.

use {
    crate::{
        error::SettlementError,
        units::{BaseLots, QuoteAtoms},
    },
    anchor_lang::prelude::*,
    bytemuck::{Pod, Zeroable},
};

/// Values of `TraderEntry::status`.
pub mod entry_status {
    pub const FREE: u8 = 0;
    pub const OPEN: u8 = 1;
    pub const CLOSING: u8 = 2;
}

/// Balances and at most one pending withdrawal, which backs trades until it is executed.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
pub struct TraderEntry {
    pub owner: Address,
    pub base_lots: PodU64,
    pub quote_atoms: PodU64,
    pub pending_base_lots: PodU64,
    pub pending_quote_atoms: PodU64,
    /// Slot from which the pending withdrawal can be executed. 0 means that there is none.
    pub unlock_slot: PodU64,
    /// Slot until which the guardian holds the pending withdrawal. 0 means never held.
    pub held_until_slot: PodU64,
    pub base_destination: Address,
    pub quote_destination: Address,
    /// The market's last trade id when the owner began to close.
    pub closing_trade_id: PodU64,
    /// One of `entry_status`.
    pub status: u8,
    /// Rounds the entry to 160 bytes and leaves room for flags.
    pub reserved: [u8; 7],
}

const _: () = assert!(
    core::mem::size_of::<TraderEntry>()
        == 32 // owner
        + 8 // base_lots
        + 8 // quote_atoms
        + 8 // pending_base_lots
        + 8 // pending_quote_atoms
        + 8 // unlock_slot
        + 8 // held_until_slot
        + 32 // base_destination
        + 32 // quote_destination
        + 8 // closing_trade_id
        + 1 // status
        + 7 // reserved
);
const _: () = assert!(core::mem::offset_of!(TraderEntry, base_destination) == 80);
const _: () = assert!(core::mem::offset_of!(TraderEntry, status) == 152);

impl TraderEntry {
    /// Refuses everybody but the entry's owner.
    pub fn require_owner(&self, signer: &Address) -> Result<()> {
        require!(
            self.status != entry_status::FREE && self.owner == *signer,
            SettlementError::NotEntryOwner
        );
        Ok(())
    }

    pub fn require_open(&self) -> Result<()> {
        require!(self.status == entry_status::OPEN, SettlementError::EntryNotOpen);
        Ok(())
    }

    pub fn has_request(&self) -> bool {
        self.unlock_slot != 0
    }

    /// No balance, available or pending.
    pub fn is_empty(&self) -> bool {
        self.base_lots == 0 && self.quote_atoms == 0 && self.pending_base_lots == 0 && self.pending_quote_atoms == 0
    }

    /// Forgets the pending withdrawal. Returns what was pending.
    pub fn clear_request(&mut self) -> (BaseLots, QuoteAtoms) {
        let pending = (self.pending_base_lots.into(), self.pending_quote_atoms.into());
        self.pending_base_lots = PodU64::ZERO;
        self.pending_quote_atoms = PodU64::ZERO;
        self.unlock_slot = PodU64::ZERO;
        self.held_until_slot = PodU64::ZERO;
        self.base_destination = Address::default();
        self.quote_destination = Address::default();
        pending
    }

    /// What is true of every entry at the end of every instruction of its owner or the guardian.
    #[inline(never)]
    pub fn invariant(&self) -> Result<()> {
        // Only an open entry has a balance or a request.
        let is_idle = self.is_empty() && !self.has_request();
        require!(
            self.status == entry_status::OPEN || is_idle,
            SettlementError::InvariantViolated
        );
        // Only a request has something pending, or is held.
        let has_nothing_pending = self.pending_base_lots == 0 && self.pending_quote_atoms == 0;
        require!(
            self.has_request() || (has_nothing_pending && self.held_until_slot == 0),
            SettlementError::InvariantViolated
        );
        // Only a free entry has no owner.
        let has_owner = self.owner != Address::default();
        require!(
            (self.status == entry_status::FREE) != has_owner,
            SettlementError::InvariantViolated
        );
        Ok(())
    }
}
