// Proves: pages are served to GET and HEAD at their path and to nothing else; a body, a long header and a slow or silent client are
// refused; a page that fails is a 500 and the server lives on; a taken port has a code; closing cuts open connections.
// Does not prove: what is on the pages (pages.test.ts).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { silent } from '../../testing/ports.ts';
import { rejects } from '../../testing/refuses.ts';
import { openHttp } from './server.ts';

const type = 'text/plain; charset=utf-8';
const pages = {
  '/here': () => ({ status: 200, type, body: 'here \u00e4' }),
  '/broken': () => Promise.reject(new Error('SECRET')),
};

async function serve(t: TestContext) {
  const server = await openHttp({ host: '127.0.0.1', port: 0, pages, logger: silent });
  t.after(() => server.close());
  return server;
}

/** What the server says to these bytes until it hangs up. */
async function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  return text(socket).catch(() => '');
}

test('a page is served at its path, whatever the query', async (t) => {
  const { url } = await serve(t);
  const answer = await fetch(`${url}/here?x=1`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), type);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(await answer.text(), 'here \u00e4');
});

test('HEAD answers the same without the body', async (t) => {
  const { url } = await serve(t);
  const answer = await fetch(`${url}/here`, { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-length'), '7');
  assert.equal(await answer.text(), '');
});

for (const path of ['/', '/nowhere', '/here/', '//here', '/toString', '/__proto__']) {
  test(`${path} is 404 and names what there is`, async (t) => {
    const { url } = await serve(t);
    const answer = await fetch(`${url}${path}`);
    assert.equal(answer.status, 404);
    assert.equal(await answer.text(), '/here\n/broken\n');
  });
}

for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
  test(`${method} is 405`, async (t) => {
    const { url } = await serve(t);
    const answer = await fetch(`${url}/here`, { method });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  });
}

test('a request with a body is 413, and the rest of it is not waited for', async (t) => {
  const { url } = await serve(t);
  assert.match(
    await raw(url, 'GET /here HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nabc'),
    /^HTTP\/1.1 413 /,
  );
  assert.match(
    await raw(url, 'GET /here HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'),
    /^HTTP\/1.1 413 /,
  );
});

test('long headers are refused, and so is what is no HTTP', async (t) => {
  const { url } = await serve(t);
  assert.match(
    await raw(url, `GET /here HTTP/1.1\r\nhost: x\r\nlong: ${'a'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1.1 431 /,
  );
  assert.match(await raw(url, 'hello\r\n\r\n'), /^HTTP\/1.1 400 /);
});

test('a client that never ends its request is cut off', async (t) => {
  const { url } = await serve(t);
  assert.match(await raw(url, 'GET /here HTTP/1.1\r\nhost:'), /^(HTTP\/1.1 408 |$)/);
});

test('a page that fails is 500 without its reason, and the next one is served', async (t) => {
  const { url } = await serve(t);
  const answer = await fetch(`${url}/broken`);
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /SECRET/);
  assert.equal((await fetch(`${url}/here`)).status, 200);
});

test('a port that is taken, and an address that is not ours, have a code', async (t) => {
  const { url } = await serve(t);
  const port = Number(new URL(url).port);
  const again = openHttp({ host: '127.0.0.1', port, pages, logger: silent });
  await rejects('HTTP_PORT_UNAVAILABLE', again, /port \d+ of 127.0.0.1 .*EADDRINUSE/);
  const elsewhere = openHttp({ host: '192.0.2.1', port: 0, pages, logger: silent });
  await rejects('HTTP_PORT_UNAVAILABLE', elsewhere, /EADDRNOTAVAIL/);
});

test('closing cuts connections that are kept alive or in the middle of an answer', async () => {
  const never = () => new Promise<never>(() => {});
  const server = await openHttp({ host: '127.0.0.1', port: 0, pages: { ...pages, '/never': never }, logger: silent });
  await (await fetch(`${server.url}/here`)).text();
  const hanging = request(`${server.url}/never`);
  const failed = once(hanging, 'error');
  hanging.on('socket', (socket) => socket.on('connect', () => void server.close()));
  hanging.end();
  await failed;
  await assert.rejects(fetch(`${server.url}/here`));
});
