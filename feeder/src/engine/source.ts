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
  'lastRetry' | 'schemas' | 'idOf' | 'retriedAs' | 'addRetry' | 'addSwitch' | 'close'
> & {
  /** @throws LockstepError JOURNAL_* */
  open(): Promise<void>;
};

/**
 * Takes orders while the engine runs. What it took has its place in the source's trades for good, before anybody hears of it.
 */
export interface OrderIntake {
  /** Names this source of trades among all; known when it is open. */
  readonly identity: string;
  /**
   * Only for the engine that has claimed the market; `onStep` is called now and then on the way.
   * @throws LockstepError JOURNAL_UNREADABLE, JOURNAL_FOREIGN, JOURNAL_UNWRITABLE
   */
  open(onStep: () => Promise<unknown>): Promise<void>;
  /** The last trade matched, by the source's own count from 1; 0 before the first. */
  readonly lastTrade: TradeId;
  /**
   * Takes what orders have come; answers whether there were any. While paused new orders are rejected.
   * @param idOf the id a trade of the source has in the stream, now that all of them are there
   * @throws LockstepError JOURNAL_UNWRITABLE, PUBLISH_CONFLICT, PUBLISH_LOST
   */
  take(isPaused: boolean, idOf: (own: TradeId) => TradeId): Promise<boolean>;
  /**
   * Says what became of the orders taken. To be called when their trades are in the stream.
   * @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST
   */
  answer(idOf: (own: TradeId) => TradeId): Promise<void>;
  close(): Promise<void>;
}

/**
 * Where an engine's trades come from, and come from again: every call gives the same trades with ids from 1. It is all the
 * engine keeps to be able to replay, so what a source once gave it must give for as long as the market exists.
 */
export interface EngineSource {
  /** For people. */
  readonly origin: string;
  /** An iterator that has come to the end may have more later, when it is asked again. */
  trades(): AsyncIterable<EngineTrade>;
  /** Of a source that takes orders; of others nothing is added while the engine runs. */
  readonly orders?: OrderIntake;
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
