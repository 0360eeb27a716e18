// Proves: while a maintenance is on, the engine is paused or silent, no order is taken and 503 says why, since when and when to try again;
// websockets get the alert, then 1012, then the notice when they come back; the event stream stays and tells progress; a lost message costs
// at most a look; a gateway that is killed in between, or started afterwards, says the same; a Redis restart is no maintenance. A pause of
// settlement on-chain is told beside, and closes nothing.
// Does not prove: that the relayer flushes; who begins and ends a maintenance (tests/relayer/maintenance.test.ts).
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { settlementInstructions } from '#client';
import { engineKey } from '#feeder';
import type { Gateway } from '#gateway';
import { signOrder } from '#gateway';
import { beginMaintenance, endMaintenance, laneKeys } from '#relayer';
import { until } from '../support/until.ts';
import type { Place } from './place.ts';
import { connect, enter, limitOrder, openPlace, send, terms } from './place.ts';

const WHO = { owner: 'ops', reason: 'moving to 0.3' };

const get = async (gateway: Pick<Gateway, 'url'>, path: string) => {
  const answer = await fetch(`${gateway.url}${path}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const untilStatus = (gateway: Pick<Gateway, 'url'>, status: string) =>
  until(async () => (await get(gateway, '/maintenance')).body.status === status);

/** Lines of an event stream, as they come. */
async function events(t: TestContext, gateway: Pick<Gateway, 'url'>) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const answer = await fetch(`${gateway.url}/maintenance/events`, { signal: stop.signal });
  const heard: Record<string, unknown>[] = [];
  let isOver = false;
  const read = async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts)
        if (part.startsWith('event: state')) heard.push(JSON.parse(part.split('data: ')[1] ?? ''));
    }
  };
  void read()
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  return { heard, isOver: () => isOver, type: answer.headers.get('content-type') };
}

async function refusedOrder(place: Place, gateway: Pick<Gateway, 'url'>, phase: string) {
  const had = (await place.orders()).length;
  const answer = await enter(place, gateway);
  assert.equal(answer.status, 503, JSON.stringify(answer.body));
  assert.equal(answer.body.code, 'MAINTENANCE');
  assert.equal(answer.body.phase, phase);
  assert.equal(answer.body.retryAfterSeconds, 5);
  assert.equal(answer.headers.get('retry-after'), '5');
  assert.ok(Date.parse(`${answer.body.startedAt}`) > 0);
  assert.equal((await place.orders()).length, had);
  return answer.body;
}

test('maintenance', async (t) => {
  const place = await openPlace(t);
  const { redis } = place;
  const lane = place.world.market;
  const gateway = await place.start();
  const deadlineMs = Date.now() + 3_600_000;

  await t.test('from the first phase to the resume', async (t) => {
    const [feed, stream] = [await connect(t, gateway, '/feed'), await events(t, gateway)];
    assert.match(stream.type ?? '', /^text\/event-stream/);
    assert.equal((await get(gateway, '/maintenance')).body.status, 'open');
    await beginMaintenance(redis, lane, { id: 'm-1', ...WHO, deadlineMs });

    const alert = await feed.hears('alert');
    assert.equal(alert.code, 'MAINTENANCE');
    assert.equal(alert.message, 'System Maintenance');
    assert.equal(alert.phase, 'draining');
    assert.equal(alert.reason, WHO.reason);
    assert.equal(alert.deadline, new Date(deadlineMs).toISOString());
    assert.deepEqual(await feed.ended(), { code: 1012, reason: 'MAINTENANCE' });
    const refused = await refusedOrder(place, gateway, 'draining');
    assert.equal(refused.id, 'm-1');

    const late = await connect(t, gateway, '/feed');
    assert.equal((await late.hears('alert')).phase, 'draining');
    assert.equal((await late.ended()).code, 1012);
    const trader = await connect(t, gateway, '/feed/trader');
    assert.equal((await trader.ended()).code, 1012);

    const pending = { stream: 1, open: 0, outbox: 2, inFlight: 0, unfinalized: 4, deadLetters: 0 };
    const blocked = JSON.stringify([{ code: 'WAITING', reason: 'for finality', ids: ['3'] }]);
    const report = { v: '1', id: 'm-1', phase: 'draining', pending: JSON.stringify(pending), held: '6', blocked };
    await redis.hset(laneKeys(lane).flush, { ...report, seen_ms: '1' });
    await until(() => stream.heard.some(({ progress }) => progress !== undefined));
    assert.deepEqual(stream.heard.at(-1)?.progress, {
      pending,
      held: 6,
      blocked: [{ code: 'WAITING', reason: 'for finality' }],
    });
    const page = await (await fetch(gateway.url)).text();
    assert.match(page, /System Maintenance/);
    assert.match(page, /for finality/);

    await place.engine('pause');
    await endMaintenance(redis, lane, 'm-1');
    // The engine has not taken its orders up again yet.
    await until(async () => (await get(gateway, '/maintenance')).body.phase === 'paused');
    await place.engine('run');
    await untilStatus(gateway, 'open');
    await until(() => stream.heard.at(-1)?.status === 'open');
    const back = await connect(t, gateway, '/feed');
    const first = await back.hears('notice');
    assert.equal(back.heard[0], first);
    assert.equal(first.code, 'RESUMED');
    assert.ok(Date.parse(`${first.endedAt}`) >= Date.parse(`${first.startedAt}`));
    assert.equal((await enter(place, gateway)).status, 202);
  });

  await t.test('without any message it takes a look more', async (t) => {
    const feed = await connect(t, gateway, '/feed');
    const now = `${Date.now()}`;
    // As beginMaintenance writes it, without its PUBLISH.
    const fields = { v: '1', id: 'm-2', phase: 'draining', ...WHO, started_ms: now, phase_ms: now };
    await redis.hset(laneKeys(lane).maintenance, fields);
    assert.equal((await feed.hears('alert')).id, 'm-2');
    assert.equal((await feed.ended()).code, 1012);
    await redis.del(laneKeys(lane).maintenance);
    await untilStatus(gateway, 'open');
  });

  await t.test('an order is refused by what Redis says, not by what the gateway has seen', async () => {
    // A gateway that never hears and has looked already: only the script that takes the order knows.
    for (let round = 0; round < 10; round += 1) {
      await untilStatus(gateway, 'open');
      const signed = await signOrder(terms(place), limitOrder());
      const now = `${Date.now()}`;
      const had = (await place.orders()).length;
      await redis.hset(laneKeys(lane).maintenance, {
        v: '1',
        id: `r-${round}`,
        phase: 'draining',
        ...WHO,
        started_ms: now,
        phase_ms: now,
      });
      const answer = await send(gateway, signed);
      assert.equal(answer.status, 503);
      assert.equal((await place.orders()).length, had);
      await redis.del(laneKeys(lane).maintenance);
    }
  });

  await t.test('a paused engine and a silent one', async (t) => {
    await untilStatus(gateway, 'open');
    const feed = await connect(t, gateway, '/feed');
    await place.engine('pause');
    assert.equal((await feed.hears('alert')).phase, 'paused');
    assert.equal((await feed.ended()).code, 1012);
    await refusedOrder(place, gateway, 'paused');
    await place.engine('silent');
    await until(async () => (await get(gateway, '/maintenance')).body.phase === 'silent');
    await refusedOrder(place, gateway, 'silent');
    await place.engine('run');
    await untilStatus(gateway, 'open');
  });

  await t.test('a pause of settlement is told beside, and orders are taken all the same', async (t) => {
    const { operator } = place.world.keys;
    const pause = (isPaused: boolean) => {
      const { setPaused } = settlementInstructions(place.world.venue.program);
      return place.world.land(operator, setPaused({ authority: operator.publicKey, isPaused }));
    };
    await until(async () => (await get(gateway, '/maintenance')).body.settlement === 'running');
    const stream = await events(t, gateway);
    await pause(true);
    await until(() => stream.heard.some(({ settlement }) => settlement === 'paused'));
    const { body } = await get(gateway, '/maintenance');
    assert.deepEqual([body.status, body.settlement], ['open', 'paused']);
    assert.match(`${body.message}`, /^Orders are taken\. Settlement is paused/);
    assert.match(await (await fetch(gateway.url)).text(), /Orders are taken.*Settlement is paused on-chain/s);
    assert.equal((await enter(place, gateway)).status, 202);
    await beginMaintenance(redis, lane, { id: 'm-paused', ...WHO });
    await untilStatus(gateway, 'maintenance');
    assert.equal((await get(gateway, '/maintenance')).body.settlement, 'paused');
    await endMaintenance(redis, lane, 'm-paused');
    await place.engine('run');
    await pause(false);
    await until(() => stream.heard.at(-1)?.settlement === 'running');
    assert.doesNotMatch(await (await fetch(gateway.url)).text(), /Settlement is paused/);
    await untilStatus(gateway, 'open');
  });

  await t.test('a maintenance that makes no sense takes no orders either', async () => {
    await redis.hset(laneKeys(lane).maintenance, { v: '9' });
    await until(async () => (await get(gateway, '/maintenance')).body.status === 'maintenance');
    assert.equal((await enter(place, gateway)).status, 503);
    await redis.del(laneKeys(lane).maintenance);
    await untilStatus(gateway, 'open');
  });

  await t.test('a gateway that was away for the end tells of it', async (t) => {
    const other = await place.start();
    await beginMaintenance(redis, lane, { id: 'm-3', ...WHO });
    await untilStatus(other, 'maintenance');
    await until(async () => (await get(gateway, '/maintenance')).body.id === 'm-3');
    await other.stop();
    await endMaintenance(redis, lane, 'm-3');
    await place.engine('run');
    const next = await place.start();
    await untilStatus(next, 'open');
    const client = await connect(t, next, '/feed');
    assert.equal((await client.hears('notice')).code, 'RESUMED');
  });

  await t.test('a Redis that restarts is no maintenance: clients stay, orders wait for it', async (t) => {
    await untilStatus(gateway, 'open');
    const feed = await connect(t, gateway, '/feed');
    const doomed = await place.start();
    await place.world.stopRedis();
    await doomed.stop();
    await untilStatus(gateway, 'unknown');
    const answer = await enter(place, gateway);
    assert.deepEqual([answer.status, answer.body.code], [503, 'UNAVAILABLE']);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal((await get(gateway, '/ready')).status, 503);
    assert.equal((await get(gateway, '/live')).status, 200);
    await place.world.restartRedis();
    await place.engine('run');
    await untilStatus(gateway, 'open');
    assert.equal(feed.closed, undefined);
    assert.equal((await enter(place, gateway)).status, 202);
    await until(async () => (await get(gateway, '/ready')).status === 200);
    const entry = { v: '1', stage: 'confirmed', first: '1', last: '1', at_ms: '1', trades: '[["1",0,1,0]]' };
    await redis.xadd(laneKeys(lane).feed, '*', ...Object.entries(entry).flat());
    assert.equal((await feed.hears('batch')).stage, 'confirmed');
  });

  await t.test('an emptied Redis closes the market until the engine is back', async () => {
    await redis.flushall();
    await until(async () => (await get(gateway, '/maintenance')).body.phase === 'silent');
    assert.equal((await enter(place, gateway)).status, 503);
    await place.engine('run');
    await untilStatus(gateway, 'open');
    assert.equal(await redis.hget(engineKey(lane), 'mode'), 'run');
    assert.equal((await enter(place, gateway)).status, 202);
  });
});
