import type { Signer, TransactionInstruction } from '@solana/web3.js';
import { changeOf, slot } from '#client';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';
import {
  bareWorld,
  build,
  createMarket,
  deposit,
  initialize,
  keys,
  newcomer,
  newWorld,
  WITHDRAWAL_DELAY,
} from './world.ts';

/** One instruction that lands, in a world made for it. */
export interface Invocation {
  readonly world: World;
  readonly instruction: TransactionInstruction;
  /** Those the instruction asks; the first one pays. */
  readonly signers: readonly Signer[];
}

const admin = keys.admin.publicKey;
const market = keys.market.publicKey;
const other = keyOf('other').publicKey;
const FUTURE = 50_000n;

function inWorld(make: (world: World) => TransactionInstruction, ...signers: Signer[]): () => Invocation {
  return () => {
    const world = newWorld();
    return { world, instruction: make(world), signers };
  };
}

const byAdmin = (instruction: TransactionInstruction) => inWorld(() => instruction, keys.admin);

const withdrawal = (world: World) => ({
  owner: world.trader(0).key.publicKey,
  market,
  index: 0,
  baseDestination: world.trader(0).base,
  quoteDestination: world.trader(0).quote,
});

function requestWithdrawal(world: World): void {
  const request = build.requestWithdrawal({ ...withdrawal(world), baseLots: 10n, quoteAtoms: 20n });
  world.accept(request, world.trader(0).key);
}

function pause(world: World): void {
  world.accept(build.setPaused({ authority: admin, isPaused: true }), keys.admin);
}

function migrate(world: World): void {
  pause(world);
  world.accept(build.migrateStateTree({ admin, market }), keys.admin);
}

const alice = keyOf('alice');

/** These need a second program: tests/program/fork has them. */
type MovesMarket = 'handOver' | 'takeBack' | 'prepareImport' | 'importMarket' | 'abortImport';

/** Every instruction of the program that needs no other, by its builder's name. */
export const invocations: Readonly<Record<Exclude<keyof typeof build, MovesMarket>, () => Invocation>> = {
  initialize: () => {
    return { world: bareWorld(), instruction: initialize(), signers: [keys.admin, keys.upgradeAuthority] };
  },
  createMarket: () => {
    const world = bareWorld();
    world.accept(initialize(), keys.admin, keys.upgradeAuthority);
    const [account, instruction] = createMarket(world);
    if (account === undefined || instruction === undefined) throw new RangeError('a market takes two instructions');
    world.chain.send([account], [keys.admin, keys.market]);
    return { world, instruction, signers: [keys.admin, keys.market] };
  },
  growMarket: byAdmin(build.growMarket({ admin, market })),
  collectFees: inWorld((world) => {
    world.acceptTrades([{}]);
    return build.collectFees({ admin, market, destination: world.trader(0).quote, amount: 1n });
  }, keys.admin),
  nominateSuccessor: byAdmin(build.nominateSuccessor({ admin, program: other })),
  setPredecessor: byAdmin(build.setPredecessor({ admin, program: other })),
  migrateStateTree: inWorld((world) => {
    pause(world);
    return build.migrateStateTree({ admin, market });
  }, keys.admin),
  revertStateTree: inWorld((world) => {
    migrate(world);
    return build.revertStateTree({ admin, market });
  }, keys.admin),
  finalizeMigration: inWorld((world) => {
    migrate(world);
    return build.finalizeMigration({ admin, market });
  }, keys.admin),
  setPaused: byAdmin(build.setPaused({ authority: admin, isPaused: true })),
  setAllowedVersions: byAdmin(build.setAllowedVersions({ admin, allowedBatchVersions: 1 })),
  setMinBatchSize: byAdmin(build.setMinBatchSize({ admin, minBatchSize: 5 })),
  setMaxBatchAge: byAdmin(build.setMaxBatchAge({ admin, maxBatchAgeSlots: 9n })),
  setRelayer: byAdmin(build.setRelayer({ admin, activeRelayer: other })),
  setAttestor: byAdmin(build.setAttestor({ admin, attestor: other })),
  setFeatureFlags: byAdmin(build.setFeatureFlags({ admin, featureFlags: 0n })),
  setFees: byAdmin(build.setFees({ admin, feeTiers: Array(4).fill({ makerBps: 1, takerBps: 2 }) })),
  setWithdrawalDelay: byAdmin(build.setWithdrawalDelay({ admin, withdrawalDelaySlots: 7n })),
  setGuardian: byAdmin(build.setGuardian({ admin, guardian: other })),
  scheduleChange: byAdmin(build.scheduleChange({ admin, change: changeOf(slot(FUTURE), { minBatchSize: 7 }) })),
  cancelSchedule: inWorld((world) => {
    world.accept(build.scheduleChange({ admin, change: changeOf(slot(FUTURE), { minBatchSize: 7 }) }), keys.admin);
    return build.cancelSchedule({ admin });
  }, keys.admin),
  nominateAdmin: byAdmin(build.nominateAdmin({ admin, pendingAdmin: other })),
  acceptAdmin: inWorld((world) => {
    world.accept(build.nominateAdmin({ admin, pendingAdmin: keys.stranger.publicKey }), keys.admin);
    return build.acceptAdmin({ pendingAdmin: keys.stranger.publicKey });
  }, keys.stranger),
  openTrader: inWorld((world) => {
    const { key } = newcomer(world, 'dave', 3);
    return build.openTrader({ owner: key.publicKey, market });
  }, keyOf('dave')),
  closeTrader: inWorld((world) => {
    const { key } = newcomer(world, 'dave', 3);
    world.accept(build.openTrader({ owner: key.publicKey, market }), key);
    return build.closeTrader({ owner: key.publicKey, market, index: 3 });
  }, keyOf('dave')),
  deposit: inWorld((world) => deposit(world.trader(0), { baseLots: 3n, quoteAtoms: 4n }), alice),
  requestWithdrawal: inWorld(
    (world) => build.requestWithdrawal({ ...withdrawal(world), baseLots: 10n, quoteAtoms: 20n }),
    alice,
  ),
  executeWithdrawal: inWorld((world) => {
    requestWithdrawal(world);
    world.chain.warpTo(world.chain.slot + WITHDRAWAL_DELAY);
    return build.executeWithdrawal(withdrawal(world));
  }, alice),
  cancelWithdrawal: inWorld((world) => {
    requestWithdrawal(world);
    return build.cancelWithdrawal(withdrawal(world));
  }, alice),
  holdWithdrawal: inWorld((world) => {
    requestWithdrawal(world);
    return build.holdWithdrawal({ guardian: keys.guardian.publicKey, market, index: 0, holdSlots: 5n });
  }, keys.guardian),
  settleBatch: inWorld((world) => world.settle(world.payload(world.trades([{}, {}]))), keys.relayer),
  ping: inWorld(() => build.ping({ relayer: keys.relayer.publicKey, market, nonce: 1n }), keys.relayer),
};
