// Proves: SIGTERM under load ends a relayer with 0 and nothing half done, and the next one goes on; of two relayers for one lane the
// second waits, and takes over from one that ends and from one that is killed; each id ends on-chain as the input says.
// Does not prove: how fast any of it is (bench/).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';

/** Many batches: every signal comes in the middle of them. */
const TRADES = 200;
const BAD_EVERY = 57;
const IN_THE_MIDDLE = 40n;

describe('under load', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene.close());
  const published = () => BigInt(scene.engine.trades.length);
  const publish = () => scene.engine.publish(lot(scene.engine.trades.length + 1, TRADES, BAD_EVERY));
  const untilAllSettled = async (relayer: RelayerProcess) => {
    await relayer.untilSettled(published());
    await scene.requireOutcomes();
  };

  test('SIGTERM ends it, and the next one goes on', async () => {
    const first = await scene.start();
    const begin = published();
    await publish();
    await first.untilSettled(begin + IN_THE_MIDDLE);
    const { code, signal } = await first.end('SIGTERM');
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, first.log);
    const stoppedAt = await scene.cursor();
    assert.ok(stoppedAt < published(), 'it was stopped in the middle');
    await scene.requireOutcomes({ input: scene.engine.trades.slice(0, Number(stoppedAt)) });
    const second = await scene.start();
    await untilAllSettled(second);
    await second.end('SIGTERM');
  });

  test('the second of two waits, takes over when the first ends, and again when it is killed', async () => {
    const first = await scene.start();
    await first.untilState('running');
    const second = await scene.start();
    await second.untilState('waiting');
    await publish();
    await untilAllSettled(first);
    assert.equal(second.word?.state, 'waiting');

    const begin = published();
    await publish();
    await first.untilSettled(begin + IN_THE_MIDDLE);
    assert.equal((await first.end('SIGTERM')).code, 0);
    await untilAllSettled(second);

    const third = await scene.start();
    await third.untilState('waiting');
    const again = published();
    await publish();
    await second.untilSettled(again + IN_THE_MIDDLE);
    await second.end('SIGKILL');
    await untilAllSettled(third);
    await third.end('SIGTERM');
  });
});
