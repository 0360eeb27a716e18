// Proves: events are read from our program's own log lines only, in order, through inner calls and truncation.
// Does not prove: the content of each event; tests/program asserts those the program emits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { parseEvents } from './events.ts';
import { eventLine, patternedEvent } from './testing/events.ts';

const ours = Keypair.generate().publicKey;
const other = Keypair.generate().publicKey;
const heartbeat = eventLine(patternedEvent('HeartbeatLanded'));
const settled = eventLine(patternedEvent('BatchSettled'));

const invoke = (key = ours, depth = 1): string => `Program ${key.toBase58()} invoke [${depth}]`;
const success = (key = ours): string => `Program ${key.toBase58()} success`;
const names = (logs: readonly string[]): string[] => parseEvents(logs, ours).map((event) => event.name);

test('events come in order, with u64 as bigint and names in camelCase', () => {
  const logs = [invoke(), heartbeat, 'Program log: between', settled, success()];
  assert.deepEqual(names(logs), ['HeartbeatLanded', 'BatchSettled']);
  const [event] = parseEvents(logs, ours);
  assert.equal(typeof event?.data.nonce, 'bigint');
  assert.ok(event?.data.rootBefore instanceof Uint8Array);
});

test("another program's lines are not ours, whoever calls whom", () => {
  assert.deepEqual(names([invoke(other), heartbeat, success(other)]), []);
  assert.deepEqual(names([invoke(), invoke(other, 2), heartbeat, success(other), settled, success()]), [
    'BatchSettled',
  ]);
  assert.deepEqual(names([invoke(other), invoke(ours, 2), heartbeat, success(), settled, success(other)]), [
    'HeartbeatLanded',
  ]);
});

test('a failed inner call gives the floor back', () => {
  const failed = `Program ${other.toBase58()} failed: custom program error: 0x1`;
  assert.deepEqual(names([invoke(), invoke(other, 2), failed, settled]), ['BatchSettled']);
});

test('truncated logs give the events before the cut, and noise gives none', () => {
  assert.deepEqual(names([invoke(), heartbeat, 'Log truncated']), ['HeartbeatLanded']);
  assert.deepEqual(names([heartbeat, success(), success()]), []);
  const noise = [
    'Program data: ',
    'Program data: !!!!',
    'Program data: AAAA',
    heartbeat.slice(0, 40),
    heartbeat.slice(14),
  ];
  assert.deepEqual(names([invoke(), ...noise]), []);
  assert.deepEqual(names([]), []);
});
