// Proves: each combination of status, height and lookup depth gives its verdict; an attempt dies only by finalised failure, or by
// finalised expiry that a node which looked far enough and deep enough does not know.
// Does not prove: that the questions are asked in the right order; watch.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequence, slot } from '#client';
import type { OutboxRow } from '../../domain/row.ts';
import { liveAttempts, newRow, withAttempt } from '../../domain/row.ts';
import type { SignatureStatus } from '../../ports.ts';
import { trades } from '../../testing/trades.ts';
import type { Observation } from './judge.ts';
import { judge } from './judge.ts';

const LAST_VALID = 500;
const signed = (...signatures: string[]): OutboxRow =>
  signatures.reduce(
    (row, signature, at) =>
      withAttempt(row, sequence(3), {
        signature,
        digest: 'aa',
        bytes: Uint8Array.of(1),
        lastValidBlockHeight: LAST_VALID + at * 100,
      }),
    newRow(1, trades(1, 3)),
  );
const status = (commitment: SignatureStatus['commitment'], error?: string): SignatureStatus => ({
  slot: slot(900),
  commitment,
  ...(error === undefined ? {} : { error }),
});
const seen = (statuses: Observation['statuses'], overrides: Partial<Observation> = {}): Observation => ({
  statuses,
  slot: slot(2_000),
  heights: { progress: 400, finalized: 370, finalizedSlot: slot(1_900) },
  searchedHistory: true,
  ...overrides,
});
const heights = (progress: number, finalized: number) => ({
  heights: { progress, finalized, finalizedSlot: slot(1_900) },
});
const verdict = (row: OutboxRow, observation: Observation) => judge(row, observation, 'confirmed').verdict;
const outcomes = (row: OutboxRow, observation: Observation) =>
  judge(row, observation, 'confirmed').row.attempts.map((attempt) => attempt.outcome);

test('unknown and young: pending', () => {
  assert.deepEqual(verdict(signed('a'), seen([null])), { kind: 'pending' });
  assert.deepEqual(verdict(signed('a'), seen([null], { heights: undefined })), { kind: 'pending' });
});

test('success counts from the lane’s commitment on', () => {
  assert.equal(verdict(signed('a'), seen([status('processed')])).kind, 'pending');
  assert.equal(verdict(signed('a'), seen([status('confirmed')])).kind, 'landed');
  assert.equal(verdict(signed('a'), seen([status('finalized')])).kind, 'landed');
});

test('the last valid block is still valid', () => {
  assert.equal(verdict(signed('a'), seen([null], heights(LAST_VALID, 450))).kind, 'pending');
  assert.deepEqual(verdict(signed('a'), seen([null], heights(LAST_VALID + 1, 450))), { kind: 'stale', why: 'expired' });
});

test('past its blocks at the lane’s commitment is not dead: the same payload only', () => {
  assert.deepEqual(outcomes(signed('a'), seen([null], heights(600, LAST_VALID))), ['live']);
});

test('past its blocks at finalised commitment and unknown: dead', () => {
  const dead = seen([null], heights(600, LAST_VALID + 1));
  assert.deepEqual(verdict(signed('a'), dead), { kind: 'dead' });
  assert.deepEqual(outcomes(signed('a'), dead), ['expired']);
});

test('a node that looked only into its recent cache, or is behind the finalised slot, proves no death', () => {
  const past = heights(600, LAST_VALID + 1);
  assert.deepEqual(outcomes(signed('a'), seen([null], { ...past, searchedHistory: false })), ['live']);
  assert.deepEqual(outcomes(signed('a'), seen([null], { ...past, slot: slot(1_899) })), ['live']);
  assert.deepEqual(outcomes(signed('a'), seen([null], { heights: undefined })), ['live']);
});

test('landed late: a status beats any height', () => {
  assert.equal(verdict(signed('a'), seen([status('confirmed')], heights(900, 800))).kind, 'landed');
  assert.equal(verdict(signed('a'), seen([status('processed')], heights(900, 800))).kind, 'pending');
});

test('a failure is stale at once and dead when final', () => {
  assert.deepEqual(verdict(signed('a'), seen([status('confirmed', 'x')])), { kind: 'stale', why: 'failed' });
  assert.deepEqual(outcomes(signed('a'), seen([status('confirmed', 'x')])), ['live']);
  assert.deepEqual(outcomes(signed('a'), seen([status('finalized', 'x')])), ['failed']);
  assert.deepEqual(verdict(signed('a'), seen([status('finalized', 'x')])), { kind: 'dead' });
});

test('of several attempts one success is enough, whichever it is', () => {
  const landed = verdict(signed('a', 'b'), seen([status('confirmed'), status('finalized', 'x')]));
  assert.equal(landed.kind, 'landed');
  assert.equal(landed.kind === 'landed' && landed.attempt.signature, 'a');
});

test('an earlier attempt that may land is waited for, whatever became of a later one', () => {
  assert.equal(verdict(signed('a', 'b'), seen([status('processed'), status('confirmed', 'x')])).kind, 'pending');
});

test('only the newest attempt makes a row stale', () => {
  assert.equal(verdict(signed('a', 'b'), seen([status('confirmed', 'x'), null])).kind, 'pending');
  assert.equal(verdict(signed('a', 'b'), seen([null, null], heights(550, 450))).kind, 'pending');
  assert.equal(verdict(signed('a', 'b'), seen([null, null], heights(650, 450))).kind, 'stale');
});

test('some dead attempts leave the row alive', () => {
  const half = seen([null, null], heights(550, LAST_VALID + 1));
  assert.deepEqual(outcomes(signed('a', 'b'), half), ['expired', 'live']);
  assert.equal(liveAttempts(judge(signed('a', 'b'), half, 'confirmed').row).length, 1);
  assert.equal(verdict(signed('a', 'b'), half).kind, 'pending');
});
