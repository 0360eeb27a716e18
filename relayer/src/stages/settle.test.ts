// Proves: one batch against a cluster that loses, delays, expires, fails, repeats and forgets: it lands exactly once or stops with a
// code, what is signed is written down before it is sent, and another payload is signed only after every earlier one is dead.
// Does not prove: several batches in a row (pipeline.test.ts), or that a real node answers like this one (tests/relayer).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBatch, sequence, tradeId } from '#client';
import { createBackoff } from '../domain/backoff.ts';
import type { Blocked } from '../domain/blocked.ts';
import type { OutboxRow } from '../domain/row.ts';
import { newRow, stateOf, withAttempt } from '../domain/row.ts';
import type { RejectedTrade } from '../domain/trade.ts';
import { createMemoryMetrics } from '../observe/metrics.ts';
import { digestOf, fakeChain, SLOT_MS } from '../testing/chain.ts';
import { fakeClock } from '../testing/clock.ts';
import { fakeJournal, silent } from '../testing/ports.ts';
import { rejects } from '../testing/refuses.ts';
import { trades } from '../testing/trades.ts';
import { encodePayload } from './encode/codec.ts';
import { settle } from './settle.ts';

const EXPIRY_MS = 151 * SLOT_MS;
const start = { nextSequence: sequence(1), lastTradeId: tradeId(0) };
const timing = { commitment: 'confirmed', resendMs: 500, firstPollMs: 25, statusPollMs: 400 } as const;

function world() {
  const clock = fakeClock();
  const chain = fakeChain(clock);
  const journal = fakeJournal();
  const metrics = createMemoryMetrics();
  const rejected: RejectedTrade[] = [];
  const blocked: (Blocked | undefined)[] = [];
  const stopping = new AbortController();
  const abort = new AbortController();
  const deps = {
    ...{ clock, chain, journal, metrics, timing, logger: silent },
    backoff: createBackoff(clock, { minMs: 100, maxMs: 2_000 }),
    onRejected: (trade: RejectedTrade) => rejected.push(trade),
    onSigned: () => {},
    onBlocked: (cause: Blocked | undefined) => blocked.push(cause),
  };
  const run = (row: OutboxRow = newRow(1, trades(1, 3)), cursor = start) =>
    settle(row, cursor, deps, { stopping: stopping.signal, abort: abort.signal });
  const payload = (row: OutboxRow = newRow(1, trades(1, 3))) => encodePayload(row, sequence(1));
  return { clock, chain, journal, metrics, rejected, blocked, stopping, abort, run, payload };
}
type World = ReturnType<typeof world>;

async function lands(w: World, run = w.run()): Promise<OutboxRow> {
  const settled = await run;
  assert.equal(settled.kind, 'landed');
  assert.equal(w.chain.settled.length, 1);
  const row = settled.kind === 'landed' ? settled.row : assert.fail();
  assert.equal(row.landing?.digest, digestOf(w.chain.settled[0] ?? assert.fail()));
  assert.equal(stateOf([...w.journal.rows.values()].at(-1) ?? assert.fail()), 'landed');
  return row;
}

/** A row as a crash left it: signed, perhaps sent. */
async function signedRow(w: World, row = newRow(1, trades(1, 3))): Promise<OutboxRow> {
  const { data, digest } = w.payload(row);
  return withAttempt(row, sequence(1), { ...(await w.chain.sign(data, 1, [])), digest });
}

test('the straight way: simulate, write down, send, confirm', async () => {
  const w = world();
  w.chain.onSend = (signature) => {
    const written = [...w.journal.rows.values()].flatMap((row) => row.attempts.map((attempt) => attempt.signature));
    assert.ok(written.includes(signature), 'sent before it was written down');
    return 'land';
  };
  const row = await lands(w);
  assert.equal(row.landing?.signature, 'signature-1');
  assert.deepEqual(w.chain.calls.slice(0, 3), ['simulate', 'sign', 'send']);
});

test('nothing is sent when it could not be written down', async () => {
  const w = world();
  w.journal.beforeWrite = () => {
    throw new Error('disk full');
  };
  await assert.rejects(w.run(), /disk full/);
  assert.deepEqual(w.chain.sent, []);
});

test('lost on the way: the same bytes are sent again', async () => {
  const w = world();
  w.chain.onSend = () => (w.chain.sent.length > 4 ? 'land' : 'drop');
  await lands(w);
  assert.deepEqual(new Set(w.chain.sent), new Set(['signature-1']));
});

test('a send that errors decides nothing', async () => {
  const w = world();
  w.chain.silent.add('send');
  const running = w.run();
  await w.clock.sleep(3_000, w.abort.signal);
  w.chain.land('signature-1');
  await lands(w, running);
});

test('the blockhash expires: the same payload is signed again', async () => {
  const w = world();
  w.chain.onSend = (signature) => (signature === 'signature-1' ? 'drop' : 'land');
  const row = await lands(w);
  assert.deepEqual([...new Set(w.chain.sent)], ['signature-1', 'signature-2']);
  assert.equal(new Set(row.attempts.map((attempt) => attempt.digest)).size, 1);
});

test('landed in its last block and seen late: no second settlement', async () => {
  const w = world();
  w.chain.onSend = (signature) => {
    if (signature !== 'signature-1') return 'land';
    if (w.clock.now() - 1_000_000 < EXPIRY_MS - 3 * SLOT_MS) return 'drop';
    w.chain.hidden.add(signature);
    return 'land';
  };
  const row = await lands(w);
  assert.ok(w.chain.sent.length > 0);
  assert.equal(row.landing?.signature, undefined, 'only the digest told');
});

test('no answer is not null: a silent node never makes an attempt expire', async () => {
  const w = world();
  w.chain.onSend = () => 'drop';
  w.chain.silent.add('statuses');
  const running = w.run();
  await w.clock.sleep(4 * EXPIRY_MS, w.abort.signal);
  assert.equal(w.chain.calls.filter((call) => call === 'sign').length, 1);
  assert.equal(w.blocked.at(-1)?.code, 'RPC_UNAVAILABLE');
  w.chain.silent.clear();
  w.chain.onSend = () => 'land';
  await lands(w, running);
});

test('a node that answers nothing blocks the lane until it does', async () => {
  const w = world();
  w.chain.silent.add('simulate');
  const running = w.run();
  await w.clock.sleep(10_000, w.abort.signal);
  assert.equal(w.blocked.at(-1)?.code, 'RPC_UNAVAILABLE');
  w.chain.silent.clear();
  await lands(w, running);
  assert.equal(w.blocked.at(-1), undefined);
});

test('found settled on restart by signature, without sending again', async () => {
  const w = world();
  const row = await signedRow(w);
  w.chain.land('signature-1');
  w.clock.advance(SLOT_MS);
  const landed = await lands(w, w.run(row, { nextSequence: sequence(2), lastTradeId: tradeId(3) }));
  assert.equal(landed.landing?.signature, 'signature-1');
  assert.deepEqual(w.chain.sent, []);
});

test('found settled on restart by digest alone', async () => {
  const w = world();
  const row = await signedRow(w);
  w.chain.land('signature-1');
  w.chain.hidden.add('signature-1');
  w.clock.advance(SLOT_MS);
  const landed = await lands(w, w.run(row, { nextSequence: sequence(2), lastTradeId: tradeId(3) }));
  assert.equal(landed.landing?.signature, undefined);
});

test('signed, never sent, crashed: the same bytes go out after the restart', async () => {
  const w = world();
  await lands(w, w.run(await signedRow(w)));
  assert.deepEqual(new Set(w.chain.sent), new Set(['signature-1']));
});

test('SequenceSettled with another digest halts', async () => {
  const w = world();
  w.chain.settleForeign(encodePayload(newRow(1, trades(1, 2)), sequence(1)).data);
  w.clock.advance(SLOT_MS);
  await rejects('FOREIGN_SETTLEMENT', w.run(), /sequence 1 was settled with payload/);
  assert.deepEqual(w.chain.sent, []);
});

test('SequenceSettled with our digest is success', async () => {
  const w = world();
  w.chain.settleForeign(w.payload().data);
  w.clock.advance(SLOT_MS);
  await lands(w);
  assert.deepEqual(w.chain.sent, []);
});

test('settled by a digest the market has forgotten, and no transaction of ours succeeded: halts', async () => {
  const w = world();
  w.chain.settleForeign(w.payload().data);
  w.clock.advance(SLOT_MS);
  const { market } = w.chain;
  w.chain.market = async (commitment) => ({ ...(await market(commitment)), digestOf: () => undefined });
  await rejects('FOREIGN_SETTLEMENT', w.run(), /unknown payload/);
});

test('trades that are on-chain already by somebody else halt', async () => {
  const w = world();
  await rejects(
    'FOREIGN_SETTLEMENT',
    w.run(newRow(1, trades(1, 3)), { nextSequence: sequence(2), lastTradeId: tradeId(3) }),
  );
});

test('SequenceAhead from a node that lags is waited out', async () => {
  const w = world();
  w.chain.refusing = 'SequenceAhead';
  const running = w.run();
  await w.clock.sleep(5_000, w.abort.signal);
  w.chain.refusing = undefined;
  await lands(w, running);
});

const displaced = async (w: World, row: OutboxRow, cursor = start) => {
  const settled = await w.run(row, cursor);
  assert.equal(settled.kind, 'displaced');
  return settled.row;
};

test('a batch that is not due by the cursor asks for the cursor again', async () => {
  const w = world();
  await displaced(w, newRow(1, trades(4, 6)));
  await displaced(w, { ...(await signedRow(w)), sequence: sequence(9) });
  assert.deepEqual(w.chain.sent, []);
});

test('SequenceAhead from a chain that moved back asks for the cursor again', async () => {
  const w = world();
  await displaced(w, newRow(1, trades(1, 3)), { nextSequence: sequence(2), lastTradeId: tradeId(0) });
});

test('what was signed before the cursor moved stays known', async () => {
  const w = world();
  w.chain.onSend = () => {
    w.chain.refusing = 'SequenceAhead';
    return 'drop';
  };
  const { market } = w.chain;
  w.chain.market = async (commitment) => ({ ...(await market(commitment)), nextSequence: sequence(0) });
  const row = await displaced(w, newRow(1, trades(1, 3)));
  assert.equal(stateOf(row), 'sent');
  assert.deepEqual([...w.journal.rows.values()], [row]);
});

test('a refused trade is voided before anything is sent, and the rest settles', async () => {
  const w = world();
  w.chain.refusedTrades.set(2n, 'InsufficientQuote');
  const row = await lands(w);
  assert.deepEqual(
    decodeBatch(w.chain.settled[0] ?? assert.fail()).trades.map((trade) => trade.quantity),
    [5n, 0n, 5n],
  );
  assert.equal(row.attempts.length, 1);
  assert.deepEqual(
    w.rejected.map(({ tradeId: id, code, trade }) => [id, code, trade?.quantity]),
    [[2n, 'InsufficientQuote', 5n]],
  );
  assert.deepEqual([...w.journal.rejections.keys()], [2n]);
});

test('every trade refused: a batch of voids spends their ids', async () => {
  const w = world();
  for (const id of [1n, 2n, 3n]) w.chain.refusedTrades.set(id, 'SelfTrade');
  await lands(w);
  assert.equal(w.rejected.length, 3);
});

test('a trade refused while an attempt may land is voided only after that attempt is dead', async () => {
  const w = world();
  w.chain.onSend = (signature) => (signature === 'signature-1' ? 'drop' : 'land');
  const running = w.run();
  await w.clock.sleep(1_000, w.abort.signal);
  w.chain.refusedTrades.set(2n, 'EntryNotOpen');
  const row = await lands(w, running);
  assert.equal(row.attempts[0]?.outcome, 'expired');
  assert.equal(w.rejected.length, 1);
  assert.equal(decodeBatch(w.chain.settled[0] ?? assert.fail()).trades[1]?.quantity, 0n);
});

test('the attempt lands after all while a void is being considered: it counts', async () => {
  const w = world();
  w.chain.onSend = () => 'drop';
  const running = w.run();
  await w.clock.sleep(1_000, w.abort.signal);
  w.chain.refusedTrades.set(2n, 'EntryNotOpen');
  await w.clock.sleep(EXPIRY_MS, w.abort.signal);
  w.chain.refusedTrades.clear();
  w.chain.land('signature-1');
  w.chain.refusedTrades.set(2n, 'EntryNotOpen');
  await lands(w, running);
  assert.deepEqual(w.rejected, []);
});

test('a trade that fails only on-chain is voided once that failure is final', async () => {
  const w = world();
  w.chain.onSend = () => {
    w.chain.refusedTrades.set(3n, 'InsufficientBase');
    return 'land';
  };
  const row = await lands(w);
  assert.equal(row.attempts[0]?.outcome, 'failed');
  assert.deepEqual(
    w.rejected.map((one) => one.tradeId),
    [3n],
  );
});

test('a transaction that keeps failing although its simulation passes stops the lane', async () => {
  const w = world();
  w.chain.onSend = (signature) => {
    w.chain.refusing = 'BatchTooSmall';
    w.chain.land(signature);
    w.chain.refusing = undefined;
    return 'drop';
  };
  await rejects('ATTEMPTS_EXHAUSTED', w.run());
});

for (const name of ['Paused', 'VersionNotAllowed', 'NotActiveRelayer', 'BatchTooSmall']) {
  test(`${name} blocks the lane until it passes`, async () => {
    const w = world();
    w.chain.refusing = name;
    const running = w.run();
    await w.clock.sleep(20_000, w.abort.signal);
    assert.equal(w.blocked.at(-1)?.code, name);
    assert.deepEqual(w.chain.sent, []);
    w.chain.refusing = undefined;
    await lands(w, running);
  });
}

test('a simulation that fails outside the program blocks the lane', async () => {
  const w = world();
  w.chain.failing = 'InsufficientFundsForFee';
  const running = w.run();
  await w.clock.sleep(5_000, w.abort.signal);
  assert.deepEqual(w.blocked.at(-1)?.code, 'SIMULATION_FAILED');
  w.chain.failing = undefined;
  await lands(w, running);
});

for (const name of ['MalformedBatch', 'TradeGap', 'TreeFull', 'MarketMigrated']) {
  test(`${name} halts`, async () => {
    const w = world();
    w.chain.refusing = name;
    await rejects('PROGRAM_REFUSED', w.run(), new RegExp(name));
  });
}

test('a stop leaves a blocked batch that was never signed', async () => {
  const w = world();
  w.chain.refusing = 'Paused';
  const running = w.run();
  await w.clock.sleep(1_000, w.abort.signal);
  w.stopping.abort(new Error('stop'));
  await assert.rejects(running, /stop/);
});

test('a stop follows what is on the wire to its end', async () => {
  const w = world();
  w.chain.onSend = () => 'drop';
  const running = w.run();
  await w.clock.sleep(1_000, w.abort.signal);
  w.stopping.abort(new Error('stop'));
  w.chain.onSend = () => 'land';
  await lands(w, running);
});

test('an abort leaves at once, with the attempt in the row', async () => {
  const w = world();
  w.chain.onSend = () => 'drop';
  const running = w.run();
  await w.clock.sleep(1_000, w.abort.signal);
  w.abort.abort(new Error('now'));
  await assert.rejects(running, /now/);
  assert.equal([...w.journal.rows.values()][0]?.attempts.length, 1);
});
