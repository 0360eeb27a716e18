import type { TradeId, TradeV1 } from '#client';
import type { MarketTerms, TradeInput } from '../trade-input.ts';
import { acceptedRows } from '../trade-input.ts';

/** A trade as an engine emits it. */
export type EngineTrade = TradeV1 & {
  /** The trade this one is the retry of. */
  readonly replaces?: TradeId;
};

/** What an engine that can emit a trade again remembers of it. */
export interface Retries {
  /** To be called by the engine that has claimed the market, before anything else. @throws LockstepError JOURNAL_* */
  open(): Promise<void>;
  /** The highest id a retry was given; 0 before the first. */
  readonly lastId: TradeId;
  retriedAs(id: TradeId): TradeId | undefined;
  /** From now on the source's passes have this trade at its id, after any crash too. @throws LockstepError JOURNAL_UNWRITABLE */
  append(trade: EngineTrade & { readonly replaces: TradeId }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Where an engine's trades come from, and come from again: every call gives the same trades with ids from 1. It is all the
 * engine keeps to be able to replay, so what a source once gave it must give for as long as the market exists.
 */
export interface EngineSource {
  /** For people. */
  readonly origin: string;
  trades(): AsyncIterable<EngineTrade>;
  /** Without it a request to emit a trade again is refused. */
  readonly retries?: Retries;
}

/** A seeded flow or a file: both are derived anew in each pass. */
export const inputSource = (input: TradeInput, terms: MarketTerms): EngineSource => ({
  origin: input.origin,
  async *trades() {
    for await (const { trade } of acceptedRows(input, terms)) yield trade;
  },
});
