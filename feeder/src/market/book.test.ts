// Proves: price-time priority, partial fills, the waiting order's price, immediate-or-cancel, cancelling, nobody trading with
// himself, and that lots are neither made nor lost.
// Does not prove: anything about the flow of orders (order-flow.test.ts).
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { OrderType } from '#client';
import { OrderBook } from './book.ts';
import type { Order } from './order.ts';

let book = new OrderBook();
let nextId = 1;
beforeEach(() => {
  book = new OrderBook();
  nextId = 1;
});

function submit(
  side: Order['side'],
  trader: number,
  price: number,
  quantity: number,
  orderType: Order['orderType'] = OrderType.Limit,
) {
  const order = { id: nextId, trader, side, price: BigInt(price), quantity: BigInt(quantity), orderType };
  nextId += 1;
  return book.submit(order);
}
const filled = (execution: ReturnType<typeof submit>) =>
  execution.fills.map(({ buyer, seller, price, quantity }) => [buyer, seller, Number(price), Number(quantity)]);

test('an order without counterpart waits', () => {
  assert.deepEqual(submit('buy', 1, 100, 5), { fills: [], resting: 5n, cancelled: 0n });
  assert.equal(book.best('buy'), 100n);
  assert.equal(book.best('sell'), undefined);
});

test('the best price trades first, at the waiting price', () => {
  submit('sell', 1, 102, 5);
  submit('sell', 2, 101, 5);
  submit('sell', 3, 103, 5);
  const execution = submit('buy', 9, 102, 20);
  assert.deepEqual(filled(execution), [
    [9, 2, 101, 5],
    [9, 1, 102, 5],
  ]);
  assert.equal(execution.resting, 10n);
  assert.ok(execution.fills.every((fill) => fill.takerIsBuyer && fill.orderType === OrderType.Limit));
});

test('at one price the earlier order trades first', () => {
  submit('buy', 1, 100, 5);
  submit('buy', 2, 100, 5);
  submit('buy', 3, 101, 1);
  const execution = submit('sell', 9, 100, 8);
  assert.deepEqual(filled(execution), [
    [3, 9, 101, 1],
    [1, 9, 100, 5],
    [2, 9, 100, 2],
  ]);
  assert.ok(execution.fills.every((fill) => !fill.takerIsBuyer));
});

test('an order filled in part keeps its place', () => {
  submit('sell', 1, 100, 5);
  submit('sell', 2, 100, 5);
  submit('buy', 9, 100, 3);
  assert.deepEqual(filled(submit('buy', 9, 100, 4)), [
    [9, 1, 100, 2],
    [9, 2, 100, 2],
  ]);
});

test('immediate-or-cancel takes what is there and never waits', () => {
  submit('sell', 1, 100, 3);
  assert.equal(submit('buy', 9, 100, 10, OrderType.ImmediateOrCancel).cancelled, 7n);
  assert.deepEqual(submit('buy', 9, 100, 10, OrderType.ImmediateOrCancel), { fills: [], resting: 0n, cancelled: 10n });
  assert.equal(book.size, 0);
});

test('an order stops at its own trader, whose earlier order stays', () => {
  submit('sell', 1, 100, 2);
  submit('sell', 9, 101, 2);
  submit('sell', 2, 102, 2);
  const execution = submit('buy', 9, 105, 6);
  assert.deepEqual(filled(execution), [[9, 1, 100, 2]]);
  assert.equal(execution.cancelled, 4n);
  assert.equal(book.best('sell'), 101n);
  assert.equal(book.best('buy'), undefined);
});

test('a cancelled order does not trade, and cancelling again says so', () => {
  submit('sell', 1, 100, 2);
  submit('sell', 2, 100, 2);
  assert.equal(book.oldest, 1);
  assert.equal(book.cancel(1), true);
  assert.equal(book.cancel(1), false);
  assert.deepEqual(filled(submit('buy', 9, 100, 4)), [[9, 2, 100, 2]]);
});

test('what so many lots cost is known before', () => {
  submit('sell', 1, 100, 2);
  submit('sell', 2, 100, 2);
  submit('sell', 3, 102, 5);
  submit('buy', 4, 90, 5);
  assert.deepEqual(
    [1n, 3n, 6n, 100n].map((lots) => book.amountFor('buy', lots)),
    [100n, 300n, 604n, 910n],
  );
  assert.equal(book.amountFor('sell', 9n), 450n);
});

test('whatever is submitted: nobody trades with himself, no lot is made or lost, the book never crosses', () => {
  const order = fc.record({
    trader: fc.integer({ min: 0, max: 3 }),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    price: fc.bigInt({ min: 95n, max: 105n }),
    quantity: fc.bigInt({ min: 1n, max: 20n }),
    orderType: fc.constantFrom(OrderType.Limit, OrderType.ImmediateOrCancel, OrderType.Market),
  });
  fc.assert(
    fc.property(fc.array(order), (orders) => {
      const tried = new OrderBook();
      orders.forEach((each, id) => {
        const { fills, resting, cancelled } = tried.submit({ ...each, id });
        const taken = fills.reduce((sum, fill) => sum + fill.quantity, 0n);
        assert.equal(taken + resting + cancelled, each.quantity);
        for (const fill of fills) {
          assert.notEqual(fill.buyer, fill.seller);
          assert.ok(fill.quantity > 0n);
          assert.ok(each.side === 'buy' ? fill.price <= each.price : fill.price >= each.price);
        }
        const [bid, ask] = [tried.best('buy'), tried.best('sell')];
        assert.ok(bid === undefined || ask === undefined || bid < ask);
      });
    }),
  );
});
