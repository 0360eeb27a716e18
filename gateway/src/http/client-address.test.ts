/**
 * Proves: however a proxy writes an address, it is one client: without port, brackets, zone or another spelling; IPv6 by /64; what is no address
 * counts as whoever wrote it; behind a trusted proxy a limit holds for all of that.
 * Does not prove: which proxies are trusted (fastify's part).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import fastify from 'fastify';
import { clientAddress } from './client-address.ts';

const PROXY = '10.0.0.1';
const of = (client: string) => clientAddress({ ip: client, ips: [PROXY, client] });

const same: Record<string, readonly string[]> = {
  '203.0.113.7': [
    ...['203.0.113.7', '203.0.113.7:443', '203.0.113.7:50001', ' 203.0.113.7 ', '::ffff:203.0.113.7'],
    ...['[::ffff:203.0.113.7]:80', '::ffff:cb00:7107'],
  ],
  '2001:db8:0:1::/64': [
    ...['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '[2001:db8:0:1::3]', '[2001:DB8:0:1::3]:8080'],
    ...['2001:0db8:0000:0001:0:0:0:9', '2001:db8:0:1::4%eth0'],
  ],
  '0:0:0:0::/64': ['::1', '::'],
  [PROXY]: ['', 'unknown', '_hidden', 'junk', '203.0.113.7:443:1', '999.1.1.1', '[203.0.113', ':443', '203.0.113.7:x'],
};

for (const [client, spellings] of Object.entries(same)) {
  for (const text of spellings) test(`${JSON.stringify(text)} is ${client}`, () => assert.equal(of(text), client));
}

test('two networks are two clients; without a proxy it is the connection’s other end', () => {
  assert.notEqual(of('2001:db8:0:1::1'), of('2001:db8:0:2::1'));
  const direct = { ip: '203.0.113.7' } as Parameters<typeof clientAddress>[0];
  assert.equal(clientAddress(direct), '203.0.113.7');
});

test('whatever port or host part: one client', () => {
  const host = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(65_535), host, (ip, port, low) => {
      assert.equal(of(`${ip}:${port}`), ip);
      const end = low.map((group) => group.toString(16)).join(':');
      assert.equal(of(`[2001:db8:7:9:${end}]:${port}`), '2001:db8:7:9::/64');
    }),
  );
});

test('a client behind a trusted proxy is told from others by its address alone', async () => {
  const app = fastify({ trustProxy: ['127.0.0.1'] });
  app.get('/', async (request) => clientAddress(request));
  const asked = async (forwarded: string) =>
    (await app.inject({ url: '/', headers: { 'x-forwarded-for': forwarded } })).body;
  assert.equal(await asked('203.0.113.7:1'), '203.0.113.7');
  assert.equal(await asked('198.51.100.1, 203.0.113.7:2'), '203.0.113.7');
  assert.equal(await asked('198.51.100.1, junk'), '127.0.0.1');
});
