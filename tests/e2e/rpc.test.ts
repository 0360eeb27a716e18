// Proves: an RPC node that answers errors, null, too late or not at all, for one method or for any, costs time and no trade; so do
// blockhashes that run out while nothing gets through.
// Does not prove: a node that lies about what it knows (relayer/src/faults.test.ts), or several nodes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fault, FaultSubject, Faults } from '#localnet';
import { embeddedChain } from './setup/chain.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';

const TIMEOUT_MS = 150;
/** Of a case: a few batches. */
const TRADES = 20;
const BAD_EVERY = 11;
const NODE_IS_BEHIND = -32_005;

const KINDS = {
  'an error': { kind: 'error', code: NODE_IS_BEHIND, message: 'node is behind' },
  null: { kind: 'answer', result: null },
  'an answer too late': { kind: 'delay', ms: 2 * TIMEOUT_MS },
  'an answer that is lost': { kind: 'drop-answer' },
  'a request that is lost': { kind: 'drop-request' },
} as const satisfies Record<string, Fault>;

/** Calls of a method, or of any, that go wrong: every n-th, so many times. */
interface Trouble {
  readonly method?: string;
  readonly every: number;
  readonly times: number;
}

const TROUBLES: Record<string, Trouble> = {
  'every third call': { every: 3, times: 12 },
  'sends, six times': { method: 'sendTransaction', every: 1, times: 6 },
  'statuses, six times': { method: 'getSignatureStatuses', every: 1, times: 6 },
  'simulations, three times': { method: 'simulateTransaction', every: 1, times: 3 },
};

/** Makes what it is told go wrong, and counts how often it did. */
class TroubledNode implements Faults {
  hits = 0;
  #trouble: (Trouble & { readonly fault: Fault }) | undefined;
  #calls = 0;

  begin(trouble: Trouble, fault: Fault): void {
    this.hits = 0;
    this.#trouble = { ...trouble, fault };
  }

  end(): void {
    this.#trouble = undefined;
  }

  faultFor({ method, transport }: FaultSubject): Fault | undefined {
    const trouble = this.#trouble;
    if (trouble === undefined || transport !== 'http') return undefined;
    if (trouble.method !== undefined && trouble.method !== method) return undefined;
    this.#calls += 1;
    if (this.#calls % trouble.every !== 0 || this.hits >= trouble.times) return undefined;
    this.hits += 1;
    return trouble.fault;
  }
}

describe('the node answers', () => {
  const node = new TroubledNode();
  let scene: Scene;
  let relayer: RelayerProcess;
  before(async () => {
    scene = await openScene({ startChain: embeddedChain({ faults: node }), settings: { rpcTimeoutMs: TIMEOUT_MS } });
    relayer = await scene.start();
    await relayer.untilState('running');
  });
  after(() => scene.close());
  const publish = () => scene.engine.publish(lot(scene.engine.trades.length + 1, TRADES, BAD_EVERY));

  for (const [kind, fault] of Object.entries(KINDS)) {
    for (const [calls, trouble] of Object.entries(TROUBLES)) {
      test(`${kind}: ${calls}`, async () => {
        node.begin(trouble, fault);
        await publish();
        await relayer.untilSettled(BigInt(scene.engine.trades.length));
        node.end();
        assert.ok(node.hits > 0, 'nothing went wrong');
        await scene.requireOutcomes();
      });
    }
  }

  test('nothing to sends, until their blockhashes have run out', async () => {
    node.begin({ method: 'sendTransaction', every: 1, times: Number.POSITIVE_INFINITY }, KINDS['an error']);
    await publish();
    while (node.hits < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    scene.chain.embedded?.expireBlockhashes();
    node.end();
    await relayer.untilSettled(BigInt(scene.engine.trades.length));
    await scene.requireOutcomes();
  });
});
