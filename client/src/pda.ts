import { PublicKey } from '@solana/web3.js';

const UPGRADEABLE_LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');

function derive(programId: PublicKey, ...seeds: readonly (string | PublicKey)[]): PublicKey {
  const bytes = seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed.toBuffer()));
  return PublicKey.findProgramAddressSync(bytes, programId)[0];
}

export const configAddress = (programId: PublicKey): PublicKey => derive(programId, 'config');

/** Owns both vaults of a market. */
export const vaultAuthority = (programId: PublicKey, market: PublicKey): PublicKey =>
  derive(programId, 'vault', market);

export const baseVault = (programId: PublicKey, market: PublicKey): PublicKey =>
  derive(programId, 'base_vault', market);

export const quoteVault = (programId: PublicKey, market: PublicKey): PublicKey =>
  derive(programId, 'quote_vault', market);

/** Keeps a market's old state tree between its migration and the end of it. */
export const previousTreeAddress = (programId: PublicKey, market: PublicKey): PublicKey =>
  derive(programId, 'tree', market);

/** Where the upgradeable loader keeps the program's bytes and its upgrade authority. */
export const programDataAddress = (programId: PublicKey): PublicKey => derive(UPGRADEABLE_LOADER, programId);
