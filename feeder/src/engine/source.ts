import type { TradeV1 } from '#client';
import type { MarketTerms, TradeInput } from '../trade-input.ts';
import { acceptedRows } from '../trade-input.ts';

/**
 * Where an engine's trades come from, and come from again: every call gives the same trades with ids from 1. It is all the
 * engine keeps to be able to replay, so what a source once gave it must give for as long as the market exists.
 */
export interface EngineSource {
  /** For people. */
  readonly origin: string;
  trades(): AsyncIterable<TradeV1>;
}

/** A seeded flow or a file: both are derived anew in each pass. */
export const inputSource = (input: TradeInput, terms: MarketTerms): EngineSource => ({
  origin: input.origin,
  async *trades() {
    for await (const { trade } of acceptedRows(input, terms)) yield trade;
  },
});
