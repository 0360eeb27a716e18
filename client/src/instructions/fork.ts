import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { configAddress, previousTreeAddress, vaultAuthority } from '../pda.ts';
import { instruction } from './build.ts';

/** The vaults as the market's header names them: an imported market keeps those of its predecessor. */
export interface MarketVaults {
  readonly baseVault: PublicKey;
  readonly quoteVault: PublicKey;
}

interface OldSide extends MarketVaults {
  readonly admin: PublicKey;
  readonly market: PublicKey;
}

interface NewSide extends OldSide {
  /** The predecessor's market. */
  readonly oldMarket: PublicKey;
}

/** What the admin does to move a market to another program, or its state tree to version 2, and back. */
export function forkInstructions(programId: PublicKey) {
  const config = configAddress(programId);
  const named = (i: OldSide) => ({
    admin: i.admin,
    config,
    market: i.market,
    vaultAuthority: vaultAuthority(programId, i.market),
    baseVault: i.baseVault,
    quoteVault: i.quoteVault,
  });
  const tree = (i: { admin: PublicKey; market: PublicKey }) => ({
    admin: i.admin,
    config,
    market: i.market,
    previousTree: previousTreeAddress(programId, i.market),
  });
  return {
    /** Starts the timelock of the program that markets can be handed over to. The zero address withdraws the nomination. */
    nominateSuccessor: (i: { admin: PublicKey; program: PublicKey }): TransactionInstruction =>
      instruction(programId, 'nominate_successor', { admin: i.admin, config }, { program: i.program }),

    /** Gives the market, its vaults and its deposits to the successor's prepared market. */
    handOver: (i: OldSide & { successorMarket: PublicKey }): TransactionInstruction =>
      instruction(programId, 'hand_over', { ...named(i), otherMarket: i.successorMarket }),

    /** Opens the market again, after the successor's `abortImport`; one transaction can hold both. */
    takeBack: (i: OldSide): TransactionInstruction => instruction(programId, 'take_back', named(i)),

    /** Names the program whose markets can be imported. */
    setPredecessor: (i: { admin: PublicKey; program: PublicKey }): TransactionInstruction =>
      instruction(programId, 'set_predecessor', { admin: i.admin, config }, { program: i.program }),

    /**
     * In one transaction with `createMarketAccount`; the market's key signs too. The account must be as large as the old market's.
     */
    prepareImport: (i: { admin: PublicKey; market: PublicKey; oldMarket: PublicKey }): TransactionInstruction => {
      const { admin, market, oldMarket } = i;
      const accounts = { admin, config, market, oldMarket, vaultAuthority: vaultAuthority(programId, market) };
      return instruction(programId, 'prepare_import', accounts);
    },

    /** Copies the next entries, at least 1; after the last one the market opens. */
    importMarket: (i: NewSide & { maxEntries: number }): TransactionInstruction => {
      const accounts = { ...named(i), otherMarket: i.oldMarket };
      return instruction(programId, 'import_market', accounts, { maxEntries: i.maxEntries });
    },

    /** Forgets what was imported and gives vaults and deposits back. */
    abortImport: (i: NewSide): TransactionInstruction =>
      instruction(programId, 'abort_import', { ...named(i), otherMarket: i.oldMarket }),

    /** Begins a state tree of version 2 with the present root; the admin pays for the copy of the old one. */
    migrateStateTree: (i: { admin: PublicKey; market: PublicKey }): TransactionInstruction =>
      instruction(programId, 'migrate_state_tree', tree(i)),

    /** Restores the old tree, as long as no batch has settled since; the admin gets the copy's rent back. */
    revertStateTree: (i: { admin: PublicKey; market: PublicKey }): TransactionInstruction =>
      instruction(programId, 'revert_state_tree', tree(i)),

    /** Drops the copy of the old tree; the admin gets its rent back. */
    finalizeMigration: (i: { admin: PublicKey; market: PublicKey }): TransactionInstruction =>
      instruction(programId, 'finalize_migration', tree(i)),
  };
}
