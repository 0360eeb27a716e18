//! Quantities that must not be mixed. Stored as plain integers, computed as these.

use {crate::math, anchor_lang::prelude::*};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl $name {
            pub const ZERO: Self = Self(0);

            #[inline(always)]
            pub fn is_zero(self) -> bool {
                self.0 == 0
            }

            #[inline(always)]
            pub fn checked_add(self, other: Self) -> Option<Self> {
                // Compared first: on the chain the standard one takes twice the instructions.
                (other.0 <= u64::MAX - self.0).then(|| Self(self.0 + other.0))
            }

            #[inline(always)]
            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            #[inline(always)]
            pub fn saturating_add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl From<PodU64> for $name {
            #[inline(always)]
            fn from(stored: PodU64) -> Self {
                Self(stored.get())
            }
        }

        impl From<$name> for PodU64 {
            #[inline(always)]
            fn from(value: $name) -> Self {
                Self::from(value.0)
            }
        }
    };
}

quantity! {
    /// Lots of the base mint: what trades and balances count in.
    BaseLots
}
quantity! {
    /// Atoms of the base mint: what the base vault holds.
    BaseAtoms
}
quantity! {
    /// Atoms of the quote mint.
    QuoteAtoms
}
quantity! {
    /// Quote atoms per base lot.
    Price
}

impl BaseLots {
    /// `None` when the atoms do not fit.
    #[inline(always)]
    pub fn atoms(self, base_lot_atoms: PodU64) -> Option<BaseAtoms> {
        math::checked_mul(self.0, base_lot_atoms.get()).map(BaseAtoms)
    }
}

impl Price {
    /// What `quantity` costs, or `None` when it does not fit.
    #[inline(always)]
    pub fn amount(self, quantity: BaseLots) -> Option<QuoteAtoms> {
        math::checked_mul(self.0, quantity.0).map(QuoteAtoms)
    }
}

impl QuoteAtoms {
    /// The fee on this amount, rounded up.
    #[inline(always)]
    pub fn fee(self, rate: Rate) -> Self {
        Self(math::fee(self.0, rate.0))
    }
}

/// A fee in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(u64);

impl From<u64> for Rate {
    /// Opaque: a compiler that knows how small it is divides by multiplications, many instructions instead of one.
    #[inline(always)]
    fn from(bps: u64) -> Self {
        Self(core::hint::black_box(bps))
    }
}

impl From<PodU16> for Rate {
    #[inline(always)]
    fn from(bps: PodU16) -> Self {
        u64::from(bps.get()).into()
    }
}
