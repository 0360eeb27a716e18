// Proves: each trade range is counted once and in order; a rewind reopens exactly what landed beyond the chain's cursor; finality
// retires what is final, notes what a V2 batch passed over, notices what was lost, and has a foreign payload looked at.
// Does not prove: that a reopened batch settles again; pipeline.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequence, slot, tradeId } from '#client';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import { newRow, stateOf, withAttempt, withLanding } from '../../domain/row.ts';
import type { RejectedTrade } from '../../domain/trade.ts';
import { LaneRestart } from '../../errors.ts';
import { FINALIZED_AFTER_SLOTS, fakeChain, SLOT_MS } from '../../testing/chain.ts';
import { fakeClock } from '../../testing/clock.ts';
import { createMemoryMetrics } from '../../testing/metrics.ts';
import { fakeJournal, silent } from '../../testing/ports.ts';
import { refuses } from '../../testing/refuses.ts';
import { trades } from '../../testing/trades.ts';
import type { Adoption } from '../confirm/adopt.ts';
import { encodePayload } from '../encode/codec.ts';
import { checkOnce, followFinality } from './finality.ts';
import { createLedger } from './ledger.ts';

const cursor = (nextSequence: number, lastTradeId: number) => ({
  nextSequence: sequence(nextSequence),
  lastTradeId: tradeId(lastTradeId),
});
const landed = (first: number, last: number, seq: number): OutboxRow => {
  const row = newRow(1, trades(first, last));
  const { digest } = encodePayload(row, sequence(seq));
  const bytes = Uint8Array.of(1);
  const sent = withAttempt(row, sequence(seq), { signature: `s${seq}`, digest, bytes, lastValidBlockHeight: 1 });
  return withLanding(sent, sequence(seq), { slot: slot(1), digest });
};
const all = (row: OutboxRow): BatchKey => row.key;

test('batches land one after the other, each once', () => {
  const ledger = createLedger(cursor(1, 0), [], fakeJournal());
  ledger.add(newRow(1, trades(1, 3)));
  ledger.land(landed(1, 3, 1));
  const after = { ...cursor(2, 3), lastDigest: landed(1, 3, 1).landing?.digest };
  assert.deepEqual(ledger.cursor, after);
  assert.deepEqual(ledger.open, []);
  ledger.land(landed(1, 3, 1));
  assert.deepEqual(ledger.cursor, after, 'counted once');
});

test('a range that is not exactly the next one is refused', () => {
  for (const row of [landed(2, 3, 1), landed(1, 3, 2), landed(4, 6, 1)]) {
    const ledger = createLedger(cursor(1, 0), [], fakeJournal());
    refuses('INVARIANT_BROKEN', () => ledger.land(row));
  }
  refuses('INVARIANT_BROKEN', () => createLedger(cursor(2, 3), [], fakeJournal()).land(landed(2, 5, 1)));
});

test('a row found settled at start is within the cursor', () => {
  const ledger = createLedger(cursor(2, 3), [newRow(1, trades(1, 3))], fakeJournal());
  ledger.land(landed(1, 3, 1));
  assert.deepEqual(ledger.cursor, cursor(2, 3));
});

test('the oldest open batch comes first, up to the one pointed at', () => {
  const [one, two] = [newRow(1, trades(1, 3)), newRow(1, trades(4, 6))];
  const ledger = createLedger(cursor(1, 0), [two, one], fakeJournal());
  assert.equal(ledger.next(all(two))?.key, one.key);
  ledger.land(landed(1, 3, 1));
  assert.equal(ledger.next(all(one)), undefined);
  assert.equal(ledger.next(all(two))?.key, two.key);
  assert.ok(ledger.has(one.key));
});

test('a rewind reopens what landed beyond the cursor, in the journal too', async () => {
  const rows = [landed(1, 3, 1), landed(4, 6, 2), landed(7, 9, 3)];
  const journal = fakeJournal(rows);
  const ledger = createLedger(cursor(4, 9), rows, journal);
  const lost = await ledger.rewind(cursor(2, 3));
  assert.deepEqual(
    lost.map((row) => row.sequence),
    [2n, 3n],
  );
  assert.deepEqual(ledger.cursor, { ...cursor(2, 3), lastDigest: undefined });
  assert.deepEqual(ledger.open.map(stateOf), ['sent', 'sent']);
  assert.equal([...journal.rows.values()].filter((row) => stateOf(row) === 'sent').length, 2);
});

function watched(rows: readonly OutboxRow[]) {
  const clock = fakeClock();
  const chain = fakeChain(clock);
  const journal = fakeJournal(rows);
  const ledger = createLedger(cursor(1, 0), rows, journal);
  const finalized: bigint[] = [];
  const lost: BatchKey[] = [];
  const rejections: RejectedTrade[] = [];
  const adopted: (bigint | undefined)[] = [];
  const deps = {
    ...{ clock, chain, journal, ledger, metrics: createMemoryMetrics(), logger: silent },
    commitment: 'confirmed' as const,
    pollMs: 1_000,
    adopt: async (_row: OutboxRow, from: bigint | undefined): Promise<Adoption> => {
      adopted.push(from);
      return { kind: adopted.length > 1 ? 'adopted' : 'moved' };
    },
    onFinalized: (_: readonly OutboxRow[], last: bigint) => finalized.push(last),
    onRejected: (rejected: RejectedTrade) => rejections.push(rejected),
    onKnown: () => {},
    onLost: async (key: BatchKey) => void lost.push(key),
  };
  return { clock, chain, journal, ledger, finalized, lost, rejections, adopted, deps };
}

test('landed batches stay until they are final, then they go to the settled log', async () => {
  const w = watched([landed(1, 3, 1)]);
  w.chain.settleForeign(encodePayload(newRow(1, trades(1, 3)), sequence(1)).data);
  w.clock.advance(5 * SLOT_MS);
  await checkOnce(w.deps);
  assert.equal(w.journal.rows.size, 1);
  w.clock.advance(FINALIZED_AFTER_SLOTS * SLOT_MS);
  await checkOnce(w.deps);
  assert.equal(w.journal.rows.size, 0);
  assert.equal(w.journal.retired.length, 1);
  assert.deepEqual(w.ledger.landed, []);
  assert.deepEqual(w.finalized, [3n]);
  assert.deepEqual(w.lost, []);
});

test('batches a fork took back are reported', async () => {
  const w = watched([landed(1, 3, 1), landed(4, 6, 2)]);
  await checkOnce(w.deps);
  assert.deepEqual(w.lost, [landed(4, 6, 2).key], 'the newest: its pointer covers the older ones');
});

test('another payload that became final: nothing is retired, and once it is in the rows the lane starts again', async () => {
  const w = watched([landed(1, 3, 1)]);
  w.chain.settleForeign(encodePayload(newRow(1, trades(1, 2)), sequence(1)).data);
  w.clock.advance((FINALIZED_AFTER_SLOTS + 1) * SLOT_MS);
  await checkOnce(w.deps);
  assert.equal(w.journal.rows.size, 1);
  await assert.rejects(checkOnce(w.deps), LaneRestart);
  assert.deepEqual(w.adopted, [1n, 1n]);
  assert.deepEqual(w.journal.retired, []);
});

test('a silent node changes nothing', async () => {
  const w = watched([landed(1, 3, 1)]);
  w.chain.silent.add('market');
  const stop = new AbortController();
  const following = followFinality(w.deps, stop.signal);
  await w.clock.sleep(10_000, stop.signal);
  stop.abort(new Error('stop'));
  await assert.rejects(following, /stop/);
  assert.equal(w.journal.rows.size, 1);
  assert.deepEqual(w.lost, []);
});

test('a final V2 batch stays until its results are told; what was passed over is a letter then, and nothing is sent again', async () => {
  const row = newRow(2, trades(1, 3));
  const { data, digest } = encodePayload(row, sequence(1));
  const w = watched([withLanding(row, sequence(1), { slot: slot(1), digest })]);
  w.chain.rulesNow = { ...w.chain.rulesNow, allowedVersions: [2] };
  w.chain.refusedTrades.set(2n, 'InsufficientBase');
  w.chain.settleForeign(data);
  w.clock.advance((FINALIZED_AFTER_SLOTS + 1) * SLOT_MS);
  w.chain.forgetful = true;
  await checkOnce(w.deps);
  assert.deepEqual([w.journal.retired.length, w.rejections.length], [0, 0]);
  w.chain.forgetful = false;
  await checkOnce(w.deps);
  assert.equal(w.journal.retired.length, 1);
  assert.deepEqual(
    w.rejections.map(({ tradeId: id, code, trade: sent }) => [id, code, sent?.quantity]),
    [[2n, 'InsufficientBase', 5n]],
  );
  assert.deepEqual([...w.journal.rejections.keys()], [2n]);
  assert.match(w.rejections[0]?.advice ?? '', /\w/);
});
