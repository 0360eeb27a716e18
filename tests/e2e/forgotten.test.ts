// Proves: a batch that lands after Redis lost everything about it, while another payload for its sequence is being sent, is adopted when its
// trades are the engine's, voids included.
// Does not prove: a Redis that is emptied at other moments (redis.test.ts), or what is not adopted (relayer/src/adoption.test.ts).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fault, FaultSubject, Faults } from '#localnet';
import { until } from '../support/until.ts';
import { embeddedChain } from './setup/chain.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';

/** As on a cluster: the blockhash of what was forgotten must not run out before it is sent again. */
const SLOT_MS = 400;
const FIRST = 3;
const MORE = 16;

/** Keeps the transactions it is given instead of passing them on. */
class Swallowing implements Faults {
  on = false;
  readonly swallowed: Buffer[] = [];
  /** Gets through all the same. */
  favourite: Buffer | undefined;

  faultFor({ method, params }: FaultSubject): Fault | undefined {
    if (!this.on || method !== 'sendTransaction') return undefined;
    const [text] = params as [string];
    const bytes = Buffer.from(text, 'base64');
    if (this.favourite?.equals(bytes)) return undefined;
    this.swallowed.push(bytes);
    return { kind: 'answer', result: 'accepted, and kept' };
  }
}

describe('a batch that everybody forgot lands', () => {
  const node = new Swallowing();
  let scene: Scene;
  let relayer: RelayerProcess;
  before(async () => {
    scene = await openScene({ startChain: embeddedChain({ slotMs: SLOT_MS, faults: node }) });
    relayer = await scene.start();
  });
  after(() => scene.close());

  const publish = (count: number, badEvery?: number) =>
    scene.engine.publish(lot(scene.engine.trades.length + 1, count, badEvery));
  const allSettled = async () => {
    await relayer.untilSettled(BigInt(scene.engine.trades.length));
    await scene.requireOutcomes();
  };

  /** Another payload with the same sequence is being sent meanwhile. */
  async function landForgotten(publishFirst: () => Promise<void>): Promise<void> {
    const cursor = await scene.cursor();
    node.on = true;
    await publishFirst();
    await until(() => node.swallowed.length > 0);
    await relayer.end('SIGKILL');
    const [forgotten] = node.swallowed.splice(0);
    assert.ok(forgotten !== undefined);
    await scene.redis.flushall();
    await publish(MORE);
    relayer = await scene.start();
    await until(() => node.swallowed.length > 0);
    node.favourite = forgotten;
    await scene.venue.connection.sendRawTransaction(forgotten, { skipPreflight: true });
    await until(async () => (await scene.cursor()) > cursor);
    node.on = false;
    node.swallowed.splice(0);
  }

  test("with the engine's trades: it is adopted", async () => {
    await landForgotten(() => publish(FIRST));
    await allSettled();
  });

  test('with a void in it, for which the next relayer finds the same reason: it is adopted too', async () => {
    await landForgotten(() => publish(FIRST, 2));
    await allSettled();
  });
});
