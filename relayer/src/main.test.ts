// Proves: a start that fails at the market lets go of the chain's connections.
// Does not prove: starts that work; tests/relayer does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRelayerConfig } from './config.ts';
import { TransientError } from './errors.ts';
import { startRelayer } from './main.ts';
import { silent } from './testing/ports.ts';
import { rejects } from './testing/refuses.ts';

const ADDRESS = 'So11111111111111111111111111111111111111112';

test('a start that finds no market closes the chain', async () => {
  const config = parseRelayerConfig({
    rpcUrl: 'http://127.0.0.1:1',
    redisUrl: 'redis://127.0.0.1:1',
    programId: ADDRESS,
    market: ADDRESS,
    keypairEnv: 'NONE',
    websocket: false,
  });
  const signer = { publicKey: new Uint8Array(32).fill(1), sign: async () => new Uint8Array(64) };
  let closed = 0;
  const starting = startRelayer(config, {
    logger: silent,
    signer,
    wrapChain: (chain) => ({
      ...chain,
      market: async () => {
        throw new TransientError('RPC_UNAVAILABLE', 'nobody there');
      },
      close: () => {
        closed += 1;
        chain.close();
      },
    }),
  });
  await rejects('CHAIN_UNREACHABLE', starting);
  assert.equal(closed, 1);
});
