import { getMint } from '@solana/spl-token';
import type { Connection } from '@solana/web3.js';
import type { MarketHeader } from '#client';
import { formatDecimal } from '#feeder';

/** Says amounts of a market as wallets show them. */
export interface MarketUnits {
  base(lots: bigint): string;
  quote(atoms: bigint): string;
}

export async function readUnits(connection: Connection, market: MarketHeader): Promise<MarketUnits> {
  const [base, quote] = await Promise.all(
    [market.baseMint, market.quoteMint].map((mint) => getMint(connection, mint, 'confirmed')),
  );
  const text = (digits: bigint, scale: number) => formatDecimal({ digits, scale });
  return {
    base: (lots) => `${text(lots * market.baseLotAtoms, base?.decimals ?? 0)} base`,
    quote: (atoms) => `${text(atoms, quote?.decimals ?? 0)} quote`,
  };
}
