import type { Deposit } from './funding.ts';
import { FundingPlan } from './funding.ts';
import type { Instrument } from './instrument.ts';
import type { AcceptedRow, InputRow, Rejection, RejectionCode } from './rows.ts';

/** Trades to settle, from a file or generated. Every pass gives the same rows: one sizes deposits, one feeds, one verifies. */
export interface TradeInput {
  readonly instrument: Instrument;
  /** Where the trades come from, for people. */
  readonly origin: string;
  rows(funding: FundingPlan): AsyncIterable<InputRow>;
}

/** What all inputs are told. */
export interface InputOptions {
  /** Entries of the market the trades are spread over; at least 2. */
  readonly traders: number;
  /** Chooses traders, and generated orders. */
  readonly seed: string;
  /** At most this many rows of a file, or exactly this many generated trades. */
  readonly count: number | undefined;
}

export interface InputSurvey {
  readonly accepted: number;
  readonly rejected: number;
  /** Of these, because the chain's u64 atoms cannot hold what they move. */
  readonly tooLarge: number;
  /** The first MAX_REJECTIONS_KEPT of all. */
  readonly rejections: readonly Rejection[];
  /** By trader index. */
  readonly deposits: readonly Deposit[];
}

/** A file that is bad throughout must not fill memory with its reasons. */
export const MAX_REJECTIONS_KEPT = 1_000;
const overflows: ReadonlySet<RejectionCode> = new Set(['AMOUNT_OVERFLOW', 'DEPOSIT_OVERFLOW']);

/**
 * Reads the whole input once: what is in it, and what each trader must deposit for all of it to settle.
 * @throws the signal's reason when it is aborted first
 */
export async function surveyInput(input: TradeInput, market: MarketTerms, signal?: AbortSignal): Promise<InputSurvey> {
  const funding = fundingPlan(input, market);
  const rejections: Rejection[] = [];
  let accepted = 0;
  let rejected = 0;
  let tooLarge = 0;
  for await (const row of input.rows(funding)) {
    signal?.throwIfAborted();
    if ('accepted' in row) {
      accepted += 1;
    } else {
      rejected += 1;
      if (overflows.has(row.rejected.code)) tooLarge += 1;
      if (rejections.length < MAX_REJECTIONS_KEPT) rejections.push(row.rejected);
    }
  }
  return { accepted, rejected, tooLarge, rejections, deposits: funding.deposits() };
}

/** What of the market decides which trades can be paid for. */
export interface MarketTerms {
  readonly traders: number;
  /** Fee of the side that took liquidity, in hundredths of a percent. */
  readonly takerBps: number;
}

export const fundingPlan = (input: TradeInput, market: MarketTerms): FundingPlan =>
  new FundingPlan({ ...market, baseLotAtoms: input.instrument.baseLotAtoms });

/** The accepted rows of one pass, in order. */
export async function* acceptedRows(input: TradeInput, market: MarketTerms): AsyncGenerator<AcceptedRow> {
  for await (const row of input.rows(fundingPlan(input, market))) if ('accepted' in row) yield row.accepted;
}
