// Proves: rows that Redis forgot are written again as they were when the lane is claimed again, with what was noted about their trades, and
// are not when somebody else had the lane in between; what was dropped, replaced or retired is not brought back.
// Does not prove: how a claim tells whose the lane was (tests/relayer/lease.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequence, slot, tradeId } from '#client';
import { fakeJournal } from '../testing/ports.ts';
import { trades } from '../testing/trades.ts';
import type { OutboxRow } from './row.ts';
import { newRow, withAttempt, withLanding } from './row.ts';
import { createRowMemory } from './row-memory.ts';

const attempt = { signature: 's', bytes: Uint8Array.of(1), lastValidBlockHeight: 9, digest: 'd' };
const open = newRow(1, trades(5, 8));
const sent = withAttempt(newRow(1, trades(1, 4)), sequence(1), attempt);
const landed = withLanding(sent, sequence(1), { slot: slot(3), digest: 'd' });
const rejection = { tradeId: tradeId(2), code: 'C', reason: 'r', advice: 'a' };

/** A hold of the lane on a row store with these rows. */
function world(rows: readonly OutboxRow[] = []) {
  const memory = createRowMemory();
  const hold = (token: string, before: string | undefined, stored: readonly OutboxRow[]) => {
    const stores = fakeJournal(stored);
    memory.heldBy(token, before);
    return { stores, journal: memory.remembering(stores) };
  };
  return { hold, first: hold('one', undefined, rows) };
}

test('what was written and forgotten is written again, in order, with its dead letters', async () => {
  const { hold, first } = world();
  await first.journal.load();
  await first.journal.save(open);
  await first.journal.save(newRow(1, trades(1, 4)), [rejection]);
  await first.journal.save(sent);
  for (const before of [undefined, 'one']) {
    const again = hold('two', before, []);
    assert.deepEqual(await again.journal.load(), [sent, open]);
    assert.deepEqual([...again.stores.rows.values()], [open, sent]);
    assert.deepEqual([...again.stores.rejections.values()], [rejection]);
    hold('one', 'two', []);
  }
});

test('a row that Redis has in an older form is corrected; one it has as it was is left', async () => {
  const { hold, first } = world([open]);
  await first.journal.load();
  await first.journal.save(landed);
  const again = hold('two', 'one', [sent, open]);
  assert.deepEqual(await again.journal.load(), [landed, open]);
  assert.deepEqual(again.stores.saved, [landed]);
});

test('only the first look of a hold writes', async () => {
  const { first } = world();
  await first.journal.load();
  await first.journal.save(sent);
  first.stores.rows.clear();
  assert.deepEqual(await first.journal.load(), []);
});

test('nothing is written again after somebody else had the lane', async () => {
  const { hold, first } = world();
  await first.journal.load();
  await first.journal.save(sent);
  assert.deepEqual(await hold('two', 'another', []).journal.load(), []);
  assert.deepEqual(await hold('three', 'two', []).journal.load(), []);
});

test('a claim whose answer was lost and repeated counts as somebody else’s', async () => {
  const { hold, first } = world();
  await first.journal.load();
  await first.journal.save(sent);
  assert.deepEqual(await hold('two', 'two', []).journal.load(), []);
});

test('what is gone for good stays gone', async () => {
  const { hold, first } = world([sent, open]);
  await first.journal.load();
  await first.journal.drop([open], tradeId(0));
  await first.journal.adopt([landed], [sent]);
  assert.deepEqual(await hold('two', 'one', []).journal.load(), [landed]);
  const second = hold('three', 'two', [landed]);
  await second.journal.load();
  await second.journal.retire([landed]);
  assert.deepEqual(await hold('four', 'three', []).journal.load(), []);
});

test('a write that was refused is not remembered', async () => {
  const { hold, first } = world();
  await first.journal.load();
  first.stores.beforeWrite = () => {
    throw new Error('refused');
  };
  await assert.rejects(first.journal.save(sent), /refused/);
  assert.deepEqual(await hold('two', 'one', []).journal.load(), []);
});
