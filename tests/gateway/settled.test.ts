// Proves: from a signed order to the chain and back: two owners' orders reach an engine that takes orders, trade, are settled by a relayer, and
// both owners and the public hear submitted, confirmed and finalized, with the signature and the sequence of the transaction on-chain.
// Does not prove: matching (feeder/src/orders), settling under failures (tests/e2e).
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readMarketHeader } from '#client';
import {
  createOrderJournal,
  OrderDesk,
  openControl,
  openOrderStream,
  openPublisher,
  orderSource,
  runEngine,
} from '#feeder';
import { signOrder, signTraderFeed } from '#gateway';
import { readLaneHistory } from '../../cli/src/lane-history.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from './folder.ts';
import type { Client } from './place.ts';
import { connect, limitOrder, openPlace, send, terms } from './place.ts';

const isAt = (stage: string) => (message: Readonly<Record<string, unknown>>) => message.stage === stage;

test('two orders trade, settle, and are told at each stage', async (t) => {
  const place = await openPlace(t);
  const { world, redis } = place;
  const { market, venue } = world;
  await redis.flushall();

  const stop = new AbortController();
  const control = openControl(redis, market);
  const publisher = await openPublisher(redis, market, control.token);
  const journal = createOrderJournal(join(await temporaryFolder(t), 'orders'), market);
  const log = () => {};
  const stream = openOrderStream(redis, { market, token: control.token }, log);
  const desk = new OrderDesk({ journal, stream, log, traders: venue.traders.length, takerBps: 0 });
  const engine = runEngine({
    source: orderSource(desk, journal),
    publisher,
    control,
    signal: stop.signal,
    rate: 'max',
    log,
  });
  place.atEnd(async () => {
    stop.abort(new Error('the test is over'));
    await engine;
  });
  await world.start();
  const gateway = await place.start();
  await until(async () => (await (await fetch(`${gateway.url}/maintenance`)).text()).includes('"open"'));

  const everybody = await connect(t, gateway, '/feed');
  const clients = [];
  for (const trader of [0, 1]) {
    const client = await connect(t, gateway, '/feed/trader');
    client.socket.send(await signTraderFeed(terms(place, trader), [trader]));
    await client.hears('ready');
    clients.push(client);
  }
  const [buyer, seller] = clients;
  assert.ok(buyer !== undefined && seller !== undefined);

  const bid = await send(gateway, await signOrder(terms(place, 0), limitOrder({ trader: '0' })), '?wait=5000');
  assert.deepEqual([bid.status, bid.body.state], [200, 'accepted']);
  const sell = limitOrder({ trader: '1', side: 'sell' });
  const ask = await send(gateway, await signOrder(terms(place, 1), sell), '?wait=5000');
  assert.deepEqual([ask.status, ask.body.state, ask.body.trades], [200, 'filled', ['1']]);
  const again = await send(gateway, await signOrder(terms(place, 1), sell), '?wait=5000');
  assert.deepEqual([again.status, again.body], [200, ask.body]);
  assert.equal((await seller.hears('answer')).order, sell.order);

  for (const stage of ['submitted', 'confirmed', 'finalized']) {
    const heard = await everybody.hears('batch', isAt(stage));
    assert.deepEqual([heard.first, heard.last, heard.trades], ['1', '1', 1]);
    const tradesOf = async (client: Client) => (await client.hears('trades', isAt(stage))).trades;
    assert.deepEqual(await tradesOf(buyer), [{ tradeId: '1', trader: 0, side: 'buy', code: 0 }]);
    assert.deepEqual(await tradesOf(seller), [{ tradeId: '1', trader: 1, side: 'sell', code: 0 }]);
  }
  const told = await everybody.hears('batch', isAt('finalized'));
  const records = [];
  for await (const record of readLaneHistory(venue)) records.push(record);
  const [settled] = records;
  assert.ok(settled?.kind === 'batch');
  assert.equal(told.signature, settled.signature);
  assert.equal(told.sequence, `${settled.batch.sequence}`);
  assert.equal((await readMarketHeader(venue.connection, venue.market, 'confirmed')).value.tradesSettled, 1n);
});
