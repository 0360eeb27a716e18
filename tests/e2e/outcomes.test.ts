// Proves: the comparison that ends every case of this folder catches an input that is not what was settled, whatever is changed in it.
// Does not prove: that a relayer settles the right thing (the other files here).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TradeV1 } from '#client';
import { baseLots, price, voidOf } from '#client';
import { compareOutcomes } from './setup/outcomes.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';

const COUNT = 40;
const BAD = 20;

const at = (index: number, change: (trade: TradeV1) => TradeV1) => (trades: readonly TradeV1[]) =>
  trades.map((trade, i) => (i === index ? change(trade) : trade));

const LIES: Record<string, (trades: readonly TradeV1[]) => TradeV1[]> = {
  'another price': at(3, (trade) => ({ ...trade, price: price(trade.price + 1n) })),
  'another quantity': at(4, (trade) => ({ ...trade, quantity: baseLots(trade.quantity + 1n) })),
  'another buyer': at(5, (trade) => ({ ...trade, buyer: trade.seller, seller: trade.buyer })),
  'another taker': at(6, (trade) => ({ ...trade, takerIsBuyer: !trade.takerIsBuyer })),
  'void what was settled': at(7, voidOf),
  'settled what was void': at(BAD - 1, (trade) => lot(Number(trade.tradeId), 1)[0] ?? trade),
  'one less at the end': (trades) => trades.slice(0, -1),
  'one more at the end': (trades) => [...trades, ...lot(COUNT + 1, 1)],
};

test('an input that is not what was settled is caught', async (t) => {
  const scene = await openScene();
  t.after(() => scene.close());
  const relayer = await scene.start();
  await scene.engine.publish(lot(1, COUNT, BAD));
  await relayer.untilSettled(BigInt(COUNT));
  await scene.requireOutcomes({ voids: [BAD, COUNT] });
  for (const [what, lie] of Object.entries(LIES)) {
    const { differences } = await compareOutcomes(scene.venue, lie(scene.engine.trades));
    assert.notDeepEqual(differences, [], what);
  }
});
