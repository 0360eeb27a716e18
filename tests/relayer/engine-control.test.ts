// Proves: on a real Redis, a replay request is written as docs/reference/engine.md says, once however often it is asked for, and again
// when Redis forgot it; the engine's answer and age are read; another's request that covers ours stays; other wishes are untouched;
// a relayer that lost the lane asks for nothing.
// Does not prove: when a relayer asks (relayer/src/stages/intake/repair.test.ts), or that an engine obeys (tests/engine-contract).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import { createEngineControl } from '../../relayer/src/adapters/redis/engine-control.ts';
import { controlKey, engineKey, laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { connection, freshMarket, redisForThisFile } from './support.ts';

const { url } = await redisForThisFile();
const redis = connection(url);

async function lane() {
  const market = freshMarket();
  const keys = laneKeys(market);
  await redis.set(keys.fence, 'me');
  const replays = createEngineControl(redis, keys, market, 'me');
  const [control, engine] = [controlKey(market), engineKey(market)];
  return {
    ...{ market, keys, control, engine },
    ask: (from: number | bigint, request: string) => replays.ask(tradeId(from), request),
    wishes: () => redis.hgetall(control),
    says: (fields: Record<string, string>) => redis.hset(engine, { v: '1', seen_ms: `${Date.now()}`, ...fields }),
  };
}

test('a request is one HSET beside the other wishes, and stays until it is answered', async () => {
  const { ask, wishes, control, says } = await lane();
  await redis.hset(control, { v: '1', mode: 'pause', mode_request: 'm' });
  assert.deepEqual(await ask(7, 'r1'), { request: 'r1', answer: 'none', refused: '', silentMs: undefined });
  const written = { v: '1', mode: 'pause', mode_request: 'm', replay_from: '7', replay_request: 'r1' };
  assert.deepEqual(await wishes(), written);
  await ask(7, 'r1');
  assert.deepEqual(await wishes(), written);
  await says({ replay_request: 'r0', replay_refused: 'no' });
  const waiting = await ask(7, 'r1');
  assert.equal(waiting.answer, 'none');
  assert.equal(waiting.refused, '');
  assert.ok(waiting.silentMs !== undefined && waiting.silentMs >= 0);
  await says({ replay_request: 'r1', replay_refused: '' });
  assert.equal((await ask(7, 'r1')).answer, 'done');
});

test('a refusal comes with the engine’s reason', async () => {
  const { ask, says } = await lane();
  await says({ replay_request: 'r1', replay_refused: '7 is above the last id 3' });
  const { answer, refused } = await ask(7, 'r1');
  assert.deepEqual([answer, refused], ['refused', '7 is above the last id 3']);
});

test('what Redis forgot is written again; what was answered is not', async () => {
  const { ask, wishes, control, says } = await lane();
  await ask(7, 'r1');
  await redis.del(control);
  await ask(7, 'r1');
  assert.equal((await wishes()).replay_request, 'r1');
  await says({ replay_request: 'r1', replay_refused: '' });
  await redis.del(control);
  await ask(7, 'r1');
  assert.deepEqual(await wishes(), {});
});

test('somebody’s unanswered request for as much is followed, one for less or an answered one is not', async () => {
  const { ask, wishes, control, says } = await lane();
  const theirs = (from: string, request: string) =>
    redis.hset(control, { v: '1', replay_from: from, replay_request: request });
  for (const from of ['0', '9', '10']) {
    await theirs(from, 'theirs');
    assert.equal((await ask(10, 'r1')).request, 'theirs');
  }
  for (const [from, request] of [
    ['11', 'theirs'],
    ['100', 'theirs'],
    ['x', 'theirs'],
    ['07', 'theirs'],
    ['9', 'not an id'],
  ] as const) {
    await theirs(from, request);
    assert.equal((await ask(10, 'r1')).request, 'r1', `${from} ${request}`);
  }
  await theirs('9', 'theirs');
  await says({ replay_request: 'theirs', replay_refused: '' });
  assert.equal((await ask(10, 'r1')).request, 'r1');
  assert.equal((await wishes()).replay_from, '10');
});

test('ids up to 2^64-1 are compared as numbers', async () => {
  const { ask, control } = await lane();
  await redis.hset(control, { v: '1', replay_from: '18446744073709551614', replay_request: 'theirs' });
  assert.equal((await ask(2n ** 64n - 1n, 'r1')).request, 'theirs');
  assert.equal((await ask(2n ** 64n - 3n, 'r1')).request, 'r1');
});

test('something else in place of the hashes is no obstacle', async () => {
  const { ask, wishes, control, engine } = await lane();
  await redis.set(control, 'text');
  await redis.set(engine, 'text');
  assert.equal((await ask(7, 'r1')).answer, 'none');
  assert.equal((await wishes()).replay_request, 'r1');
});

test('a relayer that lost the lane asks for nothing', async () => {
  const { ask, wishes, keys } = await lane();
  await redis.set(keys.fence, 'another');
  await rejects('LEASE_LOST', ask(7, 'r1'));
  assert.deepEqual(await wishes(), {});
});
