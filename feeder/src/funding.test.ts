// Proves: deposits are exactly what the trades need in order, never more; trades beyond u64 are refused and change nothing.
// Does not prove: that the program agrees on fees (tests/start compares with the chain).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { baseLots, feeOf, price, quoteAtoms, tradeId, U64_MAX } from '#client';
import { FundingPlan } from './funding.ts';

const trade = (buyer: number, seller: number, at: bigint, quantity: bigint, takerIsBuyer = true) => ({
  tradeId: tradeId(1),
  buyer,
  seller,
  price: price(at),
  quantity: baseLots(quantity),
  takerIsBuyer,
});
const plan = (baseLotAtoms = 1n) => new FundingPlan({ traders: 4, takerBps: 10, baseLotAtoms });

test('a buyer who takes needs amount and fee, a seller who waits needs the lots', () => {
  const funding = plan();
  assert.equal(funding.add(trade(0, 1, 100n, 50n)), undefined);
  const [buyer, seller] = funding.deposits();
  assert.deepEqual(buyer, { baseLots: 0n, quoteAtoms: 5_005n });
  assert.deepEqual(seller, { baseLots: 50n, quoteAtoms: 0n });
});

test('what was received before pays for what is sold after', () => {
  const funding = plan();
  funding.add(trade(0, 1, 100n, 50n));
  funding.add(trade(1, 0, 90n, 50n));
  assert.deepEqual(funding.deposits()[0], { baseLots: 0n, quoteAtoms: 5_005n });
  assert.deepEqual(funding.deposits()[1], { baseLots: 50n, quoteAtoms: 0n });
});

test('with the deposits no balance goes below zero, and at some point each reaches it', () => {
  const index = fc.integer({ min: 0, max: 3 });
  const amount = fc.bigInt({ min: 1n, max: 1_000_000n });
  const rows = fc.array(fc.tuple(index, fc.integer({ min: 1, max: 3 }), amount, amount, fc.boolean()), {
    minLength: 1,
  });
  fc.assert(
    fc.property(rows, (generated) => {
      const funding = plan();
      const trades = generated.map(([buyer, other, at, quantity, taker]) =>
        trade(buyer, (buyer + other) % 4, at, quantity, taker),
      );
      for (const each of trades) assert.equal(funding.add(each), undefined);
      const deposits = funding.deposits();
      const balances = deposits.map((deposit) => ({
        base: deposit.baseLots as bigint,
        quote: deposit.quoteAtoms as bigint,
      }));
      const lowest = balances.map((balance) => ({ ...balance }));
      for (const { buyer, seller, price: at, quantity, takerIsBuyer } of trades) {
        const value = quoteAtoms(at * quantity);
        const fee = feeOf(value, 10);
        const [bought, sold] = [balances[buyer], balances[seller]];
        assert.ok(bought && sold);
        bought.quote -= value + (takerIsBuyer ? fee : 0n);
        bought.base += quantity;
        sold.quote += value - (takerIsBuyer ? 0n : fee);
        sold.base -= quantity;
        balances.forEach((balance, i) => {
          const low = lowest[i];
          assert.ok(low);
          if (balance.base < low.base) low.base = balance.base;
          if (balance.quote < low.quote) low.quote = balance.quote;
        });
      }
      assert.deepEqual(
        lowest.map(({ base, quote }) => [base, quote]),
        lowest.map(() => [0n, 0n]),
      );
    }),
  );
});

test('amounts beyond u64 are refused, with the fee as well', () => {
  assert.equal(plan().add(trade(0, 1, 1n << 40n, 1n << 40n)), 'amount');
  assert.equal(plan().add(trade(0, 1, U64_MAX, 1n)), 'amount');
  assert.equal(plan().add(trade(0, 1, U64_MAX, 1n, false)), undefined);
});

test('deposits beyond what a mint can hold are refused and change nothing', () => {
  const funding = plan();
  const half = trade(0, 1, (1n << 63n) - 1n, 1n, false);
  assert.equal(funding.add(half), undefined);
  assert.equal(funding.add(trade(2, 1, (1n << 63n) - 1n, 1n, false)), undefined);
  const before = funding.deposits();
  assert.equal(funding.add(trade(3, 1, 3n, 1n, false)), 'deposits');
  assert.deepEqual(funding.deposits(), before);
  assert.equal(plan(1n << 60n).add(trade(0, 1, 1n, 16n)), 'deposits');
});
