// Proves: batches close at the count, at the bytes or at the age, whichever comes first; no trade is lost, repeated or reordered;
// a batch below the minimum stays open.
// Does not prove: that a full payload fits a transaction; adapters/solana/transaction.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fakeClock } from '../../testing/clock.ts';
import { createAccumulator } from './accumulator.ts';

const payload = { headerBytes: 13, minTradeBytes: 1, sizeOf: (size: number) => size };
const limits = { maxTrades: 3, maxBytes: 113, maxAgeMs: 200 };
const make = (overrides: Partial<typeof limits> = {}) => {
  const clock = fakeClock();
  return { clock, accumulator: createAccumulator({ ...limits, ...overrides }, payload, clock) };
};

test('closes with the trade that makes it full', () => {
  const { accumulator } = make();
  assert.deepEqual(accumulator.add(10), []);
  assert.deepEqual(accumulator.add(11), []);
  assert.deepEqual(accumulator.add(12), [[10, 11, 12]]);
  assert.equal(accumulator.size, 0);
});

test('closes when the next trade does not fit its bytes', () => {
  const { accumulator } = make();
  accumulator.add(60);
  assert.deepEqual(accumulator.add(41), [[60]]);
  assert.equal(accumulator.size, 1);
});

test('closes at once when no trade fits any more', () => {
  const { accumulator } = make();
  accumulator.add(60);
  assert.deepEqual(accumulator.add(40), [[60, 40]]);
});

test('one trade can close two batches', () => {
  const { accumulator } = make();
  accumulator.add(60);
  assert.deepEqual(accumulator.add(100), [[60], [100]]);
});

test('closes by age from its first trade, not its last', () => {
  const { accumulator, clock } = make();
  assert.equal(accumulator.dueInMs(), undefined);
  accumulator.add(1);
  clock.advance(150);
  accumulator.add(2);
  assert.equal(accumulator.dueInMs(), 50);
  assert.equal(accumulator.takeDue(1), undefined);
  clock.advance(50);
  assert.equal(accumulator.dueInMs(), 0);
  assert.deepEqual(accumulator.takeDue(1), [1, 2]);
  assert.equal(accumulator.takeDue(1), undefined);
});

test('stays open below the minimum, however old', () => {
  const { accumulator, clock } = make();
  accumulator.add(1);
  clock.advance(10_000);
  assert.equal(accumulator.takeDue(2), undefined);
  accumulator.add(2);
  assert.deepEqual(accumulator.takeDue(2), [1, 2]);
});

test('the age starts anew with each batch', () => {
  const { accumulator, clock } = make({ maxTrades: 1 });
  accumulator.add(1);
  clock.advance(500);
  assert.deepEqual(accumulator.add(2), [[2]]);
});

test('every trade comes out once and in order, and no batch breaks a limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      (sizes, maxTrades) => {
        const { accumulator, clock } = make({ maxTrades });
        const batches = sizes.flatMap((size) => accumulator.add(size));
        clock.advance(limits.maxAgeMs);
        const rest = accumulator.takeDue(1);
        const all = rest === undefined ? batches : [...batches, rest];
        assert.deepEqual(all.flat(), sizes);
        for (const batch of all) {
          assert.ok(batch.length >= 1 && batch.length <= maxTrades);
          assert.ok(payload.headerBytes + batch.reduce((sum, size) => sum + size, 0) <= limits.maxBytes);
        }
      },
    ),
  );
});
