// Proves: an order whose entry's owner signed it for this market reaches the engine's stream once, and its answer the client that waits;
// everything else is refused with its code and reaches nobody: signature, market, method, expiry, nonce (also at two gateways and after a
// restart), owner, entry, body, size, type, origin, rates.
// Does not prove: what an engine makes of an order; maintenance (maintenance.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { settlementInstructions } from '#client';
import { keypairSigner, signCancel, signOrder } from '#gateway';
import { signAction } from '../../gateway/src/domain/sign.ts';
import { until } from '../support/until.ts';
import type { Answer } from './place.ts';
import { enter, limitOrder, MAX_EXPIRY_MS, openPlace, send, terms } from './place.ts';

const refusedAs = (answer: Answer, status: number, code: string, message?: RegExp) => {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
  assert.notEqual(answer.body.advice ?? '', '');
  if (message !== undefined) assert.match(`${answer.body.message}`, message);
};

test('orders', async (t) => {
  const place = await openPlace(t);
  const gateway = await place.start();
  const nothingTaken = async (before: number) => assert.equal((await place.orders()).length, before);

  await t.test('a signed order is handed to the engine as it was signed', async () => {
    const order = limitOrder();
    const answer = await enter(place, gateway, order);
    assert.equal(answer.status, 202);
    assert.deepEqual(answer.body, { order: order.order, state: 'queued' });
    assert.deepEqual((await place.orders()).at(-1), order);
  });

  await t.test('a cancellation too', async () => {
    const [cancelled, cancel] = [crypto.randomUUID(), { order: crypto.randomUUID(), trader: '0' }];
    const answer = await send(gateway, await signCancel(terms(place), cancelled, cancel));
    assert.equal(answer.status, 202);
    assert.deepEqual((await place.orders()).at(-1), { ...cancel, cancel: cancelled });
  });

  await t.test("whoever waits gets the engine's answer", async () => {
    const order = limitOrder();
    const waiting = enter(place, gateway, order, '?wait=5000');
    await until(async () => JSON.stringify(await place.orders()).includes(order.order));
    await place.answer({ order: order.order, state: 'filled', trades: '["7","8"]', at_ms: '1' });
    const answer = await waiting;
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { order: order.order, state: 'filled', trades: ['7', '8'] });
  });

  await t.test('an order that the engine rejected for its pause is told as maintenance, with the answer', async () => {
    const order = limitOrder();
    const waiting = enter(place, gateway, order, '?wait=5000');
    await until(async () => JSON.stringify(await place.orders()).includes(order.order));
    await place.answer({ order: order.order, state: 'rejected', code: 'MAINTENANCE', trades: '[]', at_ms: '1' });
    const answer = await waiting;
    refusedAs(answer, 503, 'MAINTENANCE');
    assert.deepEqual(answer.body.answer, { order: order.order, state: 'rejected', code: 'MAINTENANCE', trades: [] });
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  });

  await t.test('the same order again is the same order; another one under its UUID is refused', async () => {
    const order = limitOrder();
    assert.equal((await enter(place, gateway, order)).status, 202);
    assert.equal((await enter(place, gateway, order)).status, 202);
    refusedAs(await enter(place, gateway, { ...order, quantity: '6' }), 409, 'ORDER_ID_TAKEN');
  });

  const before = (await place.orders()).length;
  const order = limitOrder();
  const signed = await signOrder(terms(place), order);
  const wrong: Readonly<Record<string, () => Promise<[Answer, number, string, RegExp?]>>> = {
    'a changed body': async () => [
      await send(gateway, { ...signed, body: signed.body.replace('buy', 'sell') }),
      401,
      'SIGNATURE_INVALID',
    ],
    'the same JSON in other bytes': async () => [
      await send(gateway, { ...signed, body: `${signed.body} ` }),
      401,
      'SIGNATURE_INVALID',
    ],
    'a signature for another market': async () => [
      await send(gateway, await signOrder(terms(place, 0, { market: Keypair.generate().publicKey.toBase58() }), order)),
      401,
      'SIGNATURE_INVALID',
    ],
    'a signature for another method': async () => {
      const cancel = { order: crypto.randomUUID(), trader: '0' };
      const request = await signCancel(terms(place), crypto.randomUUID(), cancel);
      return [await send(gateway, { ...request, path: `/orders/${crypto.randomUUID()}` }), 401, 'SIGNATURE_INVALID'];
    },
    'another nonce than the signed one': async () => [
      await send(gateway, { ...signed, headers: { ...signed.headers, 'lockstep-nonce': '0'.repeat(32) } }),
      401,
      'SIGNATURE_INVALID',
    ],
    'a later expiry than the signed one': async () => [
      await send(gateway, { ...signed, headers: { ...signed.headers, 'lockstep-expiry': `${Date.now() + 20_000}` } }),
      401,
      'SIGNATURE_INVALID',
    ],
    'no signature': async () => {
      const { 'lockstep-signature': _none, ...headers } = signed.headers;
      return [await send(gateway, { ...signed, headers }), 401, 'AUTH_INVALID', /signature/];
    },
    'a key that is too short': async () => [
      await send(gateway, { ...signed, headers: { ...signed.headers, 'lockstep-owner': '1111' } }),
      401,
      'AUTH_INVALID',
      /32 bytes/,
    ],
    'an expired request': async () => [
      await send(gateway, await signOrder(terms(place, 0, { forMs: -1 }), order)),
      401,
      'REQUEST_EXPIRED',
    ],
    'an expiry too far ahead': async () => [
      await send(gateway, await signOrder(terms(place, 0, { forMs: MAX_EXPIRY_MS + 60_000 }), order)),
      401,
      'EXPIRY_TOO_FAR',
    ],
    "somebody else's entry": async () => [
      await send(gateway, await signOrder(terms(place, 1), order)),
      403,
      'NOT_OWNER',
    ],
    'an entry that nobody opened': async () => [
      await enter(place, gateway, limitOrder({ trader: '60' })),
      403,
      'NOT_OWNER',
    ],
    'an entry beyond the market': async () => [
      await enter(place, gateway, limitOrder({ trader: '4294967295' })),
      403,
      'NOT_OWNER',
    ],
    'a trader of no market': async () => {
      const signer = keypairSigner(Keypair.generate().secretKey);
      return [await send(gateway, await signOrder({ signer, market: place.world.market }, order)), 403, 'NOT_OWNER'];
    },
    'an unknown field': async () => [
      await enter(place, gateway, limitOrder({ note: 'x' })),
      400,
      'BODY_INVALID',
      /note/,
    ],
    'a field named __proto__': async () => {
      const body = JSON.stringify(limitOrder()).replace('{', '{"__proto__":{"x":1},');
      return [await sendBody(body), 400, 'BODY_INVALID', /__proto__/];
    },
    'a price above u64': async () => [
      await enter(place, gateway, limitOrder({ price: `${2n ** 64n}` })),
      400,
      'BODY_INVALID',
      /price/,
    ],
    'a quantity of 0': async () => [
      await enter(place, gateway, limitOrder({ quantity: '0' })),
      400,
      'BODY_INVALID',
      /quantity/,
    ],
    'a number that is no text': async () => [
      await enter(place, gateway, limitOrder({ quantity: 5 })),
      400,
      'BODY_INVALID',
      /quantity/,
    ],
    'a market order with a price': async () => [
      await enter(place, gateway, limitOrder({ type: 'market' })),
      400,
      'BODY_INVALID',
      /price/,
    ],
    'a limit order without one': async () => [
      await enter(place, gateway, limitOrder({ price: undefined })),
      400,
      'BODY_INVALID',
      /price/,
    ],
    'a cancellation as an order': async () => [
      await enter(place, gateway, { order: crypto.randomUUID(), trader: '0', cancel: order.order }),
      400,
      'BODY_INVALID',
    ],
    'a UUID in upper case': async () => [
      await enter(place, gateway, limitOrder({ order: order.order.toUpperCase() })),
      400,
      'BODY_INVALID',
    ],
    'a list': async () => [await sendBody('[]'), 400, 'BODY_NOT_JSON'],
    'no JSON': async () => [await sendBody('{"order":'), 400, 'BODY_NOT_JSON'],
    'no UTF-8': async () => [await sendBody(Buffer.from([0x7b, 0xff, 0x7d])), 400, 'BODY_NOT_JSON'],
    'no body': async () => [await sendBody(''), 400, 'BODY_NOT_JSON'],
    'a body that is too long': async () => [await sendBody(' '.repeat(5_000)), 413, 'BODY_TOO_LARGE'],
    'another content type': async () => [
      await send(gateway, { ...signed, headers: { ...signed.headers, 'content-type': 'text/plain' } }),
      415,
      'CONTENT_TYPE_INVALID',
    ],
    'a wait that is too long': async () => [await send(gateway, signed, '?wait=5001'), 400, 'REQUEST_INVALID', /wait/],
    'a wait that is no number': async () => [await send(gateway, signed, '?wait=x'), 400, 'REQUEST_INVALID', /wait/],
    'another parameter': async () => [await send(gateway, signed, '?sync=1'), 400, 'REQUEST_INVALID', /wait/],
    'a page of another origin': async () => [
      await send(gateway, { ...signed, headers: { ...signed.headers, origin: 'https://evil.example' } }),
      403,
      'ORIGIN_NOT_ALLOWED',
    ],
    'a path that names no order': async () => [
      await send(gateway, await signCancel(terms(place), 'x', { order: order.order, trader: '0' })),
      400,
      'REQUEST_INVALID',
    ],
    'a path that is not there': async () => [await send(gateway, { ...signed, path: '/nowhere' }), 404, 'NOT_FOUND'],
  };
  /** Signs exactly these bytes. */
  async function sendBody(body: string | Uint8Array): Promise<Answer> {
    const fields = await signAction(terms(place), 'POST /orders', Buffer.from(body));
    const headers = {
      'content-type': 'application/json',
      'lockstep-owner': fields.owner,
      'lockstep-nonce': fields.nonce,
      'lockstep-expiry': fields.expiry,
      'lockstep-signature': fields.signature,
    };
    const answer = await fetch(`${gateway.url}/orders`, { method: 'POST', headers, body });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
  }
  for (const [what, attempt] of Object.entries(wrong)) {
    await t.test(`${what} is refused`, async () => {
      const [answer, status, code, message] = await attempt();
      refusedAs(answer, status, code, message);
      assert.doesNotMatch(JSON.stringify(answer.body), /node_modules|\.ts:\d/);
      await nothingTaken(before);
    });
  }

  await t.test('a request is taken once: here, at another gateway, and after a restart', async () => {
    const request = await signOrder(terms(place), limitOrder());
    assert.equal((await send(gateway, request)).status, 202);
    refusedAs(await send(gateway, request), 409, 'NONCE_REUSED');
    const second = await place.start();
    refusedAs(await send(second, request), 409, 'NONCE_REUSED');
    await second.stop();
    refusedAs(await send(await place.start(), request), 409, 'NONCE_REUSED');
  });

  await t.test('two gateways that get it at once take it once', async () => {
    const second = await place.start();
    const request = await signOrder(terms(place), limitOrder());
    const had = (await place.orders()).length;
    const answers = await Promise.all([gateway, second, gateway, second].map((one) => send(one, request)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409, 409, 409]);
    await nothingTaken(had + 1);
  });

  await t.test('a nonce is remembered until its request has expired', async () => {
    const nonce = new Uint8Array(16).fill(7);
    assert.equal((await send(gateway, await signOrder(terms(place, 0, { nonce }), limitOrder()))).status, 202);
    const owner = place.owner(0).publicKey.toBase58();
    const key = `lockstep:1:{${place.world.market}}:gateway:nonce:${owner}:${'07'.repeat(16)}`;
    assert.ok((await place.redis.pttl(key)) >= 60_000);
    refusedAs(await send(gateway, await signOrder(terms(place, 0, { nonce }), limitOrder())), 409, 'NONCE_REUSED');
    assert.equal(
      (await send(gateway, await signOrder(terms(place, 1, { nonce }), limitOrder({ trader: '1' })))).status,
      202,
    );
  });

  await t.test('an owner who is too fast waits; the others do not', async () => {
    const slow = await place.start({ ordersPerMinute: 2 });
    for (let at = 0; at < 2; at += 1) assert.equal((await enter(place, slow)).status, 202);
    const answer = await enter(place, slow);
    refusedAs(answer, 429, 'RATE_LIMITED');
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal((await send(slow, await signOrder(terms(place, 1), limitOrder({ trader: '1' })))).status, 202);
  });

  await t.test('what is not signed by an owner uses up nothing of his', async () => {
    const slow = await place.start({ ordersPerMinute: 1 });
    refusedAs(await send(slow, { ...signed, body: '{}' }), 401, 'SIGNATURE_INVALID');
    assert.equal((await enter(place, slow)).status, 202);
  });

  await t.test('an address that is too fast waits, whatever it asks for', async () => {
    const slow = await place.start({ requestsPerMinute: 2 });
    for (let at = 0; at < 2; at += 1) assert.equal((await fetch(`${slow.url}/maintenance`)).status, 200);
    const answer = await enter(place, slow);
    refusedAs(answer, 429, 'RATE_LIMITED');
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    const unknown = await fetch(`${slow.url}/nowhere`);
    assert.equal(unknown.status, 429);
  });

  await t.test('behind a proxy an address is one client, whatever the proxy writes beside it', async () => {
    const slow = await place.start({ requestsPerMinute: 2, trustedProxies: ['127.0.0.1'] });
    const asked = async (forwarded: string) =>
      (await fetch(`${slow.url}/maintenance`, { headers: { 'x-forwarded-for': forwarded } })).status;
    for (const spelt of ['203.0.113.7:1', '203.0.113.7:2']) assert.equal(await asked(spelt), 200);
    assert.equal(await asked('203.0.113.7:3'), 429);
    assert.equal(await asked('203.0.113.8:3'), 200);
    for (const junk of ['one', 'two']) assert.equal(await asked(junk), 200);
    assert.equal(await asked('three'), 429);
  });

  await t.test('a page that is listed may send orders', async () => {
    const origin = 'https://trade.example';
    const open = await place.start({ allowedOrigins: [origin] });
    const request = await signOrder(terms(place), limitOrder());
    const answer = await send(open, { ...request, headers: { ...request.headers, origin } });
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    const preflight = await fetch(`${open.url}/orders`, { method: 'OPTIONS', headers: { origin } });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /lockstep-signature/);
  });

  await t.test('an entry that is being closed takes no orders', async () => {
    const { venue, land, chain } = place.world;
    const newcomer = Keypair.generate();
    chain.airdrop(newcomer.publicKey, 1_000_000_000n);
    const build = settlementInstructions(venue.program);
    const [owner, index] = [newcomer.publicKey, venue.traders.length];
    const signer = keypairSigner(newcomer.secretKey);
    const entering = () => signOrder({ signer, market: place.world.market }, limitOrder({ trader: `${index}` }));
    refusedAs(await send(gateway, await entering()), 403, 'NOT_OWNER');
    await land(newcomer, build.openTrader({ owner, market: venue.market }));
    // The entry that was nobody's a moment ago is read again.
    await until(async () => (await send(gateway, await entering())).status === 202);
    await land(newcomer, build.closeTrader({ owner, market: venue.market, index }));
    const fresh = await place.start();
    refusedAs(await send(fresh, await entering()), 403, 'ENTRY_NOT_OPEN');
  });
});
