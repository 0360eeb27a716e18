// Proves: a lane follows a pause and its end by the account subscription alone, goes on as soon as they allow it, also after its websocket
// was away while the config changed, and by polling alone when that websocket never works; on the embedded node, and on Agave's own when
// solana-test-validator is found.
// Does not prove: how soon; nor changes that come with a slot (relayer/src/stages/batch/rules.test.ts).
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { settlementInstructions, tradeId } from '#client';
import type { Relayer, RelayerDeps } from '#relayer';
import { createSender } from '../../cli/src/transactions.ts';
import { systemClock } from '../../relayer/src/adapters/system-clock.ts';
import { trade } from '../../relayer/src/testing/trades.ts';
import { validatorChain } from '../e2e/setup/chain.ts';
import { openScene } from '../e2e/setup/scene.ts';
import { lot } from '../e2e/setup/trades.ts';
import { findValidator } from '../localnet/chain.ts';
import { connect as connectWallet } from '../localnet/wallet.ts';
import { until } from '../support/until.ts';
import type { World } from './venue.ts';
import { openWorld } from './venue.ts';

/** The longest that can be set; with `patient` it never comes. */
const NEVER_POLLED = { rulesPollMs: 60_000 };
/** No test lasts as long. */
const FOREVER_MS = 2_000_000_000;

/** A clock on which nothing is polled that is polled seldom: what happens then has another cause. */
const patient: RelayerDeps = {
  clock: {
    now: systemClock.now,
    sleep: (ms, signal) => systemClock.sleep(ms > NEVER_POLLED.rulesPollMs / 2 ? FOREVER_MS : ms, signal),
  },
};

const good = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => trade(first + at, { buyer: at % 2, seller: 2 + (at % 2) }));

const blockedBy = (relayer: Relayer) => relayer.status().blocked?.code;

function setPaused(world: World, isPaused: boolean): Promise<void> {
  const { operator } = world.keys;
  const { setPaused } = settlementInstructions(world.venue.program);
  return world.land(operator, setPaused({ authority: operator.publicKey, isPaused }));
}

async function settled(world: World, relayer: Relayer, count: number): Promise<void> {
  await relayer.waitUntilSettled(tradeId(count));
  assert.deepEqual(
    (await world.outcomes()).map(([id]) => id),
    Array.from({ length: count }, (_, at) => at + 1),
  );
  await world.requireSound();
}

test('paused and unpaused while idle, and while a batch waits: only the subscription tells', async (t) => {
  const world = await openWorld(t);
  const relayer = await world.start({ ...NEVER_POLLED, retryMaxMs: 60_000 }, patient);
  await world.publish(good(1, 10));
  await relayer.waitUntilSettled(tradeId(10));

  await setPaused(world, true);
  await until(() => blockedBy(relayer) === 'Paused');
  await setPaused(world, false);
  await until(() => blockedBy(relayer) === undefined);

  await setPaused(world, true);
  await until(() => blockedBy(relayer) === 'Paused');
  await world.publish(good(11, 20));
  await setPaused(world, false);
  await settled(world, relayer, 20);
});

test('the websocket breaks, the config changes, the websocket comes back: the config is read again', async (t) => {
  const world = await openWorld(t);
  const line = await openLine(t, Number(new URL(world.chain.wsUrl).port));
  const relayer = await world.start({ ...NEVER_POLLED, websocketUrl: line.url }, patient);
  await world.publish(good(1, 10));
  await settled(world, relayer, 10);
  await until(() => line.connections() === 1);

  line.cut();
  await setPaused(world, true);
  assert.equal(blockedBy(relayer), undefined);
  line.mend();
  await until(() => blockedBy(relayer) === 'Paused');
  await setPaused(world, false);
  await until(() => blockedBy(relayer) === undefined);
  await world.publish(good(11, 20));
  await settled(world, relayer, 20);
});

test('a websocket that takes connections and never says a word: polling tells', async (t) => {
  const world = await openWorld(t);
  const mute = await openLine(t, undefined);
  const relayer = await world.start({ rulesPollMs: 100, websocketUrl: mute.url });
  await world.publish(good(1, 10));
  await settled(world, relayer, 10);
  await until(() => mute.connections() === 1);
  await setPaused(world, true);
  await until(() => blockedBy(relayer) === 'Paused');
  await setPaused(world, false);
  await until(() => blockedBy(relayer) === undefined);
  await world.publish(good(11, 20));
  await settled(world, relayer, 20);
});

const validator = findValidator();
test('on solana-test-validator: paused and unpaused while idle', { skip: validator === undefined }, async (t) => {
  const scene = await openScene({ startChain: validatorChain(validator ?? ''), settings: NEVER_POLLED });
  t.after(() => scene.close());
  const relayer = await scene.start();
  await scene.engine.publish(lot(1, 20));
  await relayer.untilSettled(20n);
  const { operator } = scene.keys;
  const send = createSender(connectWallet(scene.chain), operator, new AbortController().signal);
  const program = settlementInstructions(scene.venue.program);
  const pause = (isPaused: boolean) =>
    send.together([{ instructions: [program.setPaused({ authority: operator.publicKey, isPaused })], signers: [] }]);
  await pause(true);
  await relayer.untilBlocked('Paused');
  await pause(false);
  await relayer.untilState('running');
  await scene.engine.publish(lot(21, 20));
  await relayer.untilSettled(40n);
  await scene.requireOutcomes();
});

/** What stands between the relayer and a port of this machine, or the void. */
async function openLine(t: TestContext, port: number | undefined) {
  const open = new Set<Socket>();
  let isCut = false;
  let connections = 0;
  const keep = (socket: Socket) => {
    open.add(socket);
    return socket.on('error', () => {}).on('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    connections += 1;
    keep(near);
    if (isCut) near.destroy();
    else if (port !== undefined) {
      const far = keep(connect(port, '127.0.0.1'));
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  t.after(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: `ws://127.0.0.1:${address.port}`,
    connections: () => connections,
    cut,
    mend() {
      isCut = false;
    },
  };
}
