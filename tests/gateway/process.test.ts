// Proves: `lockstep gateway` serves until it is told to end; one that is killed is followed by one that goes on: nonces stay used, cursors
// go on without a gap, a maintenance that ended meanwhile is told. It says how it is, what it takes, and no secret; a taken port has a code.
// Does not prove: each refusal (orders.test.ts, feed.test.ts).
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LockstepError } from '#client';
import { signOrder } from '#gateway';
import { beginMaintenance, endMaintenance, laneKeys } from '#relayer';
import { freePort } from '../../cli/src/free-port.ts';
import { runGateway } from '../../gateway/src/run.ts';
import { silent } from '../relayer/support.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from './folder.ts';
import type { Place } from './place.ts';
import { connect, limitOrder, openPlace, send, terms } from './place.ts';

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));

async function startProcess(t: TestContext, place: Place, port: number): Promise<{ url: string; child: ChildProcess }> {
  const file = join(await temporaryFolder(t), 'gateway.json');
  await writeFile(file, JSON.stringify({ ...place.settings({ port }), logLevel: 'warn' }));
  const child = spawn(process.execPath, [LOCKSTEP, 'gateway', '--config', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/ready`).catch(() => undefined))?.status === 200);
  return { url, child };
}

const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
  const ended = once(child, 'exit');
  child.kill(signal);
  return ended;
};

test('a killed gateway loses nothing', async (t) => {
  const place = await openPlace(t);
  const lane = place.world.market;
  const port = await freePort();
  const write = (id: number) => {
    const entry = { v: '1', stage: 'confirmed', first: `${id}`, last: `${id}`, at_ms: '1', trades: '[]' };
    return place.redis.xadd(laneKeys(lane).feed, '*', ...Object.entries(entry).flat());
  };
  const first = await startProcess(t, place, port);
  const taken = await signOrder(terms(place), limitOrder());
  assert.equal((await send(first, taken)).status, 202);
  const client = await connect(t, first, '/feed');
  await write(1);
  const { id } = await client.hears('batch');

  await beginMaintenance(place.redis, lane, { id: 'm', owner: 'ops', reason: 'x' });
  assert.equal((await client.ended()).code, 1012);
  await end(first.child, 'SIGKILL');
  await endMaintenance(place.redis, lane, 'm');
  await place.engine('run');
  await write(2);
  await write(3);

  const second = await startProcess(t, place, port);
  const again = await send(second, taken);
  assert.deepEqual([again.status, again.body.code], [409, 'NONCE_REUSED']);
  assert.equal((await place.orders()).length, 1);
  const back = await connect(t, second, `/feed?from=${id}`);
  await back.hears('batch', (message) => message.first === '3');
  assert.equal(back.heard[0]?.code, 'RESUMED');
  assert.deepEqual(
    back.heard.slice(1).map((message) => message.first),
    ['2', '3'],
  );
  assert.deepEqual(await end(second.child, 'SIGTERM'), [0, null]);
  assert.equal((await back.ended()).code, 1001);
});

test('what it says of itself', async (t) => {
  const place = await openPlace(t);
  const secret = 'a-key-that-nobody-may-see';
  const gateway = await place.start({ rpcUrl: `${place.world.chain.rpcUrl}/${secret}` });
  const get = async (path: string) => {
    const answer = await fetch(`${gateway.url}${path}`);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  await t.test('the API describes itself', async () => {
    const api = JSON.parse((await get('/openapi.json')).text);
    assert.equal(api.openapi, '3.1.0');
    const paths = ['/orders', '/orders/{order}', '/maintenance', '/maintenance/events', '/feed', '/feed/trader'];
    for (const path of paths) assert.ok(api.paths[path] !== undefined, path);
    const { post } = api.paths['/orders'];
    const body = post.requestBody.content['application/json'].schema;
    assert.deepEqual(
      body.oneOf.map(
        (one: { properties: { type: object }; additionalProperties: boolean }) => one.additionalProperties,
      ),
      [false, false],
    );
    const headers = post.parameters
      .filter((one: { in: string }) => one.in === 'header')
      .map((one: { name: string }) => one.name);
    assert.deepEqual(headers.sort(), ['lockstep-expiry', 'lockstep-nonce', 'lockstep-owner', 'lockstep-signature']);
    for (const status of ['200', '202', '400', '401', '403', '409', '413', '415', '429', '503']) {
      assert.ok(post.responses[status] !== undefined, status);
    }
    for (const path of ['/live', '/ready'])
      assert.deepEqual(Object.keys(api.paths[path].get.responses), ['200', '503'], path);
    const events = api.paths['/maintenance/events'].get.responses;
    assert.deepEqual(Object.keys(events), ['200', '503']);
    assert.deepEqual(Object.keys(events['200'].content), ['text/event-stream']);
    const state = api.paths['/maintenance'].get.responses['200'].content['application/json'].schema;
    assert.deepEqual(state.properties.settlement.enum, ['running', 'paused', 'unknown']);
  });
  await t.test('health and metrics', async () => {
    assert.deepEqual(JSON.parse((await get('/live')).text), { live: true });
    const metrics = (await get('/metrics')).text;
    assert.match(metrics, /^lockstep_gateway_market_open\{lane=".+"\} 1$/m);
    await place.engine('pause');
    await until(async () => /^lockstep_gateway_market_open\{.*\} 0$/m.test((await get('/metrics')).text));
    await place.engine('run');
  });
  await t.test('no answer has a secret, the page runs no script', async () => {
    const ready = await get('/ready');
    for (const path of ['/', '/ready', '/metrics', '/maintenance', '/openapi.json', '/nowhere']) {
      assert.doesNotMatch((await get(path)).text, new RegExp(secret), path);
    }
    assert.ok([200, 503].includes(ready.status));
    const page = await get('/');
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  });
  await t.test('what is no HTTP gets a coded answer', async () => {
    const socket = connectTcp(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write('hello\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 400 .*"code":"REQUEST_INVALID"/s);
  });
  await t.test('a taken port and a Redis that is not there have a code', async () => {
    const coded = (code: string) => (error: unknown) => error instanceof LockstepError && error.code === code;
    await assert.rejects(place.start({ port: Number(new URL(gateway.url).port) }), coded('HTTP_PORT_UNAVAILABLE'));
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    await assert.rejects(place.start({ redisUrl }), coded('REDIS_UNREACHABLE'));
  });
});

test('a gateway follows its settings', async (t) => {
  const place = await openPlace(t);
  const file = join(await temporaryFolder(t), 'gateway.json');
  const settings = place.settings({ port: await freePort(), logLevel: 'silent' });
  await writeFile(file, JSON.stringify(settings));
  const stop = new AbortController();
  const running = runGateway(file, {}, stop.signal, { logger: silent });
  place.atEnd(async () => {
    stop.abort();
    await running;
  });
  const market = async () => {
    const answer = await fetch(`http://127.0.0.1:${settings.port}/maintenance`).catch(() => undefined);
    return ((await answer?.json()) as { market?: string } | undefined)?.market;
  };
  await until(async () => (await market()) === settings.market);
  const client = await connect(t, { url: `http://127.0.0.1:${settings.port}` }, '/feed');
  await writeFile(file, '{"half": ');
  const other = place.owner(0).publicKey.toBase58();
  await writeFile(file, JSON.stringify({ ...settings, market: other, lane: settings.market }));
  await until(async () => (await market()) === other);
  assert.equal((await client.ended()).code, 1001);
});
