// Proves: a settlement that is in no row is adopted when its trades are the engine's, over any ranges, and the rows then say what the
// chain has; it halts at the first trade that differs; and what cannot be found, read or relied on yet is waited for.
// Does not prove: what the lane does afterwards (adoption.test.ts), or how a transaction is found (adapters/solana/history.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TradeV1 } from '#client';
import { asV2, baseLots, OrderType, price, sequence, tradeId, voidOf } from '#client';
import { agrees, engineTrade } from '../../domain/adoption.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { newRow, stateOf, withAttempt } from '../../domain/row.ts';
import { digestOf, FINALIZED_AFTER_SLOTS, fakeChain, SLOT_MS } from '../../testing/chain.ts';
import { fakeClock } from '../../testing/clock.ts';
import { fakeJournal, silent } from '../../testing/ports.ts';
import { rejects } from '../../testing/refuses.ts';
import { trade, trades } from '../../testing/trades.ts';
import { encodePayload } from '../encode/codec.ts';
import { adopt } from './adopt.ts';

const note = (one: TradeV1) => ({ tradeId: one.tradeId, code: 'SelfTrade', reason: 'r', advice: 'a', trade: one });

function world(rows: readonly OutboxRow[], sent: readonly TradeV1[] = trades(1, 12)) {
  const clock = fakeClock();
  const chain = fakeChain(clock);
  const journal = fakeJournal(rows);
  const stream = new Map(sent.map((one) => [one.tradeId, one]));
  const deps = {
    ...{ chain, journal, logger: silent },
    commitment: 'confirmed' as const,
    source: {
      silence: async () => ({ kind: 'sound' as const }),
      async read(after: bigint, max: number) {
        const found = [...stream.values()].filter((one) => one.tradeId > after && one.tradeId <= after + BigInt(max));
        return found.map((one) => ({ tradeId: one.tradeId, schema: undefined, payload: undefined }));
      },
    },
    decode: ({ tradeId: id }: { tradeId: bigint }) => ({ trade: stream.get(tradeId(id)) ?? assert.fail() }),
  };
  let next = 1;
  /** Somebody else settles these. */
  const settle = (settled: readonly TradeV1[]) => {
    const payload = encodePayload({ version: 1, trades: settled }, sequence(next++)).data;
    chain.settleForeign(payload);
    clock.advance(2 * SLOT_MS);
    return digestOf(payload);
  };
  const run = (row: OutboxRow, from?: number) =>
    adopt(row, from === undefined ? undefined : sequence(from), deps, new AbortController().signal);
  const ranges = () =>
    [...journal.rows.values()]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((row) => [stateOf(row), Number(row.trades[0]?.tradeId), Number(row.trades.at(-1)?.tradeId)]);
  return { clock, chain, journal, stream, settle, run, ranges };
}

const row = (first: number, last: number) => newRow(1, trades(first, last));
const signed = (one: OutboxRow, at = 1) => {
  const { digest } = encodePayload(one, sequence(at));
  const bytes = Uint8Array.of(1);
  return withAttempt(one, sequence(at), { signature: `s${at}`, digest, bytes, lastValidBlockHeight: 9_999 });
};

test('fewer trades than the row: the row goes, the rest comes from the stream again', async () => {
  const w = world([row(1, 4), row(5, 8)]);
  const digest = w.settle(trades(1, 2));
  assert.deepEqual(await w.run(row(1, 4), 1), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), [['landed', 1, 2]]);
  const adopted = [...w.journal.rows.values()][0];
  assert.equal(adopted?.landing?.digest, digest);
  assert.equal(adopted?.landing?.signature, `of-${digest}`);
  assert.equal(adopted?.sequence, 1n);
});

test('more trades than the row, some of which only the stream has', async () => {
  const w = world([row(1, 3), row(4, 6)]);
  w.settle(trades(1, 8));
  assert.deepEqual(await w.run(row(1, 3), 1), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), [['landed', 1, 8]]);
});

test('rows that still continue the cursor stay', async () => {
  const w = world([row(1, 3), row(4, 6)]);
  w.settle([...trades(1, 2), trade(3)]);
  assert.deepEqual(await w.run(row(1, 3), 1), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), [
    ['landed', 1, 3],
    ['open', 4, 6],
  ]);
});

test('several batches, found back from the newest by the row’s first trade', async () => {
  const w = world([row(3, 9)]);
  for (const [first, last] of [
    [1, 2],
    [3, 4],
    [5, 5],
    [6, 7],
  ] as const)
    w.settle(trades(first, last));
  assert.deepEqual(await w.run(row(3, 9)), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), [
    ['landed', 3, 4],
    ['landed', 5, 5],
    ['landed', 6, 7],
  ]);
});

for (const [what, changed] of [
  ['price', { price: price(101) }],
  ['quantity', { quantity: baseLots(6) }],
  ['buyer', { buyer: 3 }],
  ['seller', { seller: 3 }],
  ['side', { takerIsBuyer: false }],
  ['void without a reason', { quantity: baseLots(0) }],
] as const) {
  test(`another ${what} halts, and the rows stay as they are`, async () => {
    const w = world([row(1, 4)]);
    const digest = w.settle([trade(1), trade(2, changed), trade(3)]);
    await rejects('FOREIGN_SETTLEMENT', w.run(row(1, 4), 1), new RegExp(`${digest}.* trade 2`));
    assert.deepEqual(w.ranges(), [['open', 1, 4]]);
  });
}

test('a void agrees when this relayer had noted why, also where the stream has the trade', async () => {
  const w = world([newRow(1, [trade(1), voidOf(trade(2))])]);
  for (const id of [2, 3]) w.journal.rejections.set(BigInt(id), note(trade(id)));
  w.settle([trade(1), voidOf(trade(2)), voidOf(trade(3))]);
  assert.deepEqual(await w.run(row(1, 2), 1), { kind: 'adopted' });
  assert.deepEqual([...w.journal.rejections.keys()], [2n, 3n], 'what was noted stays true');
});

test('a note about a trade that settled after all is forgotten', async () => {
  const w = world([newRow(1, [trade(1), voidOf(trade(2))])]);
  w.journal.rejections.set(2n, note(trade(2)));
  w.settle(trades(1, 2));
  assert.deepEqual(await w.run(row(1, 2), 1), { kind: 'adopted' });
  assert.deepEqual([...w.journal.rejections.keys()], []);
});

test('a note about another trade of that id is no reason', () => {
  assert.ok(agrees(voidOf(trade(2)), engineTrade(trade(2), note(trade(2)))));
  assert.ok(!agrees(voidOf(trade(2)), engineTrade(trade(2), note(trade(2, { buyer: 7 })))));
});

test('a void of the engine settled as a trade halts', async () => {
  const w = world([], [trade(1), voidOf(trade(2))]);
  w.settle(trades(1, 2));
  await rejects('FOREIGN_SETTLEMENT', w.run(row(1, 2), 1), /trade 2/);
});

test('a signed row is given up only when the settlement is final', async () => {
  const sent = signed(row(1, 4));
  const w = world([sent]);
  w.settle(trades(1, 2));
  const early = await w.run(sent, 1);
  assert.equal(early.kind === 'blocked' && early.code, 'SETTLEMENT_UNKNOWN');
  assert.match(early.kind === 'blocked' ? early.reason : '', /not final/);
  assert.deepEqual(w.ranges(), [['sent', 1, 4]]);
  w.clock.advance(FINALIZED_AFTER_SLOTS * SLOT_MS);
  assert.deepEqual(await w.run(sent, 1), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), [['landed', 1, 2]]);
});

test('a batch without trades took the sequence: the signed row goes when that is final', async () => {
  const sent = signed(row(1, 4));
  const w = world([sent]);
  w.settle([]);
  assert.equal((await w.run(sent, 1)).kind, 'blocked');
  w.clock.advance(FINALIZED_AFTER_SLOTS * SLOT_MS);
  assert.deepEqual(await w.run(sent, 1), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), []);
});

test('a node without the transaction, and a stream without the trade, are waited for', async () => {
  const w = world([row(1, 2)]);
  w.settle(trades(1, 3));
  w.chain.forgetful = true;
  const unknown = await w.run(row(1, 2), 1);
  assert.match(
    unknown.kind === 'blocked' ? unknown.reason : '',
    /does not have the transaction that settled sequence 1/,
  );
  w.chain.forgetful = false;
  w.stream.delete(tradeId(3));
  const unread = await w.run(row(1, 2), 1);
  assert.match(unread.kind === 'blocked' ? unread.reason : '', /the stream does not have trade 3/);
  w.stream.set(tradeId(3), trade(3));
  assert.deepEqual(await w.run(row(1, 2), 1), { kind: 'adopted' });
});

test('a digest the market has forgotten halts: nothing proves what a node says about it', async () => {
  const w = world([row(1, 2)]);
  w.settle(trades(1, 2));
  const { market } = w.chain;
  w.chain.market = async (commitment) => ({ ...(await market(commitment)), digestOf: () => undefined });
  await rejects('FOREIGN_SETTLEMENT', w.run(row(1, 2), 1), /unknown payload/);
});

test('a payload that cannot be read halts', async () => {
  const w = world([row(1, 2)]);
  w.settle(trades(1, 2));
  w.chain.settlement = async () => ({
    payload: Uint8Array.of(9),
    signature: 's',
    codes: undefined,
    slot: (await w.chain.heights()).finalizedSlot,
  });
  await rejects('FOREIGN_SETTLEMENT', w.run(row(1, 2), 1), /cannot read/);
});

test('nothing there any more: the cursor is read again', async () => {
  const w = world([row(1, 2)]);
  assert.deepEqual(await w.run(row(1, 2), 1), { kind: 'moved' });
  assert.deepEqual(await w.run(row(1, 2)), { kind: 'moved' });
});

test('what the chain took of the lane’s own rows stays in place', async () => {
  const own = signed(row(1, 2), 1);
  const w = world([own, row(3, 6)]);
  w.settle(trades(1, 2));
  w.settle(trades(3, 4));
  assert.deepEqual(await w.run(row(3, 6)), { kind: 'adopted' });
  assert.deepEqual(w.ranges(), [
    ['sent', 1, 2],
    ['landed', 3, 4],
  ]);
});

test('a V2 batch is adopted whatever it passed over, and one that says another order type is not', async () => {
  for (const orderType of [OrderType.Limit, OrderType.Market]) {
    const w = world([row(1, 3)]);
    w.chain.rulesNow = { ...w.chain.rulesNow, allowedVersions: [2] };
    w.chain.refusedTrades.set(2n, 'InsufficientBase');
    const brought = trades(1, 3).map((one) => ({ ...asV2(one), orderType }));
    w.chain.settleForeign(encodePayload({ version: 2, trades: brought }, sequence(1)).data);
    w.clock.advance(2 * SLOT_MS);
    if (orderType !== OrderType.Limit) {
      await rejects('FOREIGN_SETTLEMENT', w.run(row(1, 3), 1), /another trade 1/);
      continue;
    }
    assert.deepEqual(await w.run(row(1, 3), 1), { kind: 'adopted' });
    const [adopted] = [...w.journal.rows.values()];
    assert.deepEqual([adopted?.version, adopted?.trades], [2, trades(1, 3)]);
  }
});
