import { baseLots, price, tradeId } from '#client';
import type { EngineTrade } from '../engine/source.ts';
import type { Fill } from '../market/book.ts';
import { feeTierOf } from '../traders.ts';
import { Exchange } from './exchange.ts';
import type { OrderJournal } from './journal.ts';

/** The trades that follow from a journal, from the first one; asked again at the end, those of what was appended meanwhile. */
export function journaledTrades(journal: OrderJournal): AsyncIterableIterator<EngineTrade, undefined> {
  const lines = journal.lines();
  const exchange = new Exchange();
  let last = 0n;
  let matched: Fill[] = [];
  let given = 0;
  const trades: AsyncIterableIterator<EngineTrade, undefined> = {
    [Symbol.asyncIterator]: () => trades,
    async next() {
      for (;;) {
        const fill = matched[given];
        if (fill !== undefined) {
          given += 1;
          last += 1n;
          return { value: tradeOf(fill, last) };
        }
        const line = await lines.next();
        if (line === undefined) return { done: true, value: undefined };
        matched = line.in.flatMap((note) => ('request' in note ? exchange.handle(note.request).fills : []));
        given = 0;
      }
    },
    async return() {
      await lines.close();
      return { done: true, value: undefined };
    },
  };
  return trades;
}

function tradeOf(fill: Fill, id: bigint): EngineTrade {
  const { buyer, seller, takerIsBuyer, orderType } = fill;
  const feeTier = feeTierOf(takerIsBuyer ? buyer : seller);
  const amounts = { price: price(fill.price), quantity: baseLots(fill.quantity) };
  return { tradeId: tradeId(id), buyer, seller, ...amounts, takerIsBuyer, orderType, feeTier };
}
