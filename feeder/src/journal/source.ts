import { tradeId } from '#client';
import type { EngineSource, EngineTrade } from '../engine/source.ts';
import type { EngineJournal } from './journal.ts';

/**
 * The trades of a source with the retries between them: each retry has the id the journal gave it, and moves the ids of the
 * source's own trades behind it up by one. A retry that is journaled while a pass is under way comes in that pass, when its id is due.
 */
export const withJournal = (source: EngineSource, journal: EngineJournal): EngineSource => ({
  origin: source.origin,
  ...(source.orders && { orders: source.orders }),
  journal: {
    async open() {
      if (source.orders !== undefined) return journal.open(source.orders.identity);
      const first = source.trades()[Symbol.asyncIterator]();
      const { value } = await first.next();
      await first.return?.();
      await journal.open(value);
    },
    get lastRetry() {
      return journal.lastRetry;
    },
    schemas: journal.schemas,
    idOf: journal.idOf,
    retriedAs: journal.retriedAs,
    addRetry: journal.addRetry,
    addSwitch: journal.addSwitch,
    close: journal.close,
  },
  trades: () => {
    const own = source.trades()[Symbol.asyncIterator]();
    let retried = 0n;
    let last = tradeId(0);
    const trades: AsyncIterableIterator<EngineTrade, undefined> = {
      [Symbol.asyncIterator]: () => trades,
      // No generator: one that has ended gives nothing more, and here more may follow, a retry or a trade of new orders.
      async next() {
        const retry = journal.at(tradeId(last + 1n));
        if (retry !== undefined) {
          retried += 1n;
          last = retry.tradeId;
          return { value: retry };
        }
        const { done, value } = await own.next();
        if (done === true) return { done, value: undefined };
        last = tradeId(value.tradeId + retried);
        return { value: { ...value, tradeId: last } };
      },
      async return() {
        await own.return?.();
        return { done: true, value: undefined };
      },
    };
    return trades;
  },
});
