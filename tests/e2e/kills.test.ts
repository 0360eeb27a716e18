// Proves: a relayer that is killed with SIGKILL at any step of a batch's way or of a start, each step once, loses nothing and settles
// nothing twice: the next one goes on, and every id ends on-chain as the input says. That the kill happened at that very step is
// checked by the process's last word and by the signal it ended with.
// Does not prove: a Redis that loses what it acknowledged (redis.test.ts), or a real cluster's forks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeBatchV1, readMarketHeader, settlementInstructions } from '#client';
import { createSender, step } from '../../cli/src/transactions.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import type { StepName } from './setup/steps.ts';
import { stepNames } from './setup/steps.ts';
import { lot } from './setup/trades.ts';

/** Of a case: several batches. */
const TRADES = 32;
const BAD_EVERY = 15;
/** Not the first, so that earlier batches are on their way. */
const NTH = 2;
const AT_START: readonly StepName[] = ['lane claimed', 'rows dropped', 'queue rebuilt'];

describe('killed', () => {
  let scene: Scene;
  let relayer: RelayerProcess;
  before(async () => {
    scene = await openScene();
    relayer = await scene.start();
  });
  after(() => scene.close());

  const next = () => scene.engine.trades.length + 1;
  const publish = (badEvery = BAD_EVERY) => scene.engine.publish(lot(next(), TRADES, badEvery));

  async function endsAt(step: StepName): Promise<void> {
    const ending = await relayer.ended;
    assert.deepEqual(
      { signal: ending.signal, killedAt: ending.killedAt },
      { signal: 'SIGKILL', killedAt: step },
      relayer.log,
    );
  }

  async function goesOn(): Promise<void> {
    relayer = await scene.start();
    await relayer.untilSettled(BigInt(scene.engine.trades.length));
    await scene.requireOutcomes();
  }

  for (const killAt of stepNames.filter((name) => !AT_START.includes(name))) {
    test(`at: ${killAt}`, async () => {
      await relayer.order({ killAt: { step: killAt, nth: NTH } });
      await publish();
      await endsAt(killAt);
      await goesOn();
    });
  }

  for (const killAt of ['lane claimed', 'queue rebuilt'] as const) {
    test(`while starting, at: ${killAt}`, async () => {
      await relayer.order({ killAt: { step: 'signed bytes written', nth: 1 } });
      await publish();
      await endsAt('signed bytes written');
      relayer = await scene.start({ killAt: { step: killAt, nth: 1 } });
      await endsAt(killAt);
      await goesOn();
    });
  }

  test('while starting, at: rows dropped', async () => {
    await relayer.order({ killAt: { step: 'row written', nth: 1 } });
    await publish(Number.POSITIVE_INFINITY);
    await endsAt('row written');
    await settleElsewhere(scene, TRADES / 2);
    relayer = await scene.start({ killAt: { step: 'rows dropped', nth: 1 } });
    await endsAt('rows dropped');
    await goesOn();
  });
});

/** What a relayer with another Redis would do: settles the next trades, so that a row for them is not due any more. */
async function settleElsewhere({ engine, keys, venue }: Scene, count: number): Promise<void> {
  const { connection, market, program } = venue;
  const { nextSequence: sequence, lastTradeId } = (await readMarketHeader(connection, market, 'confirmed')).value;
  const trades = engine.trades.slice(Number(lastTradeId), Number(lastTradeId) + count);
  const data = encodeBatchV1({ sequence, trades });
  const settle = settlementInstructions(program).settleBatch({ relayer: keys.relayer.publicKey, market, data });
  await createSender(connection, keys.relayer, new AbortController().signal).together([step([settle])]);
}
