// Proves: an engine that writes schema 2 against the deployed program, which speaks V1 alone: trades that V1 can say settle, the first
// one it can't stops the lane by name and nothing overtakes it, nothing of it is lost, also over a restart, and meanwhile every
// trader withdraws everything.
// Does not prove: that it settles once V2 is allowed (relayer/src/versions.test.ts), or how the engine was told to write it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderType, readMarket, tradeId } from '#client';
import { Differences } from '../../cli/src/start/differences.ts';
import { withdrawEverything } from '../../cli/src/start/withdraw.ts';
import { createSender } from '../../cli/src/transactions.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';

import { eventBytes, openWorld, TRADERS } from './venue.ts';

const never = new AbortController().signal;
/** Field 7 of `lockstep.TradeEventV2`. */
const ORDER_TYPE_TAG = 7 << 3;

test('stopped by name, nothing lost, everybody can leave', async (t) => {
  const world = await openWorld(t);
  const emit = (id: number, orderType: number) => {
    const plain = eventBytes(trade(id, { buyer: id % 2, seller: 2 }));
    const payload =
      orderType === OrderType.Limit ? plain : Buffer.concat([plain, Buffer.of(ORDER_TYPE_TAG, orderType)]);
    return world.publishRaw(id, ['v', '2', 'p', payload]);
  };
  let relayer = await world.start();
  for (const id of [1, 2, 3]) await emit(id, OrderType.Limit);
  await emit(4, OrderType.Market);
  for (const id of [5, 6]) await emit(id, OrderType.Limit);

  await relayer.waitUntilSettled(tradeId(3));
  await until(() => relayer.status().blocked?.code === 'V2_ONLY_TRADE');
  assert.equal(relayer.status().state, 'blocked');
  assert.match(relayer.status().blocked?.reason ?? '', /trade 4 /);

  const { venue, keys } = world;
  const send = createSender(venue.connection, keys.operator, never);
  const differences = new Differences();
  for (let left = TRADERS; left > 0; left -= 1) await withdrawEverything(venue, send, differences, never);
  assert.deepEqual(differences.list, []);
  const { header } = (await readMarket(venue.connection, venue.market, 'confirmed')).value;
  assert.deepEqual([header.baseLotsTotal, header.quoteAtomsTotal], [0n, header.quoteFees]);

  await relayer.stop();
  relayer = await world.start();
  await until(() => relayer.status().blocked?.code === 'V2_ONLY_TRADE');
  await until(() => relayer.status().pending === 3);
  assert.deepEqual(
    (await world.outcomes()).map(([id, outcome]) => [id, outcome]),
    [1, 2, 3].map((id) => [id, 'settled']),
  );
  await world.requireSound();
});
