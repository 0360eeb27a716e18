// Proves: of several nodes one answer is enough to read and each is heard for a proof; one that is dead, late, behind, of another
// cluster or lying is passed over or counts as no answer, is named without its secrets, and is asked again after a while.
// Does not prove: what the lane does with the answers; stages/*.test.ts and tests/relayer/endpoints.test.ts do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { slot } from '#client';
import { TransientError } from '../../errors.ts';
import type { SignatureStatus, StatusReport } from '../../ports.ts';
import { fakeClock } from '../../testing/clock.ts';
import { createMemoryMetrics } from '../../testing/metrics.ts';
import type { Answers } from '../../testing/rpc-node.ts';
import { rpcNode } from '../../testing/rpc-node.ts';
import { createAgeCheck } from './age.ts';
import { createEndpoints } from './endpoints.ts';
import { createConnection } from './rpc.ts';
import { mergedStatuses } from './statuses.ts';

/** Only a node that never answers runs into it. */
const SILENT_TIMEOUT_MS = 300;
const TIMEOUT_MS = 60_000;
const refusing = () => {
  throw new Error('node is behind');
};

async function nodes(...answers: Answers[]) {
  const clock = fakeClock();
  const metrics = createMemoryMetrics();
  let log = '';
  const write = (line: string) => {
    log += line;
  };
  const logger = pino({ level: 'info' }, { write });
  const servers = await Promise.all(answers.map((one) => rpcNode({ getGenesisHash: () => 'one', ...one })));
  const members = servers.map(({ url }, at) => ({
    name: `node-${at}`,
    connection: createConnection({
      rpcUrl: `${url}/SECRET`,
      timeoutMs: answers[at]?.getSlot === undefined ? SILENT_TIMEOUT_MS : TIMEOUT_MS,
    }),
  }));
  const endpoints = createEndpoints({ endpoints: members, clock, metrics, logger });
  const asked = () => servers.map(({ calls }) => calls.filter(({ method }) => method === 'getSlot').length);
  const read = () => endpoints.read('slot', (node) => node.getSlot());
  const all = () => endpoints.all('slot', (node) => node.getSlot());
  return { clock, metrics, endpoints, asked, read, all, log: () => log };
}
const says = (at: number): Answers => ({ getSlot: () => at });

test('the first one is asked, the others only when it does not answer', async () => {
  const n = await nodes(says(1), says(2));
  assert.equal(await n.read(), 1);
  assert.deepEqual(n.asked(), [1, 0]);
});

for (const [what, answer] of [
  ['refuses', refusing],
  ['is silent', undefined],
] as const) {
  test(`one that ${what} is passed over, rests, and is asked again`, async () => {
    let broken = true;
    const first = () => {
      if (!broken) return 1;
      return answer?.();
    };
    const n = await nodes({ getSlot: answer === undefined ? undefined : first }, says(2));
    assert.equal(await n.read(), 2);
    assert.equal(await n.read(), 2);
    assert.ok((n.asked()[0] ?? 0) <= 1, 'it rests');
    assert.equal(n.asked()[1], 2);
    assert.match(n.log(), /"endpoint":"node-0"/);
    assert.equal(n.metrics.counters.get('rpc_failovers'), 1);
    if (answer === undefined) return;
    broken = false;
    n.clock.advance(500);
    assert.equal(await n.read(), 1);
  });
}

test('a node keeps resting longer while it fails, and is asked after all when none works', async () => {
  const n = await nodes({ getSlot: refusing }, { getSlot: refusing });
  await assert.rejects(n.read(), TransientError);
  await assert.rejects(n.read(), TransientError);
  assert.deepEqual(n.asked(), [2, 2]);
});

test('every node is heard for a proof, and one that gives no answer is told apart', async () => {
  const n = await nodes(says(1), { getSlot: refusing }, says(3));
  assert.deepEqual(await n.all(), [1, undefined, 3]);
  assert.deepEqual(await n.all(), [1, undefined, 3]);
  assert.deepEqual(n.asked(), [2, 1, 2], 'while it rests it is not asked');
});

test('what is sent goes to all, and one that takes it is enough', async () => {
  const n = await nodes({ getSlot: refusing }, says(2), { getSlot: undefined });
  await n.endpoints.tell('send', (node) => node.getSlot());
  const none = await nodes({ getSlot: refusing }, { getSlot: refusing });
  await assert.rejects(
    none.endpoints.tell('send', (node) => node.getSlot()),
    TransientError,
  );
});

test('a node of another cluster is named and never asked anything else', async () => {
  const n = await nodes(says(1), { ...says(2), getGenesisHash: () => 'other' });
  assert.equal(await n.read(), 1);
  assert.deepEqual(await n.all(), [1], 'it does not count as one that has no answer');
  assert.deepEqual(n.endpoints.foreign(), ['node-1']);
  assert.deepEqual(n.asked(), [2, 0]);
  assert.match(n.log(), /"endpoint":"node-1","code":"RPC_OTHER_CLUSTER","advice":"\w/);
});

test('one node alone is not asked for its cluster', async () => {
  const n = await nodes({ ...says(1), getGenesisHash: refusing });
  assert.equal(await n.read(), 1);
});

const age = createAgeCheck();
const readAt = (at: number) => age.newest('confirmed', async (requireYoung) => requireYoung(slot(at)));

test('an answer far behind an earlier one is refused; when every answer is, the earlier one was wrong', async () => {
  await readAt(1_000);
  await readAt(900);
  await assert.rejects(readAt(849), { code: 'RPC_BEHIND' });
  await readAt(849);
  await assert.rejects(readAt(600), { code: 'RPC_BEHIND' });
});

const status = (commitment: SignatureStatus['commitment'], error?: string): SignatureStatus => ({
  slot: slot(5),
  commitment,
  ...(error === undefined ? {} : { error }),
});
const report = (at: number, one: SignatureStatus | null): StatusReport => ({ slot: slot(at), statuses: [one] });

test('unknown is what every node looked for and none knows', () => {
  assert.deepEqual(mergedStatuses([report(9, null), report(7, null)], 1), report(7, null));
  assert.deepEqual(mergedStatuses([report(9, null), undefined], 1), report(0, null), 'one did not answer');
});

test('a success counts whoever knows it, as sure as the surest node is', () => {
  for (const other of [null, status('finalized', 'x'), status('processed')]) {
    const merged = mergedStatuses([report(9, other), report(9, status('confirmed'))], 1);
    assert.deepEqual(merged.statuses, [status('confirmed')]);
  }
});

test('a failure is final only when every node says so', () => {
  const final = status('finalized', 'x');
  const merged = (other: StatusReport | undefined) =>
    mergedStatuses([report(9, final), other], 1).statuses[0]?.commitment;
  assert.equal(merged(report(9, final)), 'finalized');
  assert.equal(merged(report(9, status('confirmed', 'x'))), 'confirmed');
  assert.equal(merged(report(9, null)), 'processed');
  assert.equal(merged(undefined), 'processed');
});
