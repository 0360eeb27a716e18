import { createInitializeMint2Instruction, MINT_SIZE, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import type { TransactionInstruction } from '@solana/web3.js';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import type { InitializeArgs } from '#client';
import { createMarketAccount, idl, marketSpace, settlementInstructions } from '#client';
import type { Deposit, Instrument } from '#feeder';
import type { Lane } from '../lane-history.ts';
import type { Sender } from '../transactions.ts';
import { step } from '../transactions.ts';
import { configArgs } from './terms.ts';
import type { Trader } from './traders.ts';
import { openTraders } from './traders.ts';

export interface Keys {
  /** Upgrade authority, admin, mint authority, and payer of everything. */
  readonly operator: Keypair;
  readonly guardian: Keypair;
  readonly relayer: Keypair;
}

export const newKeys = (): Keys => ({
  operator: Keypair.generate(),
  guardian: Keypair.generate(),
  relayer: Keypair.generate(),
});

/** A market with everything that trades need: config, mints, vaults, open and funded entries. */
export interface Venue extends Lane {
  readonly config: InitializeArgs;
  readonly instrument: Instrument;
  readonly capacity: number;
  /** By index. */
  readonly traders: readonly Trader[];
}

/** The program's smallest market. */
const MIN_CAPACITY = 64;

/** Entries a market for so many traders has room for. */
export const capacityFor = (traders: number): number => Math.max(MIN_CAPACITY, traders);

export interface VenuePlan {
  readonly connection: Lane['connection'];
  readonly send: Sender;
  readonly keys: Keys;
  readonly instrument: Instrument;
  /** By trader index. */
  readonly deposits: readonly Deposit[];
  /** Default: the address in the IDL. */
  readonly program?: PublicKey;
  /** The config in effect; without it the config is created, which only the upgrade authority can. */
  readonly config?: InitializeArgs | undefined;
}

/** @throws LockstepError TRANSACTION_REFUSED, TRANSACTION_LOST */
export async function openVenue(plan: VenuePlan): Promise<Venue> {
  const { connection, keys, instrument, send } = plan;
  const program = plan.program ?? new PublicKey(idl.address);
  const [market, baseMint, quoteMint] = [Keypair.generate(), Keypair.generate(), Keypair.generate()];
  const capacity = capacityFor(plan.deposits.length);
  const terms = plan.config ?? configArgs(keys.operator.publicKey, keys.guardian.publicKey, keys.relayer.publicKey);
  const mintRent = await connection.getMinimumBalanceForRentExemption(MINT_SIZE);
  const marketRent = await connection.getMinimumBalanceForRentExemption(marketSpace(capacity));
  const { publicKey: admin } = keys.operator;
  const build = settlementInstructions(program);
  await send.together([
    ...(plan.config === undefined ? [step([build.initialize({ payer: admin, authority: admin, args: terms })])] : []),
    step(newMint(admin, baseMint.publicKey, instrument.baseDecimals, mintRent), baseMint),
    step(newMint(admin, quoteMint.publicKey, instrument.quoteDecimals, mintRent), quoteMint),
  ]);
  const place = { market: market.publicKey, baseMint: baseMint.publicKey, quoteMint: quoteMint.publicKey };
  const account = createMarketAccount({
    payer: admin,
    market: place.market,
    capacity,
    lamports: marketRent,
    programId: program,
  });
  const created = build.createMarket({ admin, ...place, baseLotAtoms: instrument.baseLotAtoms });
  await send.together([step([account, created], market)]);
  const traders = await openTraders({ ...plan, ...place, program });
  return { connection, program, market: place.market, config: terms, instrument, capacity, traders };
}

function newMint(payer: PublicKey, mint: PublicKey, decimals: number, lamports: number): TransactionInstruction[] {
  const account = {
    fromPubkey: payer,
    newAccountPubkey: mint,
    lamports,
    space: MINT_SIZE,
    programId: TOKEN_PROGRAM_ID,
  };
  return [SystemProgram.createAccount(account), createInitializeMint2Instruction(mint, decimals, payer, null)];
}
