// Proves: an order is taken only when its trader can pay the most it may cost, with what the chain says, what was matched since and what
// other orders of his may cost; and that then no trade of whatever orders is short when the chain settles it in order.
// Does not prove: what withdrawals and closed entries do meanwhile, or how the chain is read (chain-balances.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TradeId } from '#client';
import { baseLots, feeOf, quoteAtoms, tradeId } from '#client';
import { OrderWriter } from '../../../tests/support/orders.ts';
import type { Fill } from '../market/book.ts';
import { Exchange } from './exchange.ts';
import { Funds } from './funds.ts';
import type { OrderMessage } from './schema.ts';
import { orderSchema } from './schema.ts';

const TAKER_BPS = 100;
const same = (own: TradeId) => own;

/** A chain that settles when it is told to, and an engine in front of it. */
class Venue {
  readonly balances: { base: bigint; quote: bigint }[];
  readonly fills: Fill[] = [];
  readonly exchange = new Exchange();
  readonly #funds: Funds;
  settled = 0;
  #seen: { readonly cursor: TradeId; readonly balances: readonly { readonly base: bigint; readonly quote: bigint }[] };

  constructor(balances: readonly (readonly [base: bigint, quote: bigint])[]) {
    this.balances = balances.map(([base, quote]) => ({ base, quote }));
    this.#seen = { cursor: tradeId(0), balances: structuredClone(this.balances) };
    this.#funds = new Funds(
      () => ({
        cursor: this.#seen.cursor,
        of: (trader) => {
          const entry = this.#seen.balances[trader];
          return entry && { baseLots: baseLots(entry.base), quoteAtoms: quoteAtoms(entry.quote) };
        },
      }),
      TAKER_BPS,
    );
  }

  /** What became of it: taken, or the code of the refusal. */
  send(message: OrderMessage): string {
    const request = orderSchema.parse(message);
    const refusal = 'cancel' in request ? undefined : this.#funds.refusalOf(request, this.exchange, same);
    if (refusal !== undefined) return refusal.code;
    for (const fill of this.exchange.handle(request).fills) {
      this.fills.push(fill);
      this.#funds.add(tradeId(this.fills.length), fill);
    }
    return 'taken';
  }

  /** Settles so many trades as the program does: the taker pays the fee, and nobody goes below zero. */
  settle(trades: number): void {
    for (const { buyer, seller, price, quantity, takerIsBuyer } of this.fills.slice(
      this.settled,
      this.settled + trades,
    )) {
      const amount = quoteAtoms(price * quantity);
      const fee = feeOf(amount, TAKER_BPS);
      this.#move(buyer, quantity, -(amount + (takerIsBuyer ? fee : 0n)));
      this.#move(seller, -quantity, amount - (takerIsBuyer ? 0n : fee));
      this.settled += 1;
    }
  }

  /** The engine reads the chain. */
  look(): void {
    this.#seen = { cursor: tradeId(this.settled), balances: structuredClone(this.balances) };
  }

  #move(trader: number, base: bigint, quote: bigint): void {
    const entry = this.balances[trader];
    assert.ok(entry !== undefined);
    entry.base += base;
    entry.quote += quote;
    assert.ok(entry.base >= 0n && entry.quote >= 0n, `trade ${this.settled + 1} is short`);
  }
}

test('a sale needs the lots, a purchase the price and the fee, to the last atom', () => {
  const orders = new OrderWriter();
  const venue = new Venue([
    [10n, 0n],
    [0n, 1_010n],
  ]);
  assert.equal(venue.send(orders.limit('sell', 0, 100, 11)), 'FUNDS_MISSING');
  assert.equal(venue.send(orders.limit('buy', 1, 100, 11)), 'FUNDS_MISSING');
  assert.equal(venue.send(orders.limit('buy', 1, 101, 10)), 'FUNDS_MISSING');
  assert.equal(venue.send(orders.limit('buy', 1, 100, 10)), 'taken');
  assert.equal(venue.send(orders.limit('sell', 0, 100, 10)), 'taken');
  assert.equal(venue.send(orders.limit('buy', 2, 1, 1)), 'TRADER_UNKNOWN');
});

test('what waits is reserved, and free again when it is cancelled', () => {
  const orders = new OrderWriter();
  const venue = new Venue([
    [10n, 0n],
    [0n, 1_010n],
  ]);
  const [sale, bid] = [orders.limit('sell', 0, 200, 6), orders.limit('buy', 1, 100, 6)];
  assert.deepEqual([venue.send(sale), venue.send(bid)], ['taken', 'taken']);
  assert.equal(venue.send(orders.limit('sell', 0, 300, 5)), 'FUNDS_MISSING');
  assert.equal(venue.send(orders.limit('buy', 1, 100, 5)), 'FUNDS_MISSING');
  for (const cancel of [orders.cancel(0, sale), orders.cancel(1, bid)]) venue.send(cancel);
  assert.equal(venue.send(orders.limit('sell', 0, 300, 10)), 'taken');
  assert.equal(venue.send(orders.limit('buy', 1, 100, 10)), 'taken');
});

test('a market order costs what is there for it', () => {
  const orders = new OrderWriter();
  const venue = new Venue([
    [10n, 0n],
    [0n, 303n],
  ]);
  venue.send(orders.limit('sell', 0, 100, 2));
  venue.send(orders.limit('sell', 0, 101, 8));
  assert.equal(venue.send(orders.market('buy', 1, 3)), 'FUNDS_MISSING');
  assert.equal(venue.send(orders.market('buy', 1, 2)), 'taken');
});

test('what was traded can be traded on before the chain has settled it, and counts once when it has', () => {
  const orders = new OrderWriter();
  const venue = new Venue([
    [10n, 0n],
    [0n, 1_010n],
  ]);
  venue.send(orders.limit('sell', 0, 100, 10));
  venue.send(orders.market('buy', 1, 10));
  assert.equal(venue.send(orders.limit('sell', 0, 100, 1)), 'FUNDS_MISSING');
  for (const look of [false, true]) {
    if (look) {
      venue.settle(1);
      venue.look();
    }
    const sale = orders.limit('sell', 1, 100, 10);
    assert.equal(venue.send(sale), 'taken');
    assert.equal(venue.send(orders.limit('sell', 1, 100, 1)), 'FUNDS_MISSING');
    venue.send(orders.cancel(1, sale));
    assert.equal(venue.send(orders.limit('buy', 1, 1, 1)), 'FUNDS_MISSING');
  }
});

test('balances nobody knows refuse new orders', () => {
  const funds = new Funds(() => undefined, TAKER_BPS);
  const order = orderSchema.parse(new OrderWriter().limit('buy', 0, 1, 1));
  assert.ok(!('cancel' in order));
  assert.equal(funds.refusalOf(order, new Exchange(), same)?.code, 'FUNDS_UNKNOWN');
});

test('whatever is ordered, whenever the chain is read: no trade is short when it settles', () => {
  const act = fc.record({
    kind: fc.constantFrom('limit', 'limit', 'ioc', 'post_only', 'market', 'cancel', 'settle', 'look'),
    trader: fc.integer({ min: 0, max: 3 }),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    price: fc.integer({ min: 95, max: 105 }),
    quantity: fc.integer({ min: 1, max: 20 }),
    of: fc.nat(),
  });
  let traded = 0;
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 200 }), (acts) => {
      const orders = new OrderWriter();
      const venue = new Venue(Array.from({ length: 4 }, () => [50n, 5_000n] as const));
      const sent: OrderMessage[] = [];
      for (const { kind, trader, side, price, quantity, of } of acts) {
        const known = sent[of % Math.max(1, sent.length)];
        if (kind === 'settle') venue.settle(quantity);
        else if (kind === 'look') venue.look();
        else if (kind === 'cancel') known !== undefined && venue.send(orders.cancel(Number(known.trader), known));
        else {
          const order =
            kind === 'market'
              ? orders.market(side, trader, quantity)
              : orders.priced(kind as 'limit' | 'ioc' | 'post_only', side, trader, price, quantity);
          sent.push(order);
          venue.send(order);
        }
      }
      venue.settle(venue.fills.length);
      traded += venue.fills.length;
    }),
    { numRuns: 300 },
  );
  assert.ok(traded > 1_000);
});
