import {
  createAssociatedTokenAccountInstruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
} from '@solana/spl-token';
import type { Connection, PublicKey, TransactionInstruction } from '@solana/web3.js';
import { Keypair, SystemProgram } from '@solana/web3.js';
import { readMarket, settlementInstructions } from '#client';
import type { Deposit, Instrument } from '#feeder';
import type { Sender, Step } from '../transactions.ts';
import { step } from '../transactions.ts';

export interface Trader {
  readonly index: number;
  readonly owner: Keypair;
  /** Token accounts of the owner. */
  readonly base: PublicKey;
  readonly quote: PublicKey;
  readonly deposit: Deposit;
}

export interface TradersPlan {
  readonly connection: Connection;
  readonly send: Sender;
  /** Mint authority, and payer. */
  readonly keys: { readonly operator: Keypair };
  readonly program: PublicKey;
  readonly market: PublicKey;
  readonly baseMint: PublicKey;
  readonly quoteMint: PublicKey;
  readonly instrument: Instrument;
  /** By trader index. */
  readonly deposits: readonly Deposit[];
}

/** For the lamports an open entry locks, and a fee or two. */
export const OWNER_LAMPORTS = 10_000_000;

/** Opens all entries in whatever order they land, then lets the owner of each entry pay in what that index needs. */
export async function openTraders(plan: TradersPlan): Promise<Trader[]> {
  const owners = new Map(
    plan.deposits.map(() => Keypair.generate()).map((owner) => [owner.publicKey.toBase58(), owner]),
  );
  await plan.send.together([...owners.values()].map((owner) => opening(plan, owner)));
  const { value } = await readMarket(plan.connection, plan.market, 'confirmed');
  const traders = value.traders.map((entry, index): Trader => {
    const owner = owners.get(entry.owner.toBase58());
    const deposit = plan.deposits[index];
    if (owner === undefined || deposit === undefined) throw new Error(`entry ${index} is not one of ours`);
    return { index, owner, ...tokenAccounts(plan, entry.owner), deposit };
  });
  await plan.send.together(traders.flatMap((trader) => funding(plan, trader)));
  return traders;
}

const tokenAccounts = ({ baseMint, quoteMint }: TradersPlan, owner: PublicKey) => ({
  base: getAssociatedTokenAddressSync(baseMint, owner),
  quote: getAssociatedTokenAddressSync(quoteMint, owner),
});

/** Lamports and token accounts for the owner, and the entry. */
function opening(plan: TradersPlan, signer: Keypair): Step {
  const payer = plan.keys.operator.publicKey;
  const owner = signer.publicKey;
  const { base, quote } = tokenAccounts(plan, owner);
  const instructions: TransactionInstruction[] = [
    SystemProgram.transfer({ fromPubkey: payer, toPubkey: owner, lamports: OWNER_LAMPORTS }),
    createAssociatedTokenAccountInstruction(payer, base, owner, plan.baseMint),
    createAssociatedTokenAccountInstruction(payer, quote, owner, plan.quoteMint),
    settlementInstructions(plan.program).openTrader({ owner, market: plan.market }),
  ];
  return step(instructions, signer);
}

/** Mints what the trader needs and pays it in; nothing for a trader who needs nothing. */
function funding(plan: TradersPlan, trader: Trader): Step[] {
  const { market, baseMint, quoteMint } = plan;
  const { baseLots, quoteAtoms } = trader.deposit;
  if (baseLots === 0n && quoteAtoms === 0n) return [];
  const authority = plan.keys.operator.publicKey;
  const owner = trader.owner.publicKey;
  const minted = [
    createMintToInstruction(baseMint, trader.base, authority, baseLots * plan.instrument.baseLotAtoms),
    createMintToInstruction(quoteMint, trader.quote, authority, quoteAtoms),
  ];
  const deposit = settlementInstructions(plan.program).deposit({
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
