// Proves: an outbox row never holds two payloads, sequences or equal signatures that may both land; its trades change only when
// every attempt is dead; dead attempts are bounded, live ones never dropped.
// Does not prove: when an attempt counts as dead; stages/confirm does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sequence, slot, tradeId } from '#client';
import { refuses } from '../testing/refuses.ts';
import { trades } from '../testing/trades.ts';
import type { OutboxRow } from './row.ts';
import {
  batchKeyOf,
  firstTradeId,
  lastTradeId,
  liveAttempts,
  newRow,
  stateOf,
  withAttempt,
  withDeadAttempt,
  withLanding,
  withoutLanding,
  withVoid,
} from './row.ts';

const seven = sequence(7);
const attempt = (signature: string, digest = 'aa') => ({
  signature,
  digest,
  bytes: Uint8Array.of(1),
  lastValidBlockHeight: 100,
});
const fresh = () => newRow(1, trades(5, 9));
const sent = () => withAttempt(fresh(), seven, attempt('one'));

test('a row is named by its first trade, in text order', () => {
  assert.equal(firstTradeId(fresh()), 5n);
  assert.equal(lastTradeId(fresh()), 9n);
  assert.ok(batchKeyOf(tradeId(9)) < batchKeyOf(tradeId(10)));
  assert.ok(batchKeyOf(tradeId(2n ** 63n)) < batchKeyOf(tradeId(2n ** 64n - 1n)));
});

test('a row without trades is refused', () => {
  refuses('INVARIANT_BROKEN', () => newRow(1, []));
});

test('open, sent, landed and sent again after a fork', () => {
  assert.equal(stateOf(fresh()), 'open');
  assert.equal(stateOf(sent()), 'sent');
  const landed = withLanding(sent(), seven, { slot: slot(3), digest: 'aa' });
  assert.equal(stateOf(landed), 'landed');
  assert.equal(stateOf(withoutLanding(landed)), 'sent');
});

test('the same payload may be signed again', () => {
  const again = withAttempt(sent(), seven, attempt('two'));
  assert.deepEqual(
    liveAttempts(again).map((one) => one.signature),
    ['one', 'two'],
  );
});

test('another payload, sequence or the same signature is refused while an attempt may land', () => {
  refuses('INVARIANT_BROKEN', () => withAttempt(sent(), seven, attempt('two', 'bb')));
  refuses('INVARIANT_BROKEN', () => withAttempt(sent(), sequence(8), attempt('two')));
  refuses('INVARIANT_BROKEN', () => withAttempt(sent(), seven, attempt('one')));
});

test('a landed row is not signed again', () => {
  const landed = withLanding(sent(), seven, { slot: slot(3), digest: 'aa' });
  refuses('INVARIANT_BROKEN', () => withAttempt(landed, seven, attempt('two')));
});

test('a trade becomes a void only when no attempt may land', () => {
  assert.deepEqual(
    withVoid(fresh(), 2).trades.map((one) => one.quantity),
    [5n, 5n, 0n, 5n, 5n],
  );
  refuses('INVARIANT_BROKEN', () => withVoid(sent(), 2));
  refuses('INVARIANT_BROKEN', () => withVoid(fresh(), 5));
  const dead = withDeadAttempt(sent(), 'one', 'expired');
  assert.equal(withVoid(dead, 0).trades[0]?.quantity, 0n);
  assert.equal(withAttempt(withVoid(dead, 0), sequence(8), attempt('two', 'bb')).sequence, 8n);
});

test('dead attempts are bounded, live ones are all kept', () => {
  let row = fresh();
  for (let at = 0; at < 40; at += 1) {
    row = withAttempt(row, seven, attempt(`dead-${at}`));
    row = withDeadAttempt(row, `dead-${at}`, 'failed');
  }
  for (let at = 0; at < 20; at += 1) row = withAttempt(row, seven, attempt(`live-${at}`));
  assert.equal(liveAttempts(row).length, 20);
  assert.ok(row.attempts.length < 30);
});

test('whatever is done in whatever order, what may land agrees on one payload and one sequence', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('sign'),
      at: fc.nat(20),
      digest: fc.constantFrom('aa', 'bb'),
      seq: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constant('die'), at: fc.nat(20) }),
    fc.record({ kind: fc.constant('void'), at: fc.nat(6) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let row: OutboxRow = fresh();
      for (const one of steps) {
        try {
          if ('digest' in one) row = withAttempt(row, sequence(one.seq), attempt(`s${one.at}`, one.digest));
          else if (one.kind === 'die') row = withDeadAttempt(row, `s${one.at}`, 'expired');
          else row = withVoid(row, one.at);
        } catch {
          // A refused step leaves the row as it was.
        }
        assert.ok(new Set(liveAttempts(row).map((live) => live.digest)).size <= 1);
        assert.equal(row.trades.length, 5);
      }
    }),
  );
});
