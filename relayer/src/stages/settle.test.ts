// Proves: one batch against a cluster that loses, delays, expires, fails, repeats and forgets: it lands exactly once or stops with a
// code, what is signed is written down before it is sent, and another payload is signed only after every earlier one is dead.
// Does not prove: several batches in a row (pipeline.test.ts), or that a real node answers like this one (tests/relayer).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBatch, sequence, slot, tradeId } from '#client';
import { createBackoff } from '../domain/backoff.ts';
import type { Blocked } from '../domain/blocked.ts';
import { cuttingOf } from '../domain/control.ts';
import type { OutboxRow } from '../domain/row.ts';
import { newRow, stateOf, withAttempt } from '../domain/row.ts';
import type { RejectedTrade } from '../domain/trade.ts';
import { digestOf, fakeChain, SLOT_MS } from '../testing/chain.ts';
import { fakeClock } from '../testing/clock.ts';
import { createMemoryMetrics } from '../testing/metrics.ts';
import { fakeJournal, silent } from '../testing/ports.ts';
import { rejects } from '../testing/refuses.ts';
import { trades } from '../testing/trades.ts';
import type { Adoption } from './confirm/adopt.ts';
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
  const adoptions: (bigint | undefined)[] = [];
  let adoption: Adoption = { kind: 'adopted' };
  const blocked: (Blocked | undefined)[] = [];
  const stopping = new AbortController();
  const abort = new AbortController();
  const deps = {
    ...{ clock, chain, journal, metrics, timing, logger: silent },
    backoff: createBackoff(clock, { minMs: 100, maxMs: 2_000 }),
    adopt: async (_row: OutboxRow, from: bigint | undefined) => {
      adoptions.push(from);
      return adoption;
    },
    allowedVersions: () => chain.rulesNow.allowedVersions,
    cutting: () => cuttingOf(chain.rulesNow.allowedVersions, undefined),
    requireActive: () => {},
    seeToRest: async () => {},
    limits: { maxTrades: 100, maxBytes: chain.payloadCapacity, maxAgeMs: 0 },
    onRejected: (trade: RejectedTrade) => rejected.push(trade),
    onSigned: () => {},
    heldAbove: () => undefined,
    onBlocked: (cause: Blocked | undefined) => blocked.push(cause),
  };
  const run = (row: OutboxRow = newRow(1, trades(1, 3)), cursor = start) =>
    settle(row, cursor, deps, { stopping: stopping.signal, abort: abort.signal });
  const payload = (row: OutboxRow = newRow(1, trades(1, 3))) => encodePayload(row, sequence(1));
  const answerAdoption = (answer: Adoption) => {
    adoption = answer;
  };
  return {
    clock,
    chain,
    journal,
    metrics,
    rejected,
    adoptions,
    answerAdoption,
    blocked,
    stopping,
    abort,
    run,
    payload,
  };
}
type World = ReturnType<typeof world>;

async function lands(w: World, run = w.run()): Promise<OutboxRow> {
  const settled = await run;
  assert.equal(settled.kind, 'landed', JSON.stringify(w.blocked.at(-1)));
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

test('a node that lies about a landing: not counted, shown, and what really lands later is', async () => {
  const w = world();
  w.chain.onSend = () => 'drop';
  const { statuses } = w.chain;
  w.chain.statuses = async (signatures, history) => {
    const truth = await statuses(signatures, history);
    const landed = { slot: truth.slot, commitment: 'finalized' as const };
    return { ...truth, statuses: signatures.map((_, at) => truth.statuses[at] ?? landed) };
  };
  const running = w.run();
  await w.clock.sleep(10 * SLOT_MS, w.abort.signal);
  assert.equal(w.blocked.at(-1)?.code, 'LANDING_UNPROVEN');
  await w.clock.sleep(EXPIRY_MS, w.abort.signal);
  w.chain.onSend = () => 'land';
  const row = await lands(w, running);
  assert.ok(
    row.attempts.every((attempt) => attempt.outcome === 'live'),
    'a lie is no proof of death',
  );
  assert.equal(w.blocked.at(-1), undefined);
});

test('a node that lies about a failure: the same payload again, settled once', async () => {
  const w = world();
  w.chain.onSend = () => (w.chain.sent.length > 3 ? 'land' : 'drop');
  const { statuses } = w.chain;
  w.chain.statuses = async (signatures, history) => {
    const truth = await statuses(signatures, history);
    const failed = { slot: truth.slot, commitment: 'confirmed' as const, error: 'x' };
    return { ...truth, statuses: signatures.map((_, at) => truth.statuses[at] ?? failed) };
  };
  const row = await lands(w);
  assert.equal(new Set(row.attempts.map((attempt) => attempt.digest)).size, 1);
});

test('a market read from a node that is a little behind is only waited for', async () => {
  const w = world();
  const { market } = w.chain;
  let late = 3;
  w.chain.market = async (commitment) => {
    const view = await market(commitment);
    late -= 1;
    return late < 0 ? view : { ...view, slot: slot(1), nextSequence: sequence(1) };
  };
  await lands(w);
  assert.ok(!w.blocked.some((cause) => cause?.code === 'LANDING_UNPROVEN'));
});

test('a status of ours where the market has another payload: what was settled is looked up', async () => {
  const w = world();
  w.chain.onSend = (signature) => {
    if (w.chain.settled.length === 0) w.chain.settleForeign(encodePayload(newRow(1, trades(1, 2)), sequence(1)).data);
    w.chain.hidden.add(signature);
    return 'drop';
  };
  w.chain.statuses = async (signatures) => ({
    slot: slot(w.chain.slotNow()),
    statuses: signatures.map(() => ({ slot: slot(w.chain.slotNow()), commitment: 'confirmed' as const })),
  });
  assert.deepEqual(await w.run(), { kind: 'adopted' });
  assert.deepEqual(w.adoptions, [1n]);
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

test('what a node swallows is named after a blockhash life, and until it lands', async () => {
  const w = world();
  w.chain.onSend = () => 'drop';
  const running = w.run();
  await w.clock.sleep(30_000, w.abort.signal);
  assert.equal(w.blocked.at(-1), undefined);
  await w.clock.sleep(3 * EXPIRY_MS, w.abort.signal);
  const { code, reason } = w.blocked.at(-1) ?? assert.fail();
  assert.equal(code, 'NOT_LANDING');
  assert.match(
    reason,
    /^no transaction has landed in 2\d\d s: [34] signatures of batch \d{20}, the newest signature-[34]$/,
  );
  w.chain.onSend = () => 'land';
  await lands(w, running);
  assert.equal(w.blocked.at(-1), undefined);
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

test('SequenceSettled with another digest: what was settled is adopted or halts, and nothing is sent', async () => {
  const w = world();
  w.chain.settleForeign(encodePayload(newRow(1, trades(1, 2)), sequence(1)).data);
  w.clock.advance(SLOT_MS);
  assert.deepEqual(await w.run(), { kind: 'adopted' });
  assert.deepEqual(w.adoptions, [1n]);
  assert.deepEqual(w.chain.sent, []);
});

test('while it is not known what was settled, the lane is blocked', async () => {
  const w = world();
  w.chain.settleForeign(encodePayload(newRow(1, trades(1, 2)), sequence(1)).data);
  w.clock.advance(SLOT_MS);
  w.answerAdoption({ kind: 'blocked', code: 'SETTLEMENT_UNKNOWN', reason: 'not found' });
  const running = w.run();
  await w.clock.sleep(10_000, w.abort.signal);
  assert.equal(w.blocked.at(-1)?.code, 'SETTLEMENT_UNKNOWN');
  w.answerAdoption({ kind: 'moved' });
  assert.equal((await running).kind, 'displaced');
});

test('SequenceSettled with our digest is success', async () => {
  const w = world();
  w.chain.settleForeign(w.payload().data);
  w.clock.advance(SLOT_MS);
  await lands(w);
  assert.deepEqual(w.chain.sent, []);
});

test('settled by a digest the market has forgotten, and no transaction of ours succeeded: not claimed', async () => {
  const w = world();
  w.chain.settleForeign(w.payload().data);
  w.clock.advance(SLOT_MS);
  const { market } = w.chain;
  w.chain.market = async (commitment) => ({ ...(await market(commitment)), digestOf: () => undefined });
  assert.deepEqual(await w.run(), { kind: 'adopted' });
  assert.deepEqual(w.adoptions, [1n]);
});

test('trades that are on-chain already as part of another batch are looked up by their ids', async () => {
  const w = world();
  const cursor = { nextSequence: sequence(2), lastTradeId: tradeId(3) };
  assert.deepEqual(await w.run(newRow(1, trades(1, 3)), cursor), { kind: 'adopted' });
  assert.deepEqual(w.adoptions, [undefined]);
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
  return settled.kind === 'displaced' ? settled.row : assert.fail(settled.kind);
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

test('a refusal that endpoints dispute voids nothing until they agree', async () => {
  const w = world();
  w.chain.refusedTrades.set(2n, 'InsufficientQuote');
  const { simulateOnAll } = w.chain;
  w.chain.simulateOnAll = async (payload) => [
    ...(await simulateOnAll(payload)),
    { node: 'http://other', simulation: { kind: 'accepted', computeUnits: 1 } },
  ];
  const running = w.run();
  await w.clock.sleep(5_000, w.abort.signal);
  const { code, reason } = w.blocked.at(-1) ?? assert.fail();
  assert.equal(code, 'SIMULATION_DISPUTED');
  assert.match(reason, /InsufficientQuote of trade 2 at 1; nothing was voided\. .*http:\/\/other: accepted$/);
  assert.deepEqual([w.rejected, w.journal.saved, w.chain.sent], [[], [], []]);
  w.chain.refusedTrades.clear();
  await lands(w, running);
  assert.deepEqual(w.rejected, []);
});

test('a refusal that endpoints name differently is disputed', async () => {
  const w = world();
  w.chain.refusedTrades.set(2n, 'InsufficientQuote');
  const { simulate } = w.chain;
  w.chain.simulateOnAll = async (payload) => {
    const one = await simulate(payload);
    if (one.kind !== 'refused') return assert.fail();
    const other = { ...one.refusal, trade: { index: 0, tradeId: tradeId(1), result: 7 } };
    return [one, { kind: 'refused' as const, refusal: other }].map((simulation) => ({ node: 'n', simulation }));
  };
  const running = w.run();
  await w.clock.sleep(1_000, w.abort.signal);
  assert.equal(w.blocked.at(-1)?.code, 'SIMULATION_DISPUTED');
  w.stopping.abort(new Error('over'));
  await assert.rejects(running, /over/);
  assert.deepEqual(w.rejected, []);
});

for (const why of ['void', 'halt'] as const) {
  test(`of several endpoints one alone is not enough for a ${why}`, async () => {
    const w = world();
    if (why === 'void') w.chain.refusedTrades.set(2n, 'InsufficientQuote');
    else w.chain.refusing = 'TradeGap';
    const { simulateOnAll } = w.chain;
    w.chain.simulateOnAll = async (payload) => [...(await simulateOnAll(payload)), undefined];
    const running = w.run();
    await w.clock.sleep(5_000, w.abort.signal);
    assert.equal(w.blocked.at(-1)?.code, 'RPC_UNAVAILABLE');
    assert.deepEqual(w.rejected, []);
    w.chain.simulateOnAll = async (payload) => [...(await simulateOnAll(payload)), ...(await simulateOnAll(payload))];
    if (why === 'void') await lands(w, running);
    else await rejects('PROGRAM_REFUSED', running, /TradeGap/);
    assert.equal(w.rejected.length, why === 'void' ? 1 : 0);
  });
}

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
