import type { TraderEntry } from '#client';
import { EntryStatus } from '#client';
import { credit, debitBase, debitQuote } from './entry.ts';
import { U64_LIMIT } from './limits.ts';
import type { MarketState } from './market.ts';
import { amountOf, feeOn } from './money.ts';
import { requireThat } from './refusal.ts';

/** What a batch has done so far; thrown away when it is refused. */
export interface Work {
  readonly entries: TraderEntry[];
  fees: bigint;
  baseLots: bigint;
  quoteAtoms: bigint;
}

export const workOn = (market: MarketState): Work => ({
  entries: [...market.entries],
  fees: 0n,
  baseLots: 0n,
  quoteAtoms: 0n,
});

export interface Deal {
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly buyerBps: number;
  readonly sellerBps: number;
}

/** Does the deal, or refuses it by its first fault and has done nothing. */
export function exchange(work: Work, deal: Deal): void {
  requireThat(deal.price !== 0n, 'ZeroPrice');
  const buyer = work.entries[deal.buyer];
  const seller = work.entries[deal.seller];
  requireThat(buyer !== undefined && seller !== undefined, 'TraderIndexOutOfRange');
  requireThat(buyer.status === EntryStatus.Open && seller.status === EntryStatus.Open, 'EntryNotOpen');
  requireThat(deal.buyer !== deal.seller, 'SelfTrade');
  const amount = amountOf(deal.price, deal.quantity);
  requireThat(amount < U64_LIMIT, 'AmountOverflow');
  const buyerFee = feeOn(amount, deal.buyerBps);
  const sellerFee = feeOn(amount, deal.sellerBps);
  requireThat(amount + buyerFee < U64_LIMIT, 'AmountOverflow');
  const payer = debitQuote(buyer, amount + buyerFee);
  const giver = debitBase(seller, deal.quantity);

  work.entries[deal.buyer] = credit(payer, deal.quantity, 0n);
  work.entries[deal.seller] = credit(giver, 0n, amount - sellerFee);
  work.fees += buyerFee + sellerFee;
  work.baseLots += deal.quantity;
  work.quoteAtoms += amount;
}
