// Proves: a real relayer serves its status and metrics as it settles, until it is stopped, and says whether it is ready; a taken port keeps it from starting with a code.
// Does not prove: what each page says in which case (relayer/src/adapters/http).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { tradeId } from '#client';
import type { Chain, Relayer } from '#relayer';
import { laneKeys } from '../../relayer/src/adapters/redis/keys.ts';
import { TransientError } from '../../relayer/src/errors.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import { openWorld } from './venue.ts';

const json = z.record(z.string(), z.unknown());

test('the status follows the lane', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start({ httpPort: 0 });
  const { httpUrl = '' } = relayer;
  await world.publish([trade(1), trade(2)]);
  await relayer.waitUntilSettled(tradeId(2));
  const status = json.parse(await (await fetch(`${httpUrl}/status`)).json());
  assert.equal(status.lane, world.market);
  assert.equal(status.state, 'running');
  assert.equal(status.lastTradeId, '2');
  assert.equal(status.confirmed, 2);
  assert.equal(status.pid, process.pid);
  assert.match(`${status.release}`, /^\d+\.\d+\.\d+/);
  assert.deepEqual(status.speaks, [2, 1]);
  assert.ok(Date.parse(`${status.startedAt}`) > 0);

  const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
  const value = (name: string) =>
    Number(new RegExp(`^${name}\\{lane="${world.market}"\\} (.+)$`, 'm').exec(metrics)?.[1]);
  assert.equal(value('lockstep_relayer_trades_settled_total'), 2);
  assert.equal(value('lockstep_relayer_trade_latency_seconds_count'), 2);
  assert.equal(value('lockstep_relayer_lease_held'), 1);

  const port = Number(new URL(httpUrl).port);
  await rejects('HTTP_PORT_UNAVAILABLE', world.start({ httpPort: port }), /EADDRINUSE/);
  await relayer.stop();
  await assert.rejects(fetch(`${httpUrl}/status`));
});

test('a standby is ready and alive; without Redis, or with a cluster that is silent, nobody is ready', async (t) => {
  const world = await openWorld(t);
  let isAnswering = true;
  const wrapChain = (chain: Chain): Chain => ({
    ...chain,
    market: (...args) =>
      isAnswering ? chain.market(...args) : Promise.reject(new TransientError('RPC_UNAVAILABLE', 'x')),
  });
  const first = await world.start({ httpPort: 0 });
  const second = await world.start({ httpPort: 0 }, { wrapChain });
  const get = async (relayer: Relayer, path: string) => {
    const answer = await fetch(`${relayer.httpUrl}${path}`);
    return { status: answer.status, body: json.parse(await answer.json()) };
  };
  const answers = (relayer: Relayer, status: number, has: object) =>
    until(async () => {
      const { status: found, body } = await get(relayer, '/ready');
      return found === status && isDeepStrictEqual({ ...body, ...has }, body);
    });
  await answers(first, 200, { ready: true, state: 'running', redis: { ok: true } });
  await answers(second, 200, { ready: true, state: 'waiting', redis: { ok: true } });
  assert.ok((await world.redis.pttl(laneKeys(world.market).probe)) > 0);

  isAnswering = false;
  await answers(second, 503, { reason: 'the cluster does not answer', rpc: { ok: false, reason: 'x' } });
  isAnswering = true;
  await answers(second, 200, { ready: true });

  await world.stopRedis();
  await answers(first, 503, { ready: false, reason: 'redis does not take writes' });
  for (const relayer of [first, second]) assert.equal((await get(relayer, '/live')).status, 200);
  await world.restartRedis();
  await answers(first, 200, { ready: true });
  await answers(second, 200, { ready: true });
});

test('without a port nothing is served', async (t) => {
  const world = await openWorld(t);
  assert.equal((await world.start()).httpUrl, undefined);
});
