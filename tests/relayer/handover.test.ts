// Proves: on a real Redis and the embedded node, two relayers with keys of their own follow set_relayer forth and back under load, without
// anybody stopping one: each id settles once, in order; the one whose key is not active waits by name.
// Does not prove: how soon.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { settlementInstructions, tradeId } from '#client';
import type { Relayer } from '#relayer';
import { trade } from '../../relayer/src/testing/trades.ts';
import { until } from '../support/until.ts';
import type { World } from './venue.ts';
import { openWorld } from './venue.ts';

const LAMPORTS = 1_000_000_000_000n;
const good = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => trade(first + at, { buyer: at % 2, seller: 2 + (at % 2) }));

const setRelayer = (world: World, key: Keypair) => {
  const { operator } = world.keys;
  const { setRelayer: set } = settlementInstructions(world.venue.program);
  return world.land(operator, set({ admin: operator.publicKey, activeRelayer: key.publicKey }));
};
const startWith = (world: World, key: Keypair): Promise<Relayer> =>
  world.start(
    { leaseMs: 500, rulesPollMs: 100, keypairEnv: 'OTHER' },
    { env: { OTHER: JSON.stringify([...key.secretKey]) } },
  );

test('set_relayer forth and back under load: the lane goes to whoever is active, each id once', {
  timeout: 240_000,
}, async (t) => {
  const world = await openWorld(t);
  const keys = [world.keys.relayer, Keypair.generate()] as const;
  world.chain.airdrop(keys[1].publicKey, LAMPORTS);
  const relayers = [await startWith(world, keys[0]), await startWith(world, keys[1])] as const;
  await until(() => relayers[1].status().blocked?.code === 'NotActiveRelayer');
  assert.equal(relayers[1].status().state, 'waiting');

  let next = 1;
  const publish = async (count: number) => {
    await world.publish(good(next, next + count - 1));
    next += count;
  };
  for (const active of [0, 1, 0, 1] as const) {
    const [worker, standby] = [relayers[active], relayers[1 - active] ?? assert.fail()];
    // The switch comes in the middle of these.
    await publish(80);
    await setRelayer(world, keys[active]);
    await publish(40);
    await worker.waitUntilSettled(tradeId(next - 20));
    const isStandingBy = () => {
      const { state, blocked } = standby.status();
      const isNamed = blocked?.reason.includes(keys[active].publicKey.toBase58()) ?? false;
      return state === 'waiting' && blocked?.code === 'NotActiveRelayer' && isNamed;
    };
    await until(isStandingBy);
  }
  await relayers[1].waitUntilSettled(tradeId(next - 1));
  assert.deepEqual(
    await world.outcomes(),
    Array.from({ length: next - 1 }, (_, at) => [at + 1, 'settled']),
  );
  await world.requireSound();
});
