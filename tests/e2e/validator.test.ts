// Proves: on Agave's own node, in one market one after the other: trades that can be settled and such that can't, a relayer killed after
// a send, one killed while its batch is signed and not sent, Redis emptied at work; every id ends on-chain as the input says. Runs
// when solana-test-validator is on PATH or named by SOLANA_TEST_VALIDATOR.
// Does not prove: what the other files of this folder try on the embedded node alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findValidator } from '../localnet/chain.ts';
import { validatorChain } from './setup/chain.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lot } from './setup/trades.ts';

const TRADES = 60;
const BAD_EVERY = 19;
const RATE = 100;

function validatorSuite(binary: string): void {
  describe('solana-test-validator', () => {
    let scene: Scene;
    let relayer: RelayerProcess;
    before(async () => {
      scene = await openScene({ startChain: validatorChain(binary) });
      relayer = await scene.start();
    });
    after(() => scene.close());

    const due = () => lot(scene.engine.trades.length + 1, TRADES, BAD_EVERY);
    const allSettled = async () => {
      await relayer.untilSettled(BigInt(scene.engine.trades.length));
      await scene.requireOutcomes();
    };

    test('good trades and bad ones', async () => {
      await scene.engine.publish(due());
      await allSettled();
    });

    for (const step of ['sent', 'signed bytes written'] as const) {
      test(`killed at: ${step}`, async () => {
        await relayer.order({ killAt: { step, nth: 2 } });
        await scene.engine.publish(due());
        const { signal, killedAt } = await relayer.ended;
        assert.deepEqual({ signal, killedAt }, { signal: 'SIGKILL', killedAt: step });
        relayer = await scene.start();
        await allSettled();
      });
    }

    test('Redis emptied at work', async () => {
      const begin = BigInt(scene.engine.trades.length);
      await scene.engine.begin(due(), RATE);
      await relayer.untilSettled(begin + BigInt(TRADES / 4));
      await scene.redis.flushall();
      await scene.engine.written();
      await allSettled();
    });
  });
}

const validator = findValidator();
if (validator === undefined) {
  console.log('solana-test-validator: NOT FOUND, the end-to-end tests ran against the embedded node alone');
} else {
  validatorSuite(validator);
}
