import {
  createAssociatedTokenAccountInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import type { TransactionInstruction } from '@solana/web3.js';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import type { InitializeArgs } from '#client';
import { createMarketAccount, idl, marketSpace, readMarket, settlementInstructions } from '#client';
import type { Deposit, Instrument } from '#feeder';
import type { Lane } from '../lane-history.ts';
import type { Sender, Step } from '../transactions.ts';
import { configArgs } from './terms.ts';

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

export interface Trader {
  readonly index: number;
  readonly owner: Keypair;
  /** Token accounts of the owner. */
  readonly base: PublicKey;
  readonly quote: PublicKey;
  readonly deposit: Deposit;
}

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
/** For the lamports an open entry locks, and a fee or two. */
const OWNER_LAMPORTS = 10_000_000;

export interface VenuePlan {
  readonly connection: Lane['connection'];
  readonly send: Sender;
  readonly keys: Keys;
  readonly instrument: Instrument;
  /** By trader index. */
  readonly deposits: readonly Deposit[];
}

/** @throws LockstepError TRANSACTION_REFUSED, TRANSACTION_LOST */
export async function openVenue(plan: VenuePlan): Promise<Venue> {
  const { connection, keys, instrument, send } = plan;
  const program = new PublicKey(idl.address);
  const [market, baseMint, quoteMint] = [Keypair.generate(), Keypair.generate(), Keypair.generate()];
  const capacity = Math.max(MIN_CAPACITY, plan.deposits.length);
  const config = configArgs(keys.operator.publicKey, keys.guardian.publicKey, keys.relayer.publicKey);
  const mintRent = await connection.getMinimumBalanceForRentExemption(MINT_SIZE);
  const marketRent = await connection.getMinimumBalanceForRentExemption(marketSpace(capacity));
  const { publicKey: admin } = keys.operator;
  const build = settlementInstructions(program);
  await send.together([
    step([build.initialize({ payer: admin, authority: admin, args: config })]),
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
  const traders = await openTraders(plan, program, place);
  return { connection, program, market: place.market, config, instrument, capacity, traders };
}

const step = (instructions: readonly TransactionInstruction[], ...signers: Keypair[]): Step => ({
  instructions,
  signers,
});

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

interface Place {
  readonly market: PublicKey;
  readonly baseMint: PublicKey;
  readonly quoteMint: PublicKey;
}

/** Opens all entries in whatever order they land, then lets the owner of each entry pay in what that index needs. */
async function openTraders(plan: VenuePlan, program: PublicKey, place: Place): Promise<Trader[]> {
  const owners = new Map(
    plan.deposits.map(() => Keypair.generate()).map((owner) => [owner.publicKey.toBase58(), owner]),
  );
  const payer = plan.keys.operator.publicKey;
  const build = settlementInstructions(program);
  await plan.send.together(
    [...owners.values()].map((owner) =>
      step(
        [
          ...newOwner(payer, owner.publicKey, place),
          build.openTrader({ owner: owner.publicKey, market: place.market }),
        ],
        owner,
      ),
    ),
  );
  const { value } = await readMarket(plan.connection, place.market, 'confirmed');
  const traders = value.traders.map((entry, index): Trader => {
    const owner = owners.get(entry.owner.toBase58());
    const deposit = plan.deposits[index];
    if (owner === undefined || deposit === undefined) throw new Error(`entry ${index} is not one of ours`);
    return { index, owner, ...tokenAccounts(entry.owner, place), deposit };
  });
  await plan.send.together(traders.flatMap((trader) => funding(plan, program, place, trader)));
  return traders;
}

const tokenAccounts = (owner: PublicKey, { baseMint, quoteMint }: Place) => ({
  base: getAssociatedTokenAddressSync(baseMint, owner),
  quote: getAssociatedTokenAddressSync(quoteMint, owner),
});

function newOwner(payer: PublicKey, owner: PublicKey, place: Place): TransactionInstruction[] {
  const { base, quote } = tokenAccounts(owner, place);
  return [
    SystemProgram.transfer({ fromPubkey: payer, toPubkey: owner, lamports: OWNER_LAMPORTS }),
    createAssociatedTokenAccountInstruction(payer, base, owner, place.baseMint),
    createAssociatedTokenAccountInstruction(payer, quote, owner, place.quoteMint),
  ];
}

/** Mints what the trader needs and pays it in; nothing for a trader who needs nothing. */
function funding(plan: VenuePlan, program: PublicKey, { market, baseMint, quoteMint }: Place, trader: Trader): Step[] {
  const { baseLots, quoteAtoms } = trader.deposit;
  if (baseLots === 0n && quoteAtoms === 0n) return [];
  const authority = plan.keys.operator.publicKey;
  const owner = trader.owner.publicKey;
  const minted = [
    createMintToInstruction(baseMint, trader.base, authority, baseLots * plan.instrument.baseLotAtoms),
    createMintToInstruction(quoteMint, trader.quote, authority, quoteAtoms),
  ];
  const deposit = settlementInstructions(program).deposit({
    owner,
    market,
    index: trader.index,
    baseLots,
    quoteAtoms,
    baseSource: trader.base,
    quoteSource: trader.quote,
  });
  return [step([...minted, deposit], trader.owner)];
}
