import { PublicKey } from '@solana/web3.js';
import { changeOf, slot } from '#client';
import { fields } from '../../tests/program/setup/fields.ts';
import { keyOf } from '../../tests/program/setup/keys.ts';
import { cancel, execute, hold, request } from '../../tests/program/setup/withdrawals.ts';
import type { World } from '../../tests/program/setup/world.ts';
import {
  bareWorld,
  build,
  createMarket,
  deposit,
  initialize,
  keys,
  lots,
  newcomer,
  newWorld,
  WITHDRAWAL_DELAY,
} from '../../tests/program/setup/world.ts';
import type { Scene } from './capture.ts';

const admin = keys.admin.publicKey;
const dave = keyOf('dave');
const market = keys.market.publicKey;
const relayer = keys.relayer.publicKey;

/** Batches, requests, a hold, a closing entry and a pending schedule: all that an account of a release can hold. */
function busyDay(world: World): void {
  const { chain } = world;
  trade(world, [{}, { takerIsBuyer: false }, { quantity: lots(0) }]);
  trade(world, []);
  chain.send([build.ping({ relayer, market, nonce: 7n })], [keys.relayer]);
  for (const index of [0, 1]) chain.send([request(world.trader(index))], [world.trader(index).key]);
  chain.send([hold(1, 5n)], [keys.guardian]);
  chain.send([build.openTrader({ owner: dave.publicKey, market })], [dave]);
  chain.send([build.closeTrader({ owner: dave.publicKey, market, index: 3 })], [dave]);
  trade(world, [{ buyer: 1, seller: 0 }]);
  const change = changeOf(slot(chain.slot + 1_000n), { minBatchSize: 2 });
  chain.send([build.scheduleChange({ admin, change })], [keys.admin]);
}

/** What comes after, on accounts that are there already. */
function nextDay(world: World): void {
  const { chain } = world;
  const [alice, bob, carol] = [world.trader(0), world.trader(1), world.trader(2)];
  trade(world, [{}, { buyer: 2 }, { quantity: lots(0) }]);
  chain.send([build.ping({ relayer, market, nonce: 3n })], [keys.relayer]);
  chain.send([deposit(carol, { baseLots: 3n, quoteAtoms: 4n })], [carol.key]);
  chain.send([request(carol)], [carol.key]);
  chain.send([cancel(alice)], [alice.key]);
  chain.send([build.cancelSchedule({ admin })], [keys.admin]);
  chain.warpTo(chain.slot + WITHDRAWAL_DELAY);
  chain.send([execute(carol)], [carol.key]);
  chain.send([execute(bob)], [bob.key]);
  chain.send([build.collectFees({ admin, market, destination: carol.quote, amount: 1n })], [keys.admin]);
}

/** What must be refused, each by its own name, and once more after a pause. */
function refusals(world: World): void {
  const { chain } = world;
  const [alice, bob] = [world.trader(0), world.trader(1)];
  const settled = world.payload(world.trades([{}]));
  const send = (data: Uint8Array, by = keys.relayer) => chain.send([world.settle(data, by.publicKey)], [by]);
  send(settled);
  send(settled);
  send(world.payload(world.trades([{}]), world.market.header.nextSequence + 1n));
  send(world.payload(world.trades([{}])), keys.stranger);
  for (const change of [{ seller: 0 }, { buyer: 40 }, { quantity: lots(2n ** 40n) }])
    send(world.payload(world.trades([change, {}])));
  chain.send([execute(alice)], [alice.key]);
  chain.send([request(alice, { baseLots: 2n ** 60n })], [alice.key]);
  chain.send([request(alice, { owner: alice.key.publicKey, index: 1 })], [alice.key]);
  chain.send([deposit(bob, { baseLots: 2n ** 50n, quoteAtoms: 0n })], [bob.key]);
  chain.send([build.closeTrader({ owner: bob.key.publicKey, market, index: 1 })], [bob.key]);
  chain.send([build.setPaused({ authority: keys.stranger.publicKey, isPaused: true })], [keys.stranger]);
  chain.send([build.setPaused({ authority: keys.guardian.publicKey, isPaused: true })], [keys.guardian]);
  send(world.payload(world.trades([{}])));
  chain.send([build.ping({ relayer, market, nonce: 1n })], [keys.relayer]);
}

function trade(world: World, changes: Parameters<World['trades']>[0]): void {
  world.chain.send([world.settle(world.payload(world.trades(changes)))], [keys.relayer]);
}

/** Every setter with what it takes and what it refuses, and the admin's own handover. */
function administration(world: World, masks: readonly number[]): void {
  const { chain } = world;
  const by = (instruction: ReturnType<typeof build.ping>, key = keys.admin) => chain.send([instruction], [key]);
  for (const { name, set, allowed, refused } of fields) {
    // What may be allowed is what releases differ in.
    if (name === 'allowedBatchVersions') continue;
    for (const value of [...allowed, ...refused.map(([value]) => value)]) by(set(value));
    for (const value of allowed.slice(0, 1)) by(set(value, keys.stranger.publicKey), keys.stranger);
  }
  for (const allowedBatchVersions of [...masks, 0]) by(build.setAllowedVersions({ admin, allowedBatchVersions }));
  by(build.setGuardian({ admin, guardian: keyOf('next guardian').publicKey }));
  by(build.setGuardian({ admin, guardian: PublicKey.default }));
  by(build.growMarket({ admin, market }));
  by(build.nominateAdmin({ admin, pendingAdmin: keys.stranger.publicKey }));
  by(build.acceptAdmin({ pendingAdmin: keys.guardian.publicKey }), keys.guardian);
  by(build.acceptAdmin({ pendingAdmin: keys.stranger.publicKey }), keys.stranger);
  by(build.setMinBatchSize({ admin, minBatchSize: 1 }));
}

/** Three traders with deposits, and one who has yet to come. */
function peopled(): World {
  const world = newWorld();
  newcomer(world, 'dave', 3);
  return world;
}

function afterBusyDay(): World {
  const world = peopled();
  busyDay(world);
  return world;
}

/** A release's life beside its batches. These scenes speak version 1. */
export function lifeScenes(versions: readonly number[]): readonly Scene[] {
  if (!versions.includes(1)) return [];
  const masks = versions.map((version) => 1 << (version - 1));
  return [
    {
      name: 'from nothing to a market',
      world: bareWorld,
      play: (world) => {
        world.chain.send([initialize()], [keys.admin, keys.upgradeAuthority]);
        world.chain.send(createMarket(world), [keys.admin, keys.market]);
        world.chain.send([initialize()], [keys.admin, keys.upgradeAuthority]);
      },
    },
    { name: 'a busy day', world: peopled, play: busyDay },
    { name: 'the day after, on the accounts that it left', world: afterBusyDay, play: nextDay },
    { name: 'refusals', world: newWorld, play: refusals },
    { name: 'administration', world: newWorld, play: (world) => administration(world, masks) },
  ];
}
