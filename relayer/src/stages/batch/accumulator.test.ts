// Proves: batches close at the count, at the bytes or at the age, whichever comes first; no trade is lost, repeated or reordered;
// a batch below the minimum stays open.
// Does not prove: that a full payload fits a transaction; adapters/solana/transaction.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fakeClock } from '../../testing/clock.ts';
import type { PayloadSize } from './accumulator.ts';
import { createAccumulator } from './accumulator.ts';

const HEADER_BYTES = 13;
const sizeOf = (bytes: number): PayloadSize<number> => ({ bytes, plus: (size) => sizeOf(bytes + size) });
const format = { version: 1, empty: sizeOf(HEADER_BYTES), minTradeBytes: 1, as: (size: number) => size };
const limits = { maxTrades: 3, maxBytes: 113, maxAgeMs: 200 };
const make = (overrides: Partial<typeof limits> = {}) => {
  const clock = fakeClock();
  const accumulator = createAccumulator<number>({ ...limits, ...overrides }, () => format, clock);
  const takeDue = (least: number) => accumulator.takeDue(least)?.trades;
  return { clock, accumulator, takeDue, add: (size: number) => accumulator.add(size).map(({ trades }) => trades) };
};

test('closes with the trade that makes it full', () => {
  const { accumulator, add } = make();
  assert.deepEqual(add(10), []);
  assert.deepEqual(add(11), []);
  assert.deepEqual(add(12), [[10, 11, 12]]);
  assert.equal(accumulator.size, 0);
});

test('closes when the next trade does not fit its bytes', () => {
  const { accumulator, add } = make();
  add(60);
  assert.deepEqual(add(41), [[60]]);
  assert.equal(accumulator.size, 1);
});

test('closes at once when no trade fits any more', () => {
  const { add } = make();
  add(60);
  assert.deepEqual(add(40), [[60, 40]]);
});

test('one trade can close two batches', () => {
  const { add } = make();
  add(60);
  assert.deepEqual(add(100), [[60], [100]]);
});

test('closes by age from its first trade, not its last', () => {
  const { accumulator, add, clock, takeDue } = make();
  assert.equal(accumulator.dueInMs(), undefined);
  add(1);
  clock.advance(150);
  add(2);
  assert.equal(accumulator.dueInMs(), 50);
  assert.equal(takeDue(1), undefined);
  clock.advance(50);
  assert.equal(accumulator.dueInMs(), 0);
  assert.deepEqual(takeDue(1), [1, 2]);
  assert.equal(takeDue(1), undefined);
});

test('stays open below the minimum, however old', () => {
  const { add, clock, takeDue } = make();
  add(1);
  clock.advance(10_000);
  assert.equal(takeDue(2), undefined);
  add(2);
  assert.deepEqual(takeDue(2), [1, 2]);
});

test('the age starts anew with each batch', () => {
  const { add, clock } = make({ maxTrades: 1 });
  add(1);
  clock.advance(500);
  assert.deepEqual(add(2), [[2]]);
});

test('every trade comes out once and in order, and no batch breaks a limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      (sizes, maxTrades) => {
        const { add, clock, takeDue } = make({ maxTrades });
        const batches = sizes.flatMap((size) => add(size));
        clock.advance(limits.maxAgeMs);
        const rest = takeDue(1);
        const all = rest === undefined ? batches : [...batches, rest];
        assert.deepEqual(all.flat(), sizes);
        for (const batch of all) {
          assert.ok(batch.length >= 1 && batch.length <= maxTrades);
          assert.ok(HEADER_BYTES + batch.reduce((sum, size) => sum + size, 0) <= limits.maxBytes);
        }
      },
    ),
  );
});

test('a trade that the open batch cannot say closes it, and what begins is written as its first trade asks', () => {
  const odd = { ...format, version: 2 };
  const even = { ...format, as: (size: number) => (size % 2 === 0 ? size : undefined) };
  const accumulator = createAccumulator<number>(limits, (size) => (size % 2 === 0 ? even : odd), fakeClock());
  accumulator.add(2);
  assert.deepEqual(accumulator.add(3), [{ version: 1, trades: [2] }]);
  accumulator.add(4);
  assert.deepEqual(accumulator.add(6), [{ version: 2, trades: [3, 4, 6] }]);
});

test('a trade is measured and kept as the batch says it', () => {
  const halving = { ...format, as: (size: number) => size / 2 };
  const accumulator = createAccumulator<number>(limits, () => halving, fakeClock());
  accumulator.add(100);
  assert.deepEqual(accumulator.add(100), [{ version: 1, trades: [50, 50] }]);
});
