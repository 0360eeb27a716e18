import type { TradeId, TradeV1, TradeV2 } from '#client';
import type { EngineJournal } from '../journal/journal.ts';
import type { Schema } from '../stream/encode-event.ts';
import type { MarketTerms, TradeInput } from '../trade-input.ts';
import { acceptedRows } from '../trade-input.ts';

/** A trade as an engine emits it. One without order type and fee tier is a limit order in the first tier. */
export type EngineTrade = (TradeV1 | TradeV2) & {
  /** The trade this one is the retry of. */
  readonly replaces?: TradeId;
  /** What it is written in; default: 1. */
  readonly schema?: Schema;
};

/** What a source with a journal remembers. To be opened by the engine that has claimed the market, before anything else. */
export type SourceJournal = Pick<
  EngineJournal,
  'lastRetry' | 'schemas' | 'retriedAs' | 'addRetry' | 'addSwitch' | 'close'
> & {
  /** @throws LockstepError JOURNAL_* */
  open(): Promise<void>;
};

/**
 * Where an engine's trades come from, and come from again: every call gives the same trades with ids from 1. It is all the
 * engine keeps to be able to replay, so what a source once gave it must give for as long as the market exists.
 */
export interface EngineSource {
  /** For people. */
  readonly origin: string;
  trades(): AsyncIterable<EngineTrade>;
  /** Without it a request to emit a trade again is refused, and every schema but 1. */
  readonly journal?: SourceJournal;
}

/** A seeded flow or a file: both are derived anew in each pass. */
export const inputSource = (input: TradeInput, terms: MarketTerms): EngineSource => ({
  origin: input.origin,
  async *trades() {
    for await (const { trade, order } of acceptedRows(input, terms)) yield { ...trade, ...order };
  },
});
