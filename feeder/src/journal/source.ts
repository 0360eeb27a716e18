import { tradeId } from '#client';
import type { EngineSource, EngineTrade } from '../engine/source.ts';
import type { EngineJournal } from './journal.ts';

/**
 * The trades of a source with the retries between them: each retry has the id the journal gave it, and moves the ids of the
 * source's own trades behind it up by one. A retry that is journaled while a pass is under way comes in that pass, when its id is due.
 */
export const withJournal = (source: EngineSource, journal: EngineJournal): EngineSource => ({
  origin: source.origin,
  journal: {
    async open() {
      const first = source.trades()[Symbol.asyncIterator]();
      const { value } = await first.next();
      await first.return?.();
      await journal.open(value);
    },
    get lastRetry() {
      return journal.lastRetry;
    },
    schemas: journal.schemas,
    retriedAs: journal.retriedAs,
    addRetry: journal.addRetry,
    addSwitch: journal.addSwitch,
    close: journal.close,
  },
  async *trades() {
    let retried = 0n;
    let last = 0n;
    const dueRetry = (): EngineTrade | undefined => journal.at(tradeId(last + 1n));
    for await (const trade of source.trades()) {
      for (let retry = dueRetry(); retry !== undefined; retry = dueRetry()) {
        yield retry;
        retried += 1n;
        last = retry.tradeId;
      }
      last = trade.tradeId + retried;
      yield { ...trade, tradeId: tradeId(last) };
    }
    for (let retry = dueRetry(); retry !== undefined; retry = dueRetry()) {
      yield retry;
      last = retry.tradeId;
    }
  },
});
