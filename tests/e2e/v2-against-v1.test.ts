// Proves, with a relayer process and the feeder: an engine that is switched to schema 2 against the deployed program, which speaks V1 alone,
// stops settlement by name in status, metrics and `lockstep status`; nothing is lost and every trader can withdraw everything meanwhile;
// once the program is upgraded in place and V2 is allowed, all of it settles.
// Does not prove: what a rollout does to avoid it (cli/src/rollout), nor that other trades than these stop (tests/relayer).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readMarket, settlementInstructions, VersionBit } from '#client';
import { Differences } from '../../cli/src/start/differences.ts';
import { withdrawEverything } from '../../cli/src/start/withdraw.ts';
import { createSender, step } from '../../cli/src/transactions.ts';
import { lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';
import type { RelayerProcess } from './setup/relayer-process.ts';
import type { Scene } from './setup/scene.ts';
import { openScene } from './setup/scene.ts';
import { lotV2, TRADERS } from './setup/trades.ts';
import { allow, batchesOf, upgradeProgram } from './setup/versions.ts';

const never = new AbortController().signal;
/** Trades written in each schema. */
const SOME = 40;

let scene: Scene;
let relayer: RelayerProcess;
before(async () => {
  scene = await openScene({ settings: { httpPort: 0 } });
  relayer = await scene.start();
});
after(() => scene.close());

const statusJson = async (...argv: string[]) => {
  const place = ['--rpc', scene.chain.rpcUrl, '--market', scene.market];
  return JSON.parse((await lockstep('status', ...place, ...argv, '--json')).stdout);
};
const page = async (path: string) => (await fetch(`${relayer.word?.httpUrl}${path}`)).text();

const untilPending = (trades: number) => until(async () => JSON.parse(await page('/status')).pending === trades);

test('the first trade V1 can not say stops the lane by name, and nothing overtakes it', async () => {
  await scene.engine.publish(lotV2(1, SOME));
  await relayer.untilSettled(BigInt(SOME));
  await scene.engine.switchSchema();
  await scene.engine.publish(lotV2(SOME + 1, SOME));
  await relayer.untilBlocked('V2_ONLY_TRADE');
  await untilPending(SOME);
  const { state, blocked } = JSON.parse(await page('/status'));
  assert.deepEqual([state, blocked.code], ['blocked', 'V2_ONLY_TRADE']);
  assert.match(await page('/metrics'), /^lockstep_relayer_blocked_v2_only\{.*\} 1$/m);
  await scene.requireOutcomes({ input: scene.engine.emitted(SOME), voids: [] });
});

test('`lockstep status` names the trade, from the relayer and from Redis alone', async () => {
  const place = ['--rpc', scene.chain.rpcUrl, '--market', scene.market];
  const [relayerUrl, redisUrl] = [relayer.word?.httpUrl ?? '', scene.server.url];
  // An engine says how far it is once a second.
  await until(async () => (await statusJson('--redis', redisUrl)).stream.engine.lastId === `${2 * SOME}`);
  const people = await lockstep('status', ...place, '--relayer', relayerUrl, '--redis', redisUrl);
  assert.equal(people.code, 0, people.stderr);
  assert.match(people.stdout, /^program {13}settlement 0\.1\.0, settles V1$/m);
  assert.match(people.stdout, /^batch versions {6}V1$/m);
  assert.match(people.stdout, /^relayer says {8}blocked, 40 trades pending; \S+, speaks V2\+V1$/m);
  assert.match(people.stdout, /^blocked {13}V2_ONLY_TRADE: trade 41 /m);
  assert.match(people.stdout, /^engine {14}writes schema 2 of 1, 2, last trade 80; /m);
  assert.match(people.stdout, /^blocked at {10}trade 41 and all behind it: V2_ONLY_TRADE, the config allows V1$/m);

  const { relayer: said } = await statusJson('--relayer', relayerUrl);
  assert.equal(said.blocked.code, 'V2_ONLY_TRADE');
  const { stream, relayer: unasked } = await statusJson('--redis', redisUrl);
  assert.deepEqual([stream.blockedTrade, stream.unsettled.v2Only, unasked], [`${SOME + 1}`, 30, undefined]);
  const silent = await statusJson('--relayer', 'http://127.0.0.1:1');
  assert.equal(silent.relayer, null);
});

test('meanwhile every trader withdraws everything', async () => {
  const { venue, keys } = scene;
  const send = createSender(venue.connection, keys.operator, never);
  const differences = new Differences();
  const { value: before } = await readMarket(venue.connection, venue.market, 'confirmed');
  for (let left = TRADERS; left > 0; left -= 1) await withdrawEverything(venue, send, differences, never);
  assert.deepEqual(differences.list, []);
  const { header } = (await readMarket(venue.connection, venue.market, 'confirmed')).value;
  assert.deepEqual([header.baseLotsTotal, header.quoteAtomsTotal], [0n, header.quoteFees]);
  // Who withdraws before trades settle can not pay for them: these traders come back.
  const { deposit } = settlementInstructions(venue.program);
  await send.together(
    venue.traders.map(({ index, owner, base, quote }) => {
      const { baseLots, quoteAtoms } = before.traders[index] ?? assert.fail();
      const place = { owner: owner.publicKey, market: venue.market, index, baseSource: base, quoteSource: quote };
      return step([deposit({ ...place, baseLots, quoteAtoms })], owner);
    }),
  );
});

test('a relayer that starts anew stops at the same trade, with nothing lost', async () => {
  assert.equal((await relayer.end('SIGTERM')).code, 0, relayer.log);
  relayer = await scene.start();
  await relayer.untilBlocked('V2_ONLY_TRADE');
  await untilPending(SOME);
  assert.equal(await scene.cursor(), BigInt(SOME));
});

test('upgraded in place, V2 still waits to be allowed; then all of it settles', async () => {
  await upgradeProgram(scene, '0.2.0');
  assert.equal(await scene.cursor(), BigInt(SOME));
  await allow(scene, VersionBit.V1 | VersionBit.V2);
  await relayer.untilSettled(BigInt(2 * SOME));
  await scene.requireOutcomes({ voids: [] });
  assert.deepEqual([...new Set((await batchesOf(scene)).map(({ batch }) => batch.version))], [1, 2]);
});
