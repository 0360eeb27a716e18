import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { baseVault, configAddress, quoteVault, vaultAuthority } from '../pda.ts';
import { traderIndex } from '../units.ts';
import { instruction } from './build.ts';
import type { MarketVaults } from './fork.ts';

interface Entry {
  readonly owner: PublicKey;
  readonly market: PublicKey;
  readonly index: number;
}

/** Of an imported market, whose vaults are its predecessor's; by default they are derived from the market. */
interface Vaults {
  readonly vaults?: MarketVaults | undefined;
}

interface Amounts {
  readonly baseLots: bigint;
  readonly quoteAtoms: bigint;
}

/** What a trader does with their own entry, and the guardian's hold on it. None of it needs the relayer. */
export function traderInstructions(programId: PublicKey) {
  const config = configAddress(programId);
  const vaultsOf = ({ market, vaults }: { market: PublicKey; vaults?: MarketVaults | undefined }): MarketVaults => ({
    baseVault: vaults?.baseVault ?? baseVault(programId, market),
    quoteVault: vaults?.quoteVault ?? quoteVault(programId, market),
  });
  const indexed = (i: Entry & Amounts) => ({
    index: traderIndex(i.index),
    baseLots: i.baseLots,
    quoteAtoms: i.quoteAtoms,
  });
  return {
    /** Appends an entry, or takes the free one at `reuseIndex`. */
    openTrader: (i: { owner: PublicKey; market: PublicKey; reuseIndex?: number }): TransactionInstruction =>
      instruction(
        programId,
        'open_trader',
        { owner: i.owner, market: i.market },
        { reuseIndex: i.reuseIndex === undefined ? null : traderIndex(i.reuseIndex) },
      ),

    /** Once to leave, a second time for the deposit when no trade can name the index any more. */
    closeTrader: (i: Entry): TransactionInstruction =>
      instruction(programId, 'close_trader', { owner: i.owner, market: i.market }, { index: traderIndex(i.index) }),

    deposit: (
      i: Entry & Amounts & Vaults & { baseSource: PublicKey; quoteSource: PublicKey },
    ): TransactionInstruction => {
      const { owner, market, baseSource, quoteSource } = i;
      return instruction(programId, 'deposit', { owner, market, ...vaultsOf(i), baseSource, quoteSource }, indexed(i));
    },

    /** Starts the wait; the destinations are fixed here. */
    requestWithdrawal: (
      i: Entry & Amounts & { baseDestination: PublicKey; quoteDestination: PublicKey },
    ): TransactionInstruction => {
      const { owner, market, baseDestination, quoteDestination } = i;
      const accounts = { owner, config, market, baseDestination, quoteDestination };
      return instruction(programId, 'request_withdrawal', accounts, indexed(i));
    },

    executeWithdrawal: (
      i: Entry & Vaults & { baseDestination: PublicKey; quoteDestination: PublicKey },
    ): TransactionInstruction => {
      const { owner, market, baseDestination, quoteDestination } = i;
      const authority = vaultAuthority(programId, market);
      return instruction(
        programId,
        'execute_withdrawal',
        { owner, market, vaultAuthority: authority, ...vaultsOf(i), baseDestination, quoteDestination },
        { index: traderIndex(i.index) },
      );
    },

    cancelWithdrawal: (i: Entry): TransactionInstruction =>
      instruction(
        programId,
        'cancel_withdrawal',
        { owner: i.owner, market: i.market },
        { index: traderIndex(i.index) },
      ),

    /** Once a request, before it unlocks. */
    holdWithdrawal: (i: {
      guardian: PublicKey;
      market: PublicKey;
      index: number;
      holdSlots: bigint;
    }): TransactionInstruction =>
      instruction(
        programId,
        'hold_withdrawal',
        { guardian: i.guardian, config, market: i.market },
        { index: traderIndex(i.index), holdSlots: i.holdSlots },
      ),
  };
}
