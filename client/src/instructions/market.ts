import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { SystemProgram } from '@solana/web3.js';
import { marketSpace } from '../accounts/market.ts';
import { baseVault, configAddress, quoteVault, vaultAuthority } from '../pda.ts';
import { instruction } from './build.ts';

/** What the admin does to one market. */
export function marketInstructions(programId: PublicKey) {
  const config = configAddress(programId);
  return {
    /** In one transaction with `createMarketAccount`; the market's key signs too. */
    createMarket: (i: {
      admin: PublicKey;
      market: PublicKey;
      baseMint: PublicKey;
      quoteMint: PublicKey;
      baseLotAtoms: bigint;
    }): TransactionInstruction => {
      const accounts = {
        admin: i.admin,
        config,
        market: i.market,
        baseMint: i.baseMint,
        quoteMint: i.quoteMint,
        vaultAuthority: vaultAuthority(programId, i.market),
        baseVault: baseVault(programId, i.market),
        quoteVault: quoteVault(programId, i.market),
      };
      return instruction(programId, 'create_market', accounts, { baseLotAtoms: i.baseLotAtoms });
    },

    /** Adds 10,240 bytes; the admin pays the rent. */
    growMarket: (i: { admin: PublicKey; market: PublicKey }): TransactionInstruction =>
      instruction(programId, 'grow_market', { admin: i.admin, config, market: i.market }),

    collectFees: (i: {
      admin: PublicKey;
      market: PublicKey;
      destination: PublicKey;
      amount: bigint;
      /** Of an imported market, whose vaults are its predecessor's. */
      quoteVault?: PublicKey | undefined;
    }): TransactionInstruction => {
      const accounts = {
        admin: i.admin,
        config,
        market: i.market,
        vaultAuthority: vaultAuthority(programId, i.market),
        quoteVault: i.quoteVault ?? quoteVault(programId, i.market),
        destination: i.destination,
      };
      return instruction(programId, 'collect_fees', accounts, { amount: i.amount });
    },
  };
}

/** The empty account a market is created in; `lamports` is its rent for `marketSpace(capacity)` bytes. */
export function createMarketAccount(i: {
  payer: PublicKey;
  market: PublicKey;
  capacity: number;
  lamports: number;
  programId: PublicKey;
}): TransactionInstruction {
  return SystemProgram.createAccount({
    fromPubkey: i.payer,
    newAccountPubkey: i.market,
    lamports: i.lamports,
    space: marketSpace(i.capacity),
    programId: i.programId,
  });
}
