// Proves: what each kind of order does and is answered, and why it is rejected; that an order id has one answer for good; that from a
// journal the same trades and answers follow wherever the engine ended, at any byte of its last line, and however orders were
// read together.
// Does not prove: the order book (market/book.test.ts), the streams (engine/run-orders.test.ts), or that the disk keeps what it said it keeps.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import type { TradeId } from '#client';
import { LockstepError, tradeId, U64_MAX } from '#client';
import { OrderWriter } from '../../../tests/support/orders.ts';
import type { EngineTrade } from '../engine/source.ts';
import type { DeskOptions } from './desk.ts';
import { OrderDesk } from './desk.ts';
import { createOrderJournal } from './journal.ts';
import type { OrderMessage } from './schema.ts';
import type { OrderEntry, OrderStream } from './stream.ts';
import { journaledTrades } from './trades.ts';

const MARKET = 'market';
const dir = await mkdtemp(join(tmpdir(), 'lockstep-orders-'));
after(() => rm(dir, { recursive: true }));
let files = 0;
const freshFile = () => {
  files += 1;
  return join(dir, `${files}`);
};

/** The two streams, in memory; entries are read `together` at once. */
class Streams implements OrderStream {
  readonly entries: OrderEntry[] = [];
  readonly answers: Record<string, string>[] = [];
  together = 500;

  add(text: string | OrderMessage, version = '1'): void {
    const id = `${this.entries.length + 1}-0`;
    this.entries.push({ id, version, text: typeof text === 'string' ? text : JSON.stringify(text) });
  }

  async read(after: string): Promise<OrderEntry[]> {
    const from = this.entries.findIndex(({ id }) => id === after) + 1;
    return this.entries.slice(from, from + this.together);
  }

  async answer(answers: readonly (readonly string[])[]): Promise<void> {
    for (const fields of answers) {
      const pairs = fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? ''] as const] : []));
      this.answers.push(Object.fromEntries(pairs));
    }
  }
}

let streams = new Streams();
let orders = new OrderWriter();
beforeEach(() => {
  streams = new Streams();
  orders = new OrderWriter();
});

async function open(file: string, options: Partial<DeskOptions> = {}) {
  const journal = createOrderJournal(file, MARKET);
  const desk = new OrderDesk({ journal, stream: streams, traders: 8, takerBps: 10, now: () => 5, ...options });
  await desk.open(async () => {});
  return { desk, journal };
}

const same = (own: TradeId) => own;

async function everything(desk: OrderDesk, isPaused = false): Promise<void> {
  await desk.answer(same);
  while (await desk.take(isPaused, same)) await desk.answer(same);
}

async function tradesOf(journal: ReturnType<typeof createOrderJournal>): Promise<EngineTrade[]> {
  const pass = journaledTrades(journal);
  const trades: EngineTrade[] = [];
  for await (const trade of pass) trades.push(trade);
  return trades;
}

/** Takes these orders; answers what was said of each, and the trades. */
async function run(messages: readonly OrderMessage[], options: Partial<DeskOptions> = {}, isPaused = false) {
  for (const message of messages) streams.add(message);
  const { desk, journal } = await open(freshFile(), options);
  await everything(desk, isPaused);
  const trades = await tradesOf(journal);
  await desk.close();
  assert.equal(desk.lastTrade, tradeId(trades.length));
  const said = streams.answers.map(({ state, code, trades: ids = '', resting }) => [
    ...[state, ...(code === undefined ? [] : [code])],
    ...[JSON.parse(ids).join(), Number(resting)],
  ]);
  const traded = trades.map(({ buyer, seller, price, quantity }) => [buyer, seller, Number(price), Number(quantity)]);
  return { said, traded, trades };
}

test('price before time, the waiting price, partial fills', async () => {
  const { said, traded, trades } = await run([
    orders.limit('sell', 1, 102, 5),
    orders.limit('sell', 2, 101, 5),
    orders.limit('sell', 3, 101, 5),
    orders.limit('buy', 4, 102, 12),
    orders.limit('buy', 5, 103, 9),
  ]);
  assert.deepEqual(said, [
    ['accepted', '', 5],
    ['accepted', '', 5],
    ['accepted', '', 5],
    ['filled', '1,2,3', 0],
    ['partially_filled', '4', 6],
  ]);
  assert.deepEqual(traded, [
    [4, 2, 101, 5],
    [4, 3, 101, 5],
    [4, 1, 102, 2],
    [5, 1, 102, 3],
  ]);
  assert.deepEqual([trades[0]?.takerIsBuyer, trades[0]?.tradeId], [true, 1n]);
  assert.deepEqual(
    trades.map((trade) => 'orderType' in trade && [trade.orderType, trade.feeTier]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
    ],
  );
});

test('immediate-or-cancel takes what its price allows; the rest is cancelled', async () => {
  const { said, trades } = await run([
    orders.limit('sell', 1, 100, 5),
    orders.limit('sell', 1, 101, 5),
    orders.priced('ioc', 'buy', 2, 100, 8),
    orders.priced('ioc', 'buy', 2, 100, 8),
  ]);
  assert.deepEqual(said.slice(2), [
    ['partially_filled', '1', 0],
    ['cancelled', '', 0],
  ]);
  assert.deepEqual(
    trades.map((trade) => 'orderType' in trade && trade.orderType),
    [2],
  );
});

test('a market order takes at any price, of either side', async () => {
  const { said, traded, trades } = await run([
    orders.limit('sell', 1, 100, 5),
    orders.limit('sell', 1, 900, 5),
    orders.market('buy', 2, 8),
    orders.limit('buy', 3, 1, 5),
    orders.market('sell', 2, 9),
  ]);
  assert.deepEqual(
    [said[2], said[4]],
    [
      ['filled', '1,2', 0],
      ['partially_filled', '3', 0],
    ],
  );
  assert.deepEqual(traded, [
    [2, 1, 100, 5],
    [2, 1, 900, 3],
    [3, 2, 1, 5],
  ]);
  assert.ok(trades.every((trade) => 'orderType' in trade && trade.orderType === 1));
});

test('post-only waits, and is rejected where it would take', async () => {
  const { said, traded } = await run([
    orders.priced('post_only', 'sell', 1, 100, 5),
    orders.priced('post_only', 'buy', 2, 100, 5),
    orders.priced('post_only', 'buy', 2, 99, 5),
    orders.priced('post_only', 'sell', 1, 99, 5),
  ]);
  assert.deepEqual(said, [
    ['accepted', '', 5],
    ['rejected', 'POST_ONLY_CROSSES', '', 0],
    ['accepted', '', 5],
    ['rejected', 'POST_ONLY_CROSSES', '', 0],
  ]);
  assert.deepEqual(traded, []);
});

test('an order stops at one of its own trader', async () => {
  const { said } = await run([
    orders.limit('sell', 1, 100, 5),
    orders.limit('sell', 2, 101, 5),
    orders.limit('buy', 2, 101, 8),
    orders.limit('buy', 2, 101, 8),
  ]);
  assert.deepEqual(said.slice(2), [
    ['partially_filled', 'SELF_TRADE', '1', 0],
    ['cancelled', 'SELF_TRADE', '', 0],
  ]);
});

test('only its own trader cancels an order, once, while it waits', async () => {
  const [sale, filled] = [orders.limit('sell', 1, 100, 5), orders.limit('sell', 1, 99, 5)];
  const { said } = await run([
    sale,
    filled,
    orders.limit('buy', 3, 99, 5),
    orders.cancel(2, sale),
    orders.cancel(1, sale),
    orders.cancel(1, sale),
    orders.cancel(1, filled),
    orders.cancel(1, orders.limit('buy', 1, 1, 1)),
    orders.market('buy', 3, 5),
  ]);
  const none = ['rejected', 'ORDER_NOT_OPEN', '', 0];
  assert.deepEqual(said.slice(3), [none, ['cancelled', '', 0], none, none, none, ['cancelled', '', 0]]);
});

test('what cannot be taken is rejected by its reason', async () => {
  const u64 = (side: 'buy' | 'sell', quantity: bigint): OrderMessage => ({
    ...orders.limit(side, 1, 1, 1),
    ...{ price: `${U64_MAX}`, quantity: `${quantity}` },
  });
  const { said } = await run(
    [
      orders.limit('buy', 8, 1, 1),
      orders.market('buy', 0xffff_ffff, 1),
      u64('sell', 2n),
      u64('sell', 1n),
      orders.limit('buy', 1, 5, 1),
      orders.limit('buy', 1, 5, 1),
      orders.limit('buy', 1, 5, 1),
      orders.priced('ioc', 'sell', 2, 5, 1),
    ],
    { maxWaitingOrders: 2 },
  );
  assert.deepEqual(said, [
    ['rejected', 'TRADER_UNKNOWN', '', 0],
    ['rejected', 'TRADER_UNKNOWN', '', 0],
    ['rejected', 'AMOUNT_OVERFLOW', '', 0],
    ['rejected', 'AMOUNT_OVERFLOW', '', 0],
    ['accepted', '', 1],
    ['accepted', '', 1],
    ['rejected', 'BOOK_FULL', '', 0],
    ['filled', '1', 0],
  ]);
});

test('of one trader so many orders may wait', async () => {
  const messages = [orders.limit('buy', 1, 5, 1), orders.limit('buy', 1, 5, 1), orders.limit('buy', 2, 5, 1)];
  const { said } = await run(messages, { maxWaitingOrdersOfOne: 1 });
  assert.deepEqual(said, [
    ['accepted', '', 1],
    ['rejected', 'BOOK_FULL', '', 0],
    ['accepted', '', 1],
  ]);
});

test('while it is paused new orders are rejected, and orders can be cancelled', async () => {
  const sale = orders.limit('sell', 1, 100, 5);
  streams.add(sale);
  const { desk } = await open(freshFile());
  await everything(desk);
  for (const message of [orders.limit('buy', 2, 100, 5), orders.cancel(1, sale)]) streams.add(message);
  await everything(desk, true);
  assert.deepEqual(
    streams.answers.map(({ state, code }) => [state, code]),
    [
      ['accepted', undefined],
      ['rejected', 'MAINTENANCE'],
      ['cancelled', undefined],
    ],
  );
  await desk.close();
});

test('a repeated order is answered the same and does nothing, a rejected one too, after a restart too', async () => {
  const [sale, buy] = [orders.limit('sell', 1, 100, 5), orders.limit('buy', 2, 100, 3)];
  for (const message of [sale, buy, sale, buy]) streams.add(message);
  const file = freshFile();
  const first = await open(file);
  await everything(first.desk);
  const late = orders.limit('buy', 2, 100, 1);
  streams.add(late);
  await everything(first.desk, true);
  await first.desk.close();
  const again = await open(file);
  for (const message of [late, buy, sale]) streams.add(message);
  await everything(again.desk);
  const said = (order: OrderMessage) => streams.answers.filter((answer) => answer.order === order.order);
  for (const order of [sale, buy, late]) {
    assert.ok(said(order).length >= 2);
    for (const answer of said(order)) assert.deepEqual(answer, said(order)[0]);
  }
  assert.equal((await tradesOf(again.journal)).length, 1);
  await again.desk.close();
});

test('what is no order is answered when it names one, named in the log otherwise, and keeps nothing up', async () => {
  const good = orders.limit('buy', 1, 5, 1);
  const bad = { ...orders.limit('buy', 1, 5, 1), quantity: '0' };
  const log: string[] = [];
  for (const text of ['', '{', 'null', '[]', '"x"', '{"order":"x"}', '{"order":7}', `{"x":"${'y'.repeat(2_000)}"}`])
    streams.add(text);
  streams.add(JSON.stringify(good), '2');
  streams.add(JSON.stringify(good), '');
  streams.add(bad);
  streams.add(good);
  const { desk } = await open(freshFile(), { log: (line) => log.push(line) });
  await everything(desk);
  await desk.close();
  assert.equal(log.length, 10);
  assert.match(log[8] ?? '', /entry 9-0 .* its v is "2"/);
  assert.deepEqual(
    streams.answers.map(({ order, state, code }) => [order, state, code]),
    [
      [bad.order, 'rejected', 'ORDER_INVALID'],
      [good.order, 'accepted', undefined],
    ],
  );
});

test('a full journal takes no order more, and says so; what it knows it still answers', async () => {
  const [one, two] = [orders.limit('buy', 1, 5, 1), orders.limit('buy', 1, 5, 1)];
  const { said } = await run([one, two, one], { maxOrders: 1 });
  assert.deepEqual(
    said.map((each) => each.slice(0, 2)),
    [
      ['accepted', ''],
      ['accepted', ''],
      ['rejected', 'JOURNAL_FULL'],
    ],
  );
});

test('a journal of another market, of another layout, or with a line nobody wrote is refused', async () => {
  const file = freshFile();
  const { desk } = await open(file);
  await desk.close();
  const header = await readFile(file, 'utf8');
  const coded = (code: string) => (error: unknown) => error instanceof LockstepError && error.code === code;
  const tried = async (text: string) => {
    const other = freshFile();
    await writeFile(other, text);
    await open(other);
  };
  await assert.rejects(tried(header.replace('"market":"market"', '"market":"other"')), coded('JOURNAL_FOREIGN'));
  for (const text of [
    header.replace('"v":1', '"v":2'),
    'x\n',
    `${header}x\n`,
    `${header}{"at":"1-0"}\n`,
    `${header}{"at":"1-0","in":[{"o":{"order":"x"}}]}\n`,
  ]) {
    await assert.rejects(tried(text), coded('JOURNAL_UNREADABLE'));
  }
});

test('a file that somebody else appends to is not written any more', async () => {
  const file = freshFile();
  const { desk } = await open(file);
  await appendFile(file, '{"at":"1-0","in":[]}\n');
  streams.add(orders.limit('buy', 1, 5, 1));
  await assert.rejects(
    desk.take(false, same),
    (error) => error instanceof LockstepError && error.code === 'JOURNAL_UNWRITABLE',
  );
  await desk.close();
});

/** Orders of few traders around few prices, so that they meet; some cancel one of those before. */
const flow = fc
  .array(
    fc.record({
      kind: fc.constantFrom('limit', 'limit', 'limit', 'ioc', 'post_only', 'market', 'cancel'),
      trader: fc.integer({ min: 0, max: 8 }),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      price: fc.integer({ min: 98, max: 102 }),
      quantity: fc.integer({ min: 1, max: 9 }),
      of: fc.nat(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drawn) => {
    const writer = new OrderWriter();
    const messages: OrderMessage[] = [];
    for (const { kind, trader, side, price, quantity, of } of drawn) {
      const known = messages[of % Math.max(1, messages.length)];
      if (kind === 'market') messages.push(writer.market(side, trader, quantity));
      else if (kind !== 'cancel')
        messages.push(writer.priced(kind as 'limit' | 'ioc' | 'post_only', side, trader, price, quantity));
      else if (known !== undefined) messages.push(writer.cancel(trader, known));
    }
    return messages;
  });

/** What an engine does before it ends: so many reads of so many orders, and with how many bytes of its last line it is cut off. */
const life = fc.record({ together: fc.integer({ min: 1, max: 7 }), reads: fc.nat(6), lost: fc.option(fc.nat(400)) });

test('the same orders give the same trades and answers, wherever the engine was killed', async () => {
  await fc.assert(
    fc.asyncProperty(flow, fc.array(life, { maxLength: 6 }), async (messages, lives) => {
      streams = new Streams();
      for (const message of messages) streams.add(message);
      const whole = await open(freshFile());
      await everything(whole.desk);
      const [trades, answers] = [await tradesOf(whole.journal), streams.answers.splice(0)];
      await whole.desk.close();

      const file = freshFile();
      for (const { together, reads, lost } of lives) {
        streams.together = together;
        const { desk } = await open(file);
        let before = (await stat(file)).size;
        await desk.answer(same);
        for (let read = 0; read < reads; read += 1) {
          before = (await stat(file)).size;
          // The last one is never answered: what was lost of its line was not acted on.
          if (!(await desk.take(false, same)) || read + 1 === reads) break;
          await desk.answer(same);
        }
        await desk.close();
        const after = (await stat(file)).size;
        if (lost !== null) await truncate(file, Math.max(before, after - lost));
      }
      const last = await open(file);
      await everything(last.desk);
      assert.deepEqual(await tradesOf(last.journal), trades);
      await last.desk.close();
      const first = new Map(answers.map((answer) => [answer.order, answer]));
      for (const answer of streams.answers) assert.deepEqual(answer, first.get(answer.order));
      assert.equal(new Set(streams.answers.map(({ order }) => order)).size, messages.length);
    }),
    { numRuns: 60 },
  );
});
