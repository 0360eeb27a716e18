// Proves: a Redis that cannot write its files is quoted, at the start and when the run's keys are to be deleted.
// Does not prove: the other refusals, and that the keys are deleted where they can be (tests/start/places.test.ts).
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { Cleanup } from '../cleanup.ts';
import { givenRedis } from './given-redis.ts';
import type { RunBase } from './place.ts';

const FULL = 'MISCONF Errors writing to the AOF file: No space left on device';

/** Speaks as much of the protocol as the checks need; with a full disk it refuses what Redis refuses then. */
async function fakeRedis() {
  let isFull = false;
  const info = 'redis_version:7.0.0\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n';
  const answer = (command: string) => {
    if (/info/i.test(command)) return `$${info.length}\r\n${info}\r\n`;
    return isFull && /ping/i.test(command) ? `-${FULL}\r\n` : '+OK\r\n';
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const command of data.toString().split('*').slice(1)) socket.write(answer(command));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fill = () => {
    isFull = true;
  };
  return { url: `redis://127.0.0.1:${port}`, fill, close: () => server.close() };
}

function base(): { readonly world: RunBase; readonly cleanup: Cleanup; readonly lines: string[] } {
  const cleanup = new Cleanup();
  const lines: string[] = [];
  const { signal } = new AbortController();
  const watchdog = { guard: () => undefined, release: () => undefined, dismiss: async () => undefined };
  const say = (line: string) => void lines.push(line);
  return { world: { cleanup, say, signal, watchdog, dir: '', fail: () => undefined }, cleanup, lines };
}

test('at the start it is REDIS_REFUSED with what it said', async (t) => {
  const redis = await fakeRedis();
  t.after(redis.close);
  redis.fill();
  await assert.rejects(givenRedis(redis.url, base().world), {
    code: 'REDIS_REFUSED',
    message: `redis at ${redis.url} refuses: ${FULL}`,
  });
});

test('at the end the keys that are left are told, with what it said', async (t) => {
  const redis = await fakeRedis();
  t.after(redis.close);
  const { world, cleanup, lines } = base();
  const place = await givenRedis(redis.url, world);
  const market = Keypair.generate().publicKey;
  place.tidyAfter(market);
  redis.fill();
  await cleanup.run();
  const left = `the keys of market ${market} are still in redis at ${redis.url}: redis at ${redis.url} refuses: ${FULL}`;
  assert.deepEqual(lines, [left]);
});
