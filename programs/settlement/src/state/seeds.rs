//! Seeds of the program's addresses. They are derived from the id the program runs at.

/// `["config"]` → GlobalConfig.
pub const SEED_CONFIG: &[u8] = b"config";

/// `["vault", market]` → the owner of both vaults of a market.
pub const SEED_VAULT_AUTHORITY: &[u8] = b"vault";

/// `["base_vault", market]` → the SPL token account that holds the market's base atoms.
pub const SEED_BASE_VAULT: &[u8] = b"base_vault";

/// `["quote_vault", market]` → the SPL token account that holds the market's quote atoms.
pub const SEED_QUOTE_VAULT: &[u8] = b"quote_vault";

/// `["tree", market]` → PreviousTree.
pub const SEED_PREVIOUS_TREE: &[u8] = b"tree";
