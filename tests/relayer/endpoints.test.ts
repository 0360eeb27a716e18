// Proves: on a real Redis and embedded nodes, a lane with several RPC endpoints settles although one is dead, refuses or lies about
// statuses or refusals, and does not start with one of another cluster.
// Does not prove: how answers are put together; relayer/src/adapters/solana/endpoints.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idl, ResultCode, tradeId } from '#client';
import { FaultPlan, startLocalnet } from '#localnet';
import { fieldOffsets } from '../../client/src/layout.ts';
import { eventLine, patternedEvent } from '../../client/src/testing/events.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { trade, trades } from '../../relayer/src/testing/trades.ts';
import { openWorld } from './venue.ts';

test('the first endpoint is dead, the second works', async (t) => {
  const world = await openWorld(t);
  const settings = { rpcUrl: 'http://127.0.0.1:1', fallbackRpcUrls: [world.chain.rpcUrl], websocket: false };
  const relayer = await world.start(settings);
  await world.publish(trades(1, 60));
  await relayer.waitUntilSettled(tradeId(60), { finalized: true });
  await world.requireSound();
});

test('a node reports every signature as landed and sends none on: nothing counts until the market has it', async (t) => {
  const faults = new FaultPlan();
  const world = await openWorld(t, { faults });
  const relayer = await world.start({ websocket: false });
  const lie = { slot: 1, confirmations: null, err: null, status: { Ok: null }, confirmationStatus: 'finalized' };
  faults.set('sendTransaction', { kind: 'answer', result: 'accepted, and forgotten' }, 6);
  faults.set('getSignatureStatuses', { kind: 'answer', result: { context: { slot: 1 }, value: [lie] } });
  await world.publish(trades(1, 60));
  await relayer.waitUntilSettled(tradeId(60));
  await world.requireSound();
});

/** A simulation as the program would refuse the fourth trade of the first batch. */
function forgedRefusal() {
  const event = patternedEvent('TradeRejected');
  const at = (field: string) => 8 + (fieldOffsets('TradeRejected').get(field) ?? Number.NaN);
  const view = new DataView(event.buffer);
  view.setUint32(at('index'), 3, true);
  view.setBigUint64(at('trade_id'), 4n, true);
  view.setUint8(at('code'), ResultCode.InsufficientQuote);
  const failed = `Program ${idl.address} failed: custom program error: 0x17db`;
  const logs = [`Program ${idl.address} invoke [1]`, eventLine(event), failed];
  const value = { err: { InstructionError: [2, { Custom: 6107 }] }, logs, accounts: null, unitsConsumed: 1 };
  return { context: { slot: 1 }, value };
}

test('a refusal that one endpoint makes up voids nothing; one that all give does', async (t) => {
  const faults = new FaultPlan();
  const world = await openWorld(t, { faults });
  const relayer = await world.start({ fallbackRpcUrls: [world.chain.rpcUrl], websocket: false });
  faults.set('simulateTransaction', { kind: 'answer', result: forgedRefusal() }, 1);
  await world.publish([...trades(1, 59), trade(60, { buyer: 1, seller: 1 })]);
  await relayer.waitUntilSettled(tradeId(60), { finalized: true });
  assert.deepEqual(
    relayer.status().rejected.map(({ tradeId: id, code }) => [id, code]),
    [[60n, 'SelfTrade']],
  );
  await world.requireSound();
});

test('an endpoint of another cluster keeps the relayer from starting', async (t) => {
  const world = await openWorld(t);
  const other = await startLocalnet({ slotMs: 100 });
  t.after(() => other.close());
  await rejects('RPC_OTHER_CLUSTER', world.start({ fallbackRpcUrls: [other.rpcUrl] }), /not nodes of one cluster/);
});
