// Proves: a start keeps every row that was signed, keeps unsigned ones only where they continue the chain's cursor, and resumes the
// stream exactly after what it kept.
// Does not prove: what becomes of the kept rows; stages/settle does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequence, slot, tradeId } from '#client';
import { refuses } from '../testing/refuses.ts';
import { trades } from '../testing/trades.ts';
import { planRecovery } from './recovery.ts';
import type { OutboxRow } from './row.ts';
import { firstTradeId, newRow, withAttempt, withLanding } from './row.ts';

const cursor = (nextSequence: number, lastTradeId: number) => ({
  nextSequence: sequence(nextSequence),
  lastTradeId: tradeId(lastTradeId),
});
const open = (first: number, last: number) => newRow(1, trades(first, last));
const sent = (first: number, last: number, seq: number) =>
  withAttempt(open(first, last), sequence(seq), {
    signature: `s${first}`,
    digest: 'aa',
    bytes: Uint8Array.of(1),
    lastValidBlockHeight: 1,
  });
const landed = (first: number, last: number, seq: number) =>
  withLanding(sent(first, last, seq), sequence(seq), { slot: slot(1), digest: 'aa' });
const firsts = (rows: readonly OutboxRow[]) => rows.map((row) => Number(firstTradeId(row)));

function plan(rows: readonly OutboxRow[], nextSequence: number, last: number, hopeless?: (row: OutboxRow) => boolean) {
  const { keep, drop, resumeAfter } = planRecovery(rows, cursor(nextSequence, last), hopeless);
  return { keep: firsts(keep), drop: firsts(drop), resumeAfter: Number(resumeAfter) };
}

test('without rows the stream is read from the cursor', () => {
  assert.deepEqual(plan([], 4, 30), { keep: [], drop: [], resumeAfter: 30 });
});

test('rows that continue the cursor are kept', () => {
  assert.deepEqual(plan([open(31, 40), open(41, 45)], 4, 30), { keep: [31, 41], drop: [], resumeAfter: 45 });
});

test('landed rows stay until they are final', () => {
  assert.deepEqual(plan([landed(21, 30, 3), open(31, 40)], 4, 30), { keep: [21, 31], drop: [], resumeAfter: 40 });
});

test('a signed row is kept whether the chain has it or not', () => {
  assert.deepEqual(plan([sent(31, 40, 4), open(41, 50)], 4, 30), { keep: [31, 41], drop: [], resumeAfter: 50 });
  assert.deepEqual(plan([sent(31, 40, 4), open(41, 50)], 5, 40), { keep: [31, 41], drop: [], resumeAfter: 50 });
});

test('a landed row the chain lost again is kept, and what follows it', () => {
  assert.deepEqual(plan([landed(21, 30, 3), open(31, 40)], 3, 20), { keep: [21, 31], drop: [], resumeAfter: 40 });
});

test('unsigned rows that no longer continue the cursor come from the stream again', () => {
  assert.deepEqual(plan([open(21, 30), open(31, 40)], 4, 30), { keep: [], drop: [21, 31], resumeAfter: 30 });
  assert.deepEqual(plan([open(25, 34), open(35, 40)], 4, 30), { keep: [], drop: [25, 35], resumeAfter: 30 });
  assert.deepEqual(plan([open(31, 40), open(42, 50)], 4, 30), { keep: [31], drop: [42], resumeAfter: 40 });
});

test('a signed row that can never land is dropped, and what follows it', () => {
  const hopeless = (row: OutboxRow) => firstTradeId(row) === 31n;
  const rows = [landed(21, 30, 3), sent(31, 40, 4), open(41, 50)];
  assert.deepEqual(plan(rows, 5, 36, hopeless), { keep: [21], drop: [31, 41], resumeAfter: 36 });
});

test('a signed row after an unsigned one that is still due is refused', () => {
  refuses('INVARIANT_BROKEN', () => plan([open(32, 40), sent(41, 50, 5)], 4, 30));
});
