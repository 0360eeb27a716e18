// Proves: entries are read on from the last id, in order; age closes a batch on a quiet stream, also one that can't be read on; a
// stream is looked at when it gives nothing; a stop ends the loop and drops only what the next start reads again.
// Does not prove: what Redis answers (tests/relayer), and what a look leads to (repair.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import type { IntakeTrade } from '../../domain/trade.ts';
import type { StreamEntry } from '../../ports.ts';
import { fakeClock } from '../../testing/clock.ts';
import { trade } from '../../testing/trades.ts';
import type { ClosedBatch, PayloadSize } from '../batch/accumulator.ts';
import { createAccumulator } from '../batch/accumulator.ts';
import { runIntake } from './intake.ts';

const entry = (id: number): StreamEntry => ({ tradeId: tradeId(id), schema: '1', payload: undefined });

/** A stream that holds these ids and then stays quiet; stops the intake after `quietReads` empty reads. */
const sizeOf = (bytes: number): PayloadSize<IntakeTrade> => ({ bytes, plus: () => sizeOf(bytes + 33) });
const format = { version: 1, empty: sizeOf(13), minTradeBytes: 33, as: (item: IntakeTrade) => item };

function world(ids: readonly number[], options: { maxTrades?: number; minimum?: number; quietReads?: number } = {}) {
  const { maxTrades = 3, minimum = 1, quietReads = 2 } = options;
  const clock = fakeClock();
  const stop = new AbortController();
  const batches: number[][] = [];
  const asked: { after: number; waitMs: number }[] = [];
  let quiet = 0;
  const source = {
    async read(after: bigint, max: number, waitMs: number) {
      asked.push({ after: Number(after), waitMs });
      const found = ids.filter((id) => BigInt(id) > after).slice(0, max);
      if (found.length > 0) return found.map(entry);
      quiet += 1;
      if (quiet > quietReads) stop.abort();
      clock.advance(waitMs);
      return [];
    },
  };
  const limits = { maxTrades, maxBytes: 1_000, maxAgeMs: 200 };
  const looks: number[] = [];
  const repair = {
    done: () => void looks.push(-1),
    look: async (last: bigint) => void looks.push(Number(last)),
  };
  const deps = {
    source,
    repair,
    decode: ({ tradeId: id }: StreamEntry): IntakeTrade => ({ trade: trade(id) }),
    accumulator: createAccumulator<IntakeTrade>(limits, () => format, clock),
    minimumTrades: () => minimum,
    put: async ({ trades }: ClosedBatch<IntakeTrade>) => {
      batches.push(trades.map((item) => Number(item.trade.tradeId)));
    },
    onReceived: () => {},
    onDecoded: () => {},
    readCount: 2,
    upTo: () => undefined,
    clock,
  };
  return { batches, asked, looks, run: (after = 0) => runIntake(deps, tradeId(after), stop.signal) };
}

test('full batches close at once, the rest by age', async () => {
  const w = world([1, 2, 3, 4, 5]);
  await w.run();
  assert.deepEqual(w.batches, [
    [1, 2, 3],
    [4, 5],
  ]);
});

test('reading goes on after the last id', async () => {
  const w = world([8, 9, 10]);
  await w.run(7);
  assert.deepEqual(
    w.asked.slice(0, 3).map((one) => one.after),
    [7, 9, 10],
  );
});

test('an open batch shortens the wait to its remaining age', async () => {
  const w = world([1]);
  await w.run();
  assert.deepEqual(
    w.asked.map((one) => one.waitMs),
    [500, 200, 500, 500],
  );
});

test('a batch below the minimum stays open and is not lost sight of', async () => {
  const w = world([1, 2], { minimum: 3, quietReads: 4 });
  await w.run();
  assert.deepEqual(w.batches, []);
  assert.equal(w.asked.at(-1)?.waitMs, 100);
});

test('what gives nothing is looked at, after what was due', async () => {
  const w = world([1, 2, 3]);
  await w.run();
  assert.deepEqual(w.looks, [-1, -1, 3, 3]);
});
