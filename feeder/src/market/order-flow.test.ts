// Proves: the flow is decided by its seed, endless enough, within range, and a TradeInput like a file's.
// Does not prove: that it looks like any real market.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderType } from '#client';
import { instrumentOf } from '../instrument.ts';
import { fundingPlan, surveyInput } from '../trade-input.ts';
import type { Fill } from './book.ts';
import { flowInput } from './input.ts';
import { orderFlow } from './order-flow.ts';

function take(count: number, seed: string, traders: number): Fill[] {
  const fills: Fill[] = [];
  for (const fill of orderFlow({ seed, traders })) {
    fills.push(fill);
    if (fills.length === count) break;
  }
  return fills;
}

test('the same seed gives the same fills, another seed others', () => {
  assert.deepEqual(take(500, 'a', 64), take(500, 'a', 64));
  assert.notDeepEqual(take(500, 'a', 64), take(500, 'b', 64));
});

test('fills are between different known traders, above zero, and taken from both sides', () => {
  const fills = take(5_000, '1', 64);
  for (const { buyer, seller, price, quantity } of fills) {
    assert.notEqual(buyer, seller);
    assert.ok(buyer < 64 && seller < 64 && price > 0n && quantity > 0n);
  }
  assert.equal(new Set(fills.map((fill) => fill.takerIsBuyer)).size, 2);
});

test('a taker is a limit or an immediate-or-cancel order', () => {
  const types = new Set(take(500, '1', 64).map(({ orderType }) => orderType));
  assert.deepEqual([...types].sort(), [OrderType.Limit, OrderType.ImmediateOrCancel]);
});

test('two traders are enough', () => assert.equal(take(200, '1', 2).length, 200));

test('an input has exactly the asked number of trades, the same in each pass', async () => {
  const market = { traders: 4, takerBps: 10 };
  const input = flowInput(instrumentOf({ digits: 1n, scale: 2 }, { digits: 1n, scale: 4 }), {
    ...market,
    seed: '1',
    count: 300,
  });
  const survey = await surveyInput(input, market);
  assert.deepEqual([survey.accepted, survey.rejected], [300, 0]);
  const ids: bigint[] = [];
  const tiers = new Set<number>();
  for await (const row of input.rows(fundingPlan(input, market))) {
    assert.ok('accepted' in row);
    const { trade, order } = row.accepted;
    ids.push(trade.tradeId);
    assert.equal(order.feeTier, (trade.takerIsBuyer ? trade.buyer : trade.seller) % 4);
    tiers.add(order.feeTier);
  }
  assert.deepEqual(
    ids,
    Array.from({ length: 300 }, (_, i) => BigInt(i + 1)),
  );
  assert.equal(tiers.size, 4);
});
