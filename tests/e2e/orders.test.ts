// Proves: traders' orders, taken by `lockstep engine --orders --rpc` that is killed again and again, settle on-chain exactly as they matched, and
// none ends as a void though some were for more than their traders have; each order has one answer, and every trade one taker.
// Does not prove: who may send an order (the gateway's tests), or what a single order does (feeder/src/orders).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TradeV1 } from '#client';
import { readMarketHeader } from '#client';
import type { OrderMessage } from '#feeder';
import { createOrderJournal, orderAnswersKey, ordersKey } from '#feeder';
import { journaledTrades } from '../../feeder/src/orders/trades.ts';
import { SeededRandom } from '../../feeder/src/random.ts';
import { OrderWriter } from '../support/orders.ts';
import { until } from '../support/until.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { DEPOSIT, TRADERS } from './setup/trades.ts';

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));
const ROUNDS = 4;
const ORDERS_A_ROUND = 60;

function startEngine(scene: Scene, journal: string) {
  const place = ['--redis', scene.server.url, '--market', scene.market, '--traders', `${TRADERS}`];
  const words = ['engine', ...place, '--orders', journal, '--rpc', scene.chain.rpcUrl];
  const child = spawn(process.execPath, [LOCKSTEP, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  return async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
}

/** Around one price, so that they meet; one of ten for about all that its trader had at first. */
function ordersOf(random: SeededRandom, writer: OrderWriter): OrderMessage[] {
  return Array.from({ length: ORDERS_A_ROUND }, () => {
    const side = random.below(2) === 0 ? 'buy' : 'sell';
    const [trader, price] = [random.below(TRADERS), 950 + random.below(100)];
    const lots = random.below(10) === 0 ? Number(DEPOSIT.baseLots) : 1 + random.below(5_000);
    if (random.below(8) === 0) return writer.market(side, trader, lots);
    return writer.priced(random.below(4) === 0 ? 'ioc' : 'limit', side, trader, price, lots);
  });
}

test('what traders order settles as it matched, and nothing is void', async (t) => {
  const scene = await openScene();
  t.after(() => scene.close());
  const relayer = await scene.start();
  const file = join(scene.dir, 'orders');
  const [random, writer] = [new SeededRandom('orders'), new OrderWriter()];
  const sent: OrderMessage[] = [];
  const states = new Map<string, string>();
  const codes = new Set<string>();
  const readAnswers = async () => {
    for (const [, fields] of await scene.redis.xrange(orderAnswersKey(scene.market), '-', '+')) {
      const at = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
      const said = `${at('state')} ${at('trades')}`;
      assert.equal(states.get(at('order')) ?? said, said);
      states.set(at('order'), said);
      if (fields.includes('code')) codes.add(at('code'));
    }
  };
  let end = startEngine(scene, file);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const order of ordersOf(random, writer)) {
      sent.push(order);
      await scene.redis.xadd(ordersKey(scene.market), '*', 'v', '1', 'o', JSON.stringify(order));
    }
    // Some of the round are answered, some taken, some unread when it dies.
    await until(async () => {
      await readAnswers();
      return states.size > sent.length - ORDERS_A_ROUND;
    });
    if (round + 1 === ROUNDS) break;
    await end('SIGKILL');
    end = startEngine(scene, file);
  }
  await until(async () => {
    await readAnswers();
    return states.size === sent.length;
  });
  await end('SIGTERM');

  const journal = createOrderJournal(file, scene.market);
  await journal.open(
    () => {},
    async () => {},
  );
  const matched: TradeV1[] = [];
  for await (const { tradeId, buyer, seller, price, quantity, takerIsBuyer } of journaledTrades(journal))
    matched.push({ tradeId, buyer, seller, price, quantity, takerIsBuyer });
  await journal.close();
  assert.ok(matched.length > 50, `${matched.length} trades`);
  assert.ok(codes.has('FUNDS_MISSING'));
  const named = [...states.values()].flatMap((said) => JSON.parse(said.slice(said.indexOf('['))) as string[]);
  assert.deepEqual(
    named.map(Number).toSorted((one, other) => one - other),
    matched.map((_, at) => at + 1),
  );
  await relayer.untilSettled(BigInt(matched.length));
  await scene.requireOutcomes({ input: matched, voids: [] });
  const { value } = await readMarketHeader(scene.venue.connection, scene.venue.market, 'confirmed');
  assert.deepEqual([value.tradesSettled, value.tradesVoided], [BigInt(matched.length), 0n]);
});
