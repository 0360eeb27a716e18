// Proves: what `lockstep status` says of a lane in each state: who answers, which trade stands in the way and why.
// Does not prove: that this is what a relayer and a Redis say (tests/e2e/v2-against-v1.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId, VersionBit } from '#client';
import { blockedTrade, relayerLines, streamLines } from './lane.ts';
import type { StreamStatus } from './stream.ts';

const { V1, V2 } = VersionBit;
const URL_OF_RELAYER = 'http://user:secret@127.0.0.1:9000/status';

const stream = (firstV2Only: number | undefined, more: Partial<StreamStatus> = {}): StreamStatus => ({
  engine: { isAlive: true, release: '0.2.0', emit: '2', spoken: ['1', '2'], lastId: tradeId(80) },
  unsettled: {
    after: tradeId(40),
    ofNewSchema: 40,
    v2Only: firstV2Only === undefined ? 0 : 30,
    firstV2Only: firstV2Only === undefined ? undefined : tradeId(firstV2Only),
  },
  maxVersion: undefined,
  ...more,
});
const said = (status: StreamStatus, allowed: number) => [...streamLines(status, allowed)].join('\n');

test('a trade that only V2 can say stands in the way of V1 alone, not of V2', () => {
  assert.match(
    said(stream(41), V1),
    /^blocked at {10}trade 41 and all behind it: V2_ONLY_TRADE, the config allows V1$/m,
  );
  assert.match(said(stream(41), V1 | V2), /^need V2 {13}30 trades above 40, the first is 41$/m);
  assert.doesNotMatch(said(stream(41), V1 | V2), /blocked/);
  assert.doesNotMatch(said(stream(undefined), V1), /V2/);
  assert.deepEqual([blockedTrade(stream(41), V1), blockedTrade(stream(41), V2)], [41n, undefined]);
  assert.equal(blockedTrade(stream(undefined), V1), undefined);
});

test('lane control stands in the way whatever the config allows', () => {
  const limited = stream(41, { maxVersion: 1 });
  assert.match(said(limited, V1 | V2), /^lane control {8}batches of V1 at most$/m);
  assert.match(said(limited, V1 | V2), /V2_ONLY_TRADE, lane control forbids V2$/m);
  assert.equal(blockedTrade(limited, V2), 41n);
});

test('an engine that is not there', () => {
  const { engine } = stream(undefined);
  assert.match(
    said(stream(undefined, { engine: { ...engine, isAlive: false } }), V1),
    /^engine {14}not there; its last/m,
  );
});

test('a relayer that stands still, one that says little, and one that does not answer', () => {
  const lines = (...args: Parameters<typeof relayerLines>) => [...relayerLines(...args)].join('\n');
  const blocked = { code: 'Paused', reason: 'settlement is paused' };
  const status = { release: '0.2.0', speaks: [2, 1], state: 'blocked', pending: 7, blocked };
  assert.equal(
    lines(URL_OF_RELAYER, status),
    'relayer says        blocked, 7 trades pending; 0.2.0, speaks V2+V1\nblocked             Paused: settlement is paused',
  );
  assert.match(lines(URL_OF_RELAYER, {}), /^relayer says {8}in no state, 0 trades pending; of unknown release/);
  const silent = lines(URL_OF_RELAYER, undefined);
  assert.equal(silent, 'relayer says        nothing: http://127.0.0.1:9000 does not answer');
});
