// Proves: who follows the feed gets each batch at each stage, once and in order, from its cursor on; a trader gets his own trades and answers
// after a signed first message and nobody else's; who sends what is not expected, is too slow, too silent or one too many is cut off by name.
// Does not prove: that the relayer writes the feed (settled.test.ts); maintenance (maintenance.test.ts).
import assert from 'node:assert/strict';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { signTraderFeed } from '#gateway';
import { laneKeys } from '#relayer';
import { until } from '../support/until.ts';
import type { Client } from './place.ts';
import { connect, enter, limitOrder, openPlace, terms } from './place.ts';

const batch = (first: number, over: Readonly<Record<string, string>> = {}) => ({
  ...{ v: '1', stage: 'confirmed', first: `${first}`, last: `${first + 1}`, sequence: `${first}`, version: '1' },
  ...{ signature: `sig${first}`, slot: '7', at_ms: '1000' },
  trades: JSON.stringify([
    [`${first}`, 0, 1, 0],
    [`${first + 1}`, 2, 3, 0],
  ]),
  ...over,
});

const firsts = (client: Client) =>
  client.heard.filter(({ type }) => type === 'batch').map(({ first }) => Number(first));

test('feeds', async (t) => {
  const place = await openPlace(t);
  const { redis } = place;
  const key = laneKeys(place.world.market).feed;
  const write = async (fields: Readonly<Record<string, string>>) =>
    redis.xadd(key, '*', ...Object.entries(fields).flat());
  const gateway = await place.start();

  await t.test('each stage, with what a client needs to look for itself', async (t) => {
    const client = await connect(t, gateway, '/feed');
    const id = await write(batch(1, { stage: 'submitted' }));
    await write(batch(1, { stage: 'finalized' }));
    await write(batch(1, { stage: 'rejected', code: 'InsufficientBase', reason: 'no base' }));
    await client.hears('batch', ({ stage }) => stage === 'rejected');
    const at = new Date(1_000).toISOString();
    const common = { sequence: '1', version: 1, signature: 'sig1', slot: '7', at, first: '1', last: '2', trades: 2 };
    assert.deepEqual(client.heard[0], { type: 'batch', id, stage: 'submitted', ...common });
    assert.deepEqual(
      client.heard.map(({ stage, code }) => [stage, code]),
      [
        ['submitted', undefined],
        ['finalized', undefined],
        ['rejected', 'InsufficientBase'],
      ],
    );
  });

  await t.test('an entry that is not of this layout is passed over', async (t) => {
    const client = await connect(t, gateway, '/feed');
    await write({ v: '2', stage: 'confirmed' });
    await write(batch(3, { trades: 'x' }));
    await write(batch(5));
    await client.hears('batch');
    assert.deepEqual(firsts(client), [5]);
  });

  await t.test('a cursor goes on where it was, without a gap while more comes', async (t) => {
    const ids = [];
    for (let first = 10; first < 20; first += 1) ids.push(await write(batch(first)));
    let next = 20;
    const writing = (async () => {
      for (; next < 120; next += 1) await write(batch(next));
    })();
    const client = await connect(t, gateway, `/feed?from=${ids[4]}`);
    await writing;
    await client.hears('batch', ({ first }) => first === '119');
    assert.deepEqual(
      firsts(client),
      Array.from({ length: 105 }, (_, at) => 15 + at),
    );
  });

  await t.test('from 0 it is all there is', async (t) => {
    const client = await connect(t, gateway, '/feed?from=0');
    await client.hears('batch', ({ first }) => first === '119');
    assert.equal(firsts(client)[0], 1);
  });

  await t.test('a cursor that is older than the feed, and one that is newer, are told', async (t) => {
    const old = await connect(t, gateway, '/feed?from=1-1');
    assert.equal((await old.hears('notice')).code, 'FEED_TRIMMED');
    const newer = await connect(t, gateway, '/feed?from=99999999999999-0');
    assert.equal((await newer.hears('notice')).code, 'FEED_RESTARTED');
    await newer.hears('batch', ({ first }) => first === '119');
    assert.equal(firsts(newer)[0], 1);
  });

  const refusedUpgrade = async (path: string, headers: Record<string, string> = {}, at = gateway) => {
    const socket = new WebSocket(`${at.url.replace('http', 'ws')}${path}`, { headers });
    return new Promise<{ status: number | undefined; code: unknown }>((resolve, reject) => {
      socket.on('open', () => reject(new Error('it was opened')));
      socket.on('error', () => {});
      socket.on('unexpected-response', async (_request, answer) => {
        let text = '';
        for await (const piece of answer) text += piece;
        resolve({ status: answer.statusCode, code: JSON.parse(text).code });
      });
    });
  };
  await t.test('what is refused before the upgrade', async () => {
    assert.deepEqual(await refusedUpgrade('/feed?from=x'), { status: 400, code: 'REQUEST_INVALID' });
    assert.deepEqual(await refusedUpgrade('/nowhere'), { status: 404, code: 'NOT_FOUND' });
    const origin = 'https://evil.example';
    assert.deepEqual(await refusedUpgrade('/feed', { origin }), { status: 403, code: 'ORIGIN_NOT_ALLOWED' });
    assert.equal((await fetch(`${gateway.url}/feed`)).status, 400);
    const slow = await place.start({ requestsPerMinute: 1 });
    await fetch(`${slow.url}/maintenance`);
    assert.deepEqual(await refusedUpgrade('/feed', {}, slow), { status: 429, code: 'RATE_LIMITED' });
  });

  await t.test('a client too many is refused, and its place is free again afterwards', async (t) => {
    const small = await place.start({ maxClients: 1 });
    const client = await connect(t, small, '/feed');
    assert.deepEqual(await refusedUpgrade('/feed', {}, small), { status: 503, code: 'TOO_MANY_CLIENTS' });
    assert.equal((await fetch(`${small.url}/maintenance/events`)).status, 503);
    client.socket.close();
    await client.ended();
    await until(async () => {
      const again = await refusedUpgrade('/feed', {}, small).then(
        () => false,
        () => true,
      );
      return again;
    });
  });

  await t.test('a message nobody expects ends the feed', async (t) => {
    const client = await connect(t, gateway, '/feed');
    client.socket.send('{}');
    assert.equal((await client.hears('error')).code, 'REQUEST_INVALID');
    assert.equal((await client.ended()).code, 4400);
  });

  await t.test('a message that is too long ends it, too', async (t) => {
    const client = await connect(t, gateway, '/feed/trader');
    client.socket.send(' '.repeat(5_000));
    assert.equal((await client.ended()).code, 1009);
  });

  await t.test('a trader sees his own trades and answers, and no others', async (t) => {
    const client = await connect(t, gateway, '/feed/trader');
    client.socket.send(await signTraderFeed(terms(place, 1), [1]));
    await client.hears('ready');
    const stranger = await connect(t, gateway, '/feed/trader');
    stranger.socket.send(await signTraderFeed(terms(place, 2), [2]));
    await stranger.hears('ready');
    await write(batch(200));
    const mine = await client.hears('trades');
    assert.deepEqual(mine.trades, [{ tradeId: '200', trader: 1, side: 'sell', code: 0 }]);
    assert.deepEqual([mine.stage, mine.sequence, mine.signature], ['confirmed', '200', 'sig200']);
    assert.deepEqual((await stranger.hears('trades')).trades, [{ tradeId: '201', trader: 2, side: 'buy', code: 0 }]);

    const order = limitOrder();
    const owner = await connect(t, gateway, '/feed/trader');
    owner.socket.send(await signTraderFeed(terms(place, 0), [0]));
    await owner.hears('ready');
    assert.equal((await enter(place, gateway, order)).status, 202);
    await place.answer({ order: order.order, state: 'rejected', code: 'MAINTENANCE', trades: '[]', at_ms: '1' });
    const answer = await owner.hears('answer');
    assert.deepEqual([answer.order, answer.state, answer.code], [order.order, 'rejected', 'MAINTENANCE']);
    await write(batch(300));
    await client.hears('trades', ({ trades }) => JSON.stringify(trades).includes('300'));
    assert.ok(client.heard.every(({ type }) => type !== 'answer'));
  });

  await t.test('with a cursor a trader gets what he missed', async (t) => {
    const client = await connect(t, gateway, '/feed/trader');
    const message = JSON.parse(await signTraderFeed(terms(place, 3), [3]));
    client.socket.send(JSON.stringify({ ...message, from: '0' }));
    const first = await client.hears('trades');
    assert.deepEqual(first.trades, [{ tradeId: '2', trader: 3, side: 'sell', code: 0 }]);
  });

  const attempts: Readonly<Record<string, readonly [code: string, close: number, () => Promise<string>]>> = {
    "somebody else's entry": ['NOT_OWNER', 4403, () => signTraderFeed(terms(place, 1), [2])],
    'one of two that is not his': ['NOT_OWNER', 4403, () => signTraderFeed(terms(place, 1), [1, 2])],
    'a signature for another market': [
      'SIGNATURE_INVALID',
      4401,
      () => signTraderFeed(terms(place, 1, { market: place.owner(0).publicKey.toBase58() }), [1]),
    ],
    'other entries than the signed ones': [
      'SIGNATURE_INVALID',
      4401,
      async () => (await signTraderFeed(terms(place, 1), [1])).replace('[1]', '[1,1]'),
    ],
    'an expired signature': ['REQUEST_EXPIRED', 4401, () => signTraderFeed(terms(place, 1, { forMs: -1 }), [1])],
    'no JSON': ['BODY_NOT_JSON', 4400, async () => 'hello'],
    'an unknown field': ['REQUEST_INVALID', 4400, async () => JSON.stringify({ type: 'auth', x: 1 })],
    'no entries': ['REQUEST_INVALID', 4400, () => signTraderFeed(terms(place, 1), [])],
    'a cursor that is none': [
      'REQUEST_INVALID',
      4400,
      async () => JSON.stringify({ ...JSON.parse(await signTraderFeed(terms(place, 1), [1])), from: 'x' }),
    ],
  };
  for (const [what, [code, close, make]] of Object.entries(attempts)) {
    await t.test(`a first message with ${what} is refused`, async (t) => {
      const client = await connect(t, gateway, '/feed/trader');
      client.socket.send(await make());
      assert.equal((await client.hears('error')).code, code);
      assert.equal((await client.ended()).code, close);
    });
  }

  await t.test('a first message is taken once', async (t) => {
    const message = await signTraderFeed(terms(place, 1), [1]);
    const client = await connect(t, gateway, '/feed/trader');
    client.socket.send(message);
    await client.hears('ready');
    const again = await connect(t, await place.start(), '/feed/trader');
    again.socket.send(message);
    assert.equal((await again.hears('error')).code, 'NONCE_REUSED');
    client.socket.send(message);
    assert.equal((await client.ended()).code, 4400);
  });

  await t.test('who does not say who he is, is closed', async (t) => {
    const quick = await place.start({ authTimeoutMs: 100 });
    const client = await connect(t, quick, '/feed/trader');
    assert.deepEqual(await client.ended(), { code: 4408, reason: 'AUTH_TIMEOUT' });
  });

  await t.test('who does not read is cut off, and the others go on', async (t) => {
    const small = await place.start({ maxBufferedBytes: 4_096 });
    const client = await connect(t, small, '/feed');
    const slow = new URL(small.url);
    const stuck = connectTcp(Number(slow.port), slow.hostname);
    t.after(() => stuck.destroy());
    stuck.on('error', () => {});
    stuck.pause();
    stuck.write(
      'GET /feed HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const metric = async (name: string) => {
      const text = await (await fetch(`${small.url}/metrics`)).text();
      return Number(new RegExp(`^lockstep_gateway_${name}\\{.*\\} (.+)$`, 'm').exec(text)?.[1] ?? 0);
    };
    await until(async () => (await metric('clients')) === 2);
    // More than what two kernels hold for a socket.
    const reason = 'x'.repeat(1_000);
    let first = 1_000;
    for (; (await metric('clients_cut_total')) === 0; first += 500) {
      const pipeline = redis.pipeline();
      for (let at = first; at < first + 500; at += 1) {
        pipeline.xadd(key, 'MAXLEN', '~', 10_000, '*', ...Object.entries(batch(at, { reason })).flat());
      }
      await pipeline.exec();
      await client.hears('batch', (message) => message.first === `${first + 499}`);
    }
    assert.equal(client.closed, undefined);
    await until(async () => (await metric('clients')) === 1);
  });

  await t.test('who does not answer pings is cut off', async (t) => {
    const quick = await place.start({ pingMs: 100 });
    const client = await connect(t, quick, '/feed');
    const silentOne = new WebSocket(`${quick.url.replace('http', 'ws')}/feed`, { autoPong: false });
    t.after(() => silentOne.terminate());
    await new Promise((resolve) => silentOne.once('close', resolve));
    assert.equal(client.closed, undefined);
  });

  await t.test('an emptied feed is told to who follows it', async (t) => {
    const client = await connect(t, gateway, '/feed');
    await redis.del(key);
    assert.equal((await client.hears('notice')).code, 'FEED_RESTARTED');
    await redis.xadd(key, '1-1', ...Object.entries(batch(1)).flat());
    await client.hears('batch');
  });

  await t.test('a gateway that ends says so', async (t) => {
    const other = await place.start();
    const client = await connect(t, other, '/feed');
    const stopped = other.stop();
    assert.equal((await client.ended()).code, 1001);
    await stopped;
  });
});
