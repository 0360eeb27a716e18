// Proves: an order or a cancellation is read exactly, whatever its numbers within their limits; everything else is refused.
// Does not prove: what an engine does with it (desk.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { U64_MAX } from '#client';
import type { OrderMessage } from './schema.ts';
import { orderSchema } from './schema.ts';

const ORDER = '0f8fad5b-d9cb-469f-a165-70867728950e';
const LIMIT = { order: ORDER, trader: '7', side: 'buy', type: 'limit', price: '1250', quantity: '40' } as const;
const MARKET = { order: ORDER, trader: '7', side: 'sell', type: 'market', quantity: '40' } as const;
const CANCEL = { order: ORDER, trader: '7', cancel: '7c9e6679-7425-40de-944b-e07fc1f90ae7' } as const;

test('every number within its limits is read exactly', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, 0xffff_ffffn),
      fc.bigInt(1n, U64_MAX),
      fc.bigInt(1n, U64_MAX),
      fc.constantFrom('limit', 'ioc', 'post_only'),
      (trader, price, quantity, type) => {
        const message: OrderMessage = {
          ...LIMIT,
          ...{ type, trader: `${trader}`, price: `${price}`, quantity: `${quantity}` },
        };
        const read = orderSchema.parse(JSON.parse(JSON.stringify(message)));
        assert.deepEqual(read, { ...LIMIT, type, trader: Number(trader), price, quantity });
      },
    ),
  );
});

test('a market order has no price, a cancellation nothing but its ids', () => {
  assert.deepEqual(orderSchema.parse(MARKET), { ...MARKET, trader: 7, quantity: 40n });
  assert.deepEqual(orderSchema.parse(CANCEL), { ...CANCEL, trader: 7 });
});

const wrong: Readonly<Record<string, unknown>> = {
  'a limit order without price': { ...LIMIT, price: undefined },
  'a market order with a price': { ...MARKET, price: '1' },
  'a cancellation with a side': { ...CANCEL, side: 'buy' },
  'a further field': { ...LIMIT, note: '' },
  'an order id in upper case': { ...LIMIT, order: ORDER.toUpperCase() },
  'an order id that is none': { ...LIMIT, order: 'x' },
  'a number that is no text': { ...LIMIT, quantity: 40 },
  'a quantity of 0': { ...LIMIT, quantity: '0' },
  'a price of 0': { ...LIMIT, price: '0' },
  'a price beyond u64': { ...LIMIT, price: `${U64_MAX + 1n}` },
  'a quantity below 0': { ...LIMIT, quantity: '-1' },
  'a fraction': { ...LIMIT, price: '1.5' },
  'a leading zero': { ...LIMIT, price: '01' },
  'a trader beyond u32': { ...LIMIT, trader: '4294967296' },
  'a side that is none': { ...LIMIT, side: 'hold' },
  'a type that is none': { ...LIMIT, type: 'fok' },
  'a list': [LIMIT],
  nothing: null,
};
for (const [what, value] of Object.entries(wrong)) {
  test(`${what} is refused`, () => {
    const text = JSON.stringify(value);
    assert.equal(orderSchema.safeParse(JSON.parse(text)).success, false);
  });
}
