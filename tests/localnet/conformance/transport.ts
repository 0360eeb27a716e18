/** JSON-RPC 2.0 itself: bodies, batches, methods, parameters, HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import type { Chain } from '../chain.ts';
import { post, refused } from '../rpc.ts';

export function transportSuite(chain: () => Chain): void {
  const url = () => chain().rpcUrl;
  const address = Keypair.generate().publicKey.toBase58();

  for (const [what, body] of Object.entries({
    'text that is no JSON': '{',
    'an empty body': '',
    'a number': '1',
    'a batch with something that is no object': '[{"jsonrpc":"2.0","id":1,"method":"getHealth"},1]',
  })) {
    test(`${what} is a parse error`, async () => {
      const answer = JSON.parse(await post(url(), body));
      assert.deepEqual(answer, { jsonrpc: '2.0', error: { code: -32700, message: 'Parse error' }, id: null });
    });
  }

  test('a request of another protocol version is invalid', async () => {
    const missing = JSON.parse(await post(url(), '{"id":1,"method":"getHealth"}'));
    assert.equal(missing.error.code, -32600);
    const old = JSON.parse(await post(url(), '{"jsonrpc":"1.0","id":1,"method":"getHealth"}'));
    assert.deepEqual(old, { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid request' }, id: 1 });
    const nameless = JSON.parse(await post(url(), '{"jsonrpc":"2.0","id":1}'));
    assert.equal(nameless.error.code, -32600);
  });

  test('an unknown method is not found', async () => {
    await refused(url(), 'getNothing', [], -32601, /^Method not found$/);
    await refused(url(), 'getRecentBlockhash', [], -32601, /^Method not found$/);
    await refused(url(), 'toString', [], -32601, /^Method not found$/);
  });

  test('parameters that do not fit are invalid', async () => {
    await refused(url(), 'getBalance', [], -32602, /`params` should have at least 1 argument/);
    await refused(url(), 'getBalance', { a: 1 }, -32602, /`params` should be an array/);
    await refused(url(), 'getBalance', [address, {}, 3], -32602, /Expected from 1 to 2 parameters/);
    await refused(url(), 'getHealth', [1], -32602, /No parameters were expected/);
    await refused(url(), 'getBalance', ['x'], -32602, /Invalid param: WrongSize/);
    await refused(url(), 'getBalance', [5], -32602, /invalid type/);
    await refused(url(), 'getSlot', ['x'], -32602, /invalid type/);
    await refused(url(), 'getMinimumBalanceForRentExemption', [-1], -32602, /-1/);
    await refused(url(), 'getAccountInfo', [address, { encoding: 'hex' }], -32602, /unknown variant `hex`/);
  });

  test('ids come back as they were sent, and a notification is not answered', async () => {
    assert.match(await post(url(), '{"jsonrpc":"2.0","id":"a","method":"getHealth"}'), /"id":"a"/);
    assert.match(await post(url(), '{"jsonrpc":"2.0","id":null,"method":"getHealth"}'), /"id":null/);
    assert.equal((await post(url(), '{"jsonrpc":"2.0","method":"getHealth"}')).trim(), '');
  });

  test('a batch is answered call by call, errors included', async () => {
    const calls = ['getHealth', 'getNothing', 'getHealth'].map((method, id) => ({ jsonrpc: '2.0', id, method }));
    const answers = JSON.parse(await post(url(), JSON.stringify(calls)));
    assert.deepEqual(
      answers.map((answer: { id: number; result?: string; error?: { code: number } }) => [
        answer.id,
        answer.result ?? answer.error?.code,
      ]),
      [
        [0, 'ok'],
        [1, -32601],
        [2, 'ok'],
      ],
    );
  });

  test('only POST of JSON up to 50 KiB is accepted', async () => {
    assert.equal((await fetch(url())).status, 405);
    assert.equal(
      (await fetch(url(), { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } })).status,
      415,
    );
    const headers = { 'content-type': 'application/json' };
    assert.equal((await fetch(url(), { method: 'POST', body: 'x'.repeat(60_000), headers })).status, 413);
  });

  test('browsers may call it, and health can be asked by GET', async () => {
    const headers = { origin: 'http://wallet.example', 'access-control-request-method': 'POST' };
    const preflight = await fetch(url(), { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 200);
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/);
    assert.ok(['*', headers.origin].includes(preflight.headers.get('access-control-allow-origin') ?? ''));
    assert.equal(await (await fetch(`${url()}/health`)).text(), 'ok');
  });
}
