// Proves: every refusal of a market's way to another program, by name and without a trace: who signs, in which order the steps
// come, what the two accounts must be, that the sums and the vaults are right, and that nothing moves while a market is on its way.
// Does not prove: the way itself (way.test.ts).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import type { settlementInstructions } from '#client';
import { changeOf, configAddress, encodeBatchV1, fieldOffsets, marketSpace, sequence, slot } from '#client';
import { keyOf } from '../setup/keys.ts';
import { patchEntry, patchHeader, u64 } from '../setup/patch.ts';
import { tokensOf } from '../setup/tokens.ts';
import type { Trader } from '../setup/world.ts';
import { deposit, keys, newWorld, START_SLOT, WITHDRAWAL_DELAY } from '../setup/world.ts';
import {
  executeIn,
  ForkWorld,
  newAdmin,
  newMarket,
  newMarketKey,
  newProgram,
  newRelayer,
  next,
  old,
  oldMarket,
  requestIn,
} from './setup.ts';

const admin = keys.admin.publicKey;
const stranger = keys.stranger;
const TOKEN_AMOUNT_OFFSET = 64;

const ready = (): ForkWorld => {
  const world = ForkWorld.begin();
  world.ready();
  return world;
};
const handedOver = (): ForkWorld => {
  const world = ready();
  world.handOver();
  return world;
};

describe('nominate_successor', () => {
  test('the timelock is the delay that a request can have, and at least one slot', () => {
    const world = ForkWorld.begin();
    world.nominate();
    assert.equal(world.config.successor.unlockSlot, START_SLOT + WITHDRAWAL_DELAY);
    assert.ok(world.config.successor.program.equals(newProgram));
    world.nominate(PublicKey.default);
    assert.equal(world.config.successor.unlockSlot, 0n);
    world.send([old.setWithdrawalDelay({ admin, withdrawalDelaySlots: 0n })], keys.admin);
    world.chain.warpTo(START_SLOT + WITHDRAWAL_DELAY);
    world.nominate();
    assert.equal(world.config.successor.unlockSlot, START_SLOT + WITHDRAWAL_DELAY + 1n);
  });

  test('a longer delay that is scheduled counts', () => {
    const world = ForkWorld.begin();
    const change = changeOf(slot(START_SLOT + 50n), { withdrawalDelaySlots: 700n });
    world.send([old.scheduleChange({ admin, change })], keys.admin);
    world.nominate();
    assert.equal(world.config.successor.unlockSlot, START_SLOT + 700n);
  });

  test('a shorter delay that is scheduled does not', () => {
    const world = ForkWorld.begin();
    const change = changeOf(slot(START_SLOT + 50n), { withdrawalDelaySlots: 1n });
    world.send([old.scheduleChange({ admin, change })], keys.admin);
    world.nominate();
    assert.equal(world.config.successor.unlockSlot, START_SLOT + WITHDRAWAL_DELAY);
  });

  test('while somebody is nominated the delay can be lowered, neither raised nor scheduled', () => {
    const world = ForkWorld.begin();
    world.nominate();
    const set = (withdrawalDelaySlots: bigint) => old.setWithdrawalDelay({ admin, withdrawalDelaySlots });
    world.refused('WithdrawalDelayFixed', [set(WITHDRAWAL_DELAY + 1n)], keys.admin);
    const change = changeOf(slot(START_SLOT + 50n), { withdrawalDelaySlots: 1n });
    world.refused('WithdrawalDelayFixed', [old.scheduleChange({ admin, change })], keys.admin);
    world.send([set(WITHDRAWAL_DELAY - 1n)], keys.admin);
    world.refused('WithdrawalDelayFixed', [set(WITHDRAWAL_DELAY)], keys.admin);
    world.nominate(PublicKey.default);
    world.send([set(WITHDRAWAL_DELAY + 1n)], keys.admin);
  });

  test('neither a stranger nominates, nor a program itself', () => {
    const world = ForkWorld.begin();
    const byStranger = { admin: stranger.publicKey, program: newProgram };
    world.refused('NotAdmin', [old.nominateSuccessor(byStranger)], stranger);
    world.refused('NotAdmin', [next.setPredecessor({ ...byStranger, program: keys.programId })], stranger);
    world.refused('SameProgram', [old.nominateSuccessor({ admin, program: keys.programId })], keys.admin);
    const itself = next.setPredecessor({ admin: newAdmin.publicKey, program: newProgram });
    world.refused('SameProgram', [itself], newAdmin);
  });

  test('the successor is fixed while a market is handed over', () => {
    const world = handedOver();
    for (const program of [PublicKey.default, keyOf('third program').publicKey, newProgram]) {
      world.refused('SuccessorInUse', [old.nominateSuccessor({ admin, program })], keys.admin);
    }
    world.send([world.abortInstruction(), world.takeBackInstruction()], newAdmin, keys.admin);
    world.nominate(PublicKey.default);
  });
});

describe('prepare_import', () => {
  const begun = (): ForkWorld => {
    const world = ForkWorld.begin();
    world.setPredecessor();
    return world;
  };

  test('only the admin, and only for a market of the predecessor', () => {
    const world = begun();
    const [account] = world.prepareInstructions();
    assert.ok(account);
    const by = (key: PublicKey, of: PublicKey) => next.prepareImport({ admin: key, market: newMarket, oldMarket: of });
    world.refused('NotAdmin', [account, by(stranger.publicKey, oldMarket)], stranger, newAdmin, newMarketKey);

    const foreign = keyOf('foreign market').publicKey;
    const real = world.chain.get(oldMarket) ?? assert.fail();
    for (const owner of [keyOf('foreign program').publicKey, newProgram]) {
      world.chain.put(foreign, { ...real, owner });
      world.refused('ForeignMarket', [account, by(newAdmin.publicKey, foreign)], newAdmin, newMarketKey);
    }
    world.setPredecessor(PublicKey.default);
    world.refused('ForeignMarket', world.prepareInstructions(), newAdmin, newMarketKey);
  });

  test('with room for as many as the old market has, whoever comes meanwhile', () => {
    const world = begun();
    world.refused('MarketTooSmall', world.prepareInstructions({ capacity: 63 }), newAdmin, newMarketKey);
    world.send(world.prepareInstructions({ capacity: 64 }), newAdmin, newMarketKey);
  });

  test('in a fresh account, once', () => {
    const world = begun();
    world.prepare();
    const again = next.prepareImport({ admin: newAdmin.publicKey, market: newMarket, oldMarket });
    world.refused('ConstraintZero', [again], newAdmin, newMarketKey);
  });

  test('never for a market that is gone or on its way', () => {
    const world = handedOver();
    const second = keyOf('second market');
    const prepare = () => world.prepareInstructions({ market: second.publicKey });
    world.refused('MarketMigrated', prepare(), newAdmin, second);
    patchHeader(world, 'status', Uint8Array.of(2));
    world.refused('MarketImporting', prepare(), newAdmin, second);
  });
});

describe('hand_over', () => {
  test('only the admin', () => {
    const world = ready();
    world.refused('NotAdmin', [world.handOverInstruction({ admin: stranger.publicKey })], stranger);
    world.refused('NotAdmin', [world.handOverInstruction({ admin: keys.relayer.publicKey })], keys.relayer);
  });

  test('not nominated', () => {
    const world = ready();
    world.nominate(PublicKey.default);
    world.refused('NoSuccessor', [world.handOverInstruction()], keys.admin);
  });

  test('the timelock is running, to its last slot', () => {
    const world = ForkWorld.begin();
    world.setPredecessor();
    world.nominate();
    world.prepare();
    world.pause();
    world.refused('SuccessorLocked', [world.handOverInstruction()], keys.admin);
    world.chain.warpTo(world.config.successor.unlockSlot - 1n);
    world.refused('SuccessorLocked', [world.handOverInstruction()], keys.admin);
    world.unlock();
    world.handOver();
  });

  test('a nomination anew starts the timelock anew', () => {
    const world = ready();
    world.nominate();
    world.refused('SuccessorLocked', [world.handOverInstruction()], keys.admin);
  });

  test('not paused', () => {
    const world = ready();
    world.pause(false);
    world.refused('NotPaused', [world.handOverInstruction()], keys.admin);
  });

  test('to nothing but the market that was prepared for it', () => {
    const world = ready();
    const fake = keyOf('fake market').publicKey;
    const to = (successorMarket: PublicKey) => [world.handOverInstruction({ successorMarket })];
    world.refused('NotPrepared', to(fake), keys.admin);
    world.refused('NotPrepared', to(configAddress(newProgram)), keys.admin);
    world.refused('NotPrepared', to(keys.stranger.publicKey), keys.admin);
    world.refused('ConstraintDuplicateMutableAccount', to(keys.admin.publicKey), keys.admin);
    world.refused('ConstraintDuplicateMutableAccount', to(oldMarket), keys.admin);

    const prepared = world.chain.get(newMarket) ?? assert.fail();
    const header = (field: string): number => 8 + (fieldOffsets('MarketHeader').get(field) ?? Number.NaN);
    const altered = (field: string, bytes: readonly number[]): Uint8Array => {
      const data = prepared.data.slice();
      data.set(bytes, header(field));
      return data;
    };
    const wrong = [
      altered('status', [0]),
      altered('status', [1]),
      altered('layout_version', [2]),
      altered('predecessor_market', [0]),
      altered('base_vault', [0, 0]),
      altered('quote_vault', [0, 0]),
      altered('base_lot_atoms', [9]),
      altered('successor_market', []).subarray(0, marketSpace(63)),
      altered('successor_market', []).subarray(0, 100),
    ];
    for (const data of wrong) {
      world.chain.put(fake, { ...prepared, data });
      world.refused('NotPrepared', to(fake), keys.admin);
    }
    world.chain.put(fake, { ...prepared, owner: keyOf('foreign program').publicKey });
    world.refused('NotPrepared', to(fake), keys.admin);
    world.chain.put(fake, { ...prepared, owner: keys.programId });
    world.refused('NotPrepared', to(fake), keys.admin);
  });

  test('a market that grew since it was prepared for does not fit', () => {
    const world = ready();
    world.send([old.growMarket({ admin, market: oldMarket })], keys.admin);
    world.refused('NotPrepared', [world.handOverInstruction()], keys.admin);
    const second = keyOf('second market');
    world.send(world.prepareInstructions({ market: second.publicKey }), newAdmin, second);
    world.send([world.handOverInstruction({ successorMarket: second.publicKey })], keys.admin);
  });

  test('with the vaults of the market alone', () => {
    const world = ready();
    const instruction = world.handOverInstruction();
    for (const name of ['base_vault', 'quote_vault'] as const) {
      const vault = name === 'base_vault' ? world.baseVault : world.quoteVault;
      const swapped = { ...instruction, keys: instruction.keys.map((meta) => ({ ...meta })) };
      for (const meta of swapped.keys) if (meta.pubkey.equals(vault)) meta.pubkey = world.trader(0).base;
      world.refused('WrongVault', [swapped as typeof instruction], keys.admin);
    }
  });

  test('once', () => {
    const world = handedOver();
    world.refused('MarketMigrated', [world.handOverInstruction()], keys.admin);
  });
});

describe('import_market', () => {
  test('only the admin', () => {
    const world = handedOver();
    world.refused('NotAdmin', [world.importInstruction(9, { admin: stranger.publicKey })], stranger);
    world.refused('NotAdmin', [world.importInstruction(9, { admin: keys.admin.publicKey })], keys.admin);
  });

  test('at least one entry', () => {
    const world = handedOver();
    world.refused('ZeroAmount', [world.importInstruction(0)], newAdmin);
  });

  test('not before the hand-over, nor to another market than the one it names', () => {
    const world = ready();
    world.refused('NotHandedOver', [world.importInstruction()], newAdmin);
    const second = keyOf('second market');
    world.send(world.prepareInstructions({ market: second.publicKey }), newAdmin, second);
    world.handOver();
    const other = { market: second.publicKey };
    world.refused('NotHandedOver', [world.importInstruction(9, other)], newAdmin);
    // Its abort has nothing to give back.
    const untouched = world.oldState();
    world.send([world.abortInstruction(other)], newAdmin);
    assert.deepEqual(world.oldState(), untouched);
    world.refused('VaultsNotReturned', [world.takeBackInstruction()], keys.admin);
    world.import();
  });

  test('twice', () => {
    const world = handedOver();
    world.import();
    world.refused('AlreadyImported', [world.importInstruction()], newAdmin);
    world.refused('AlreadyImported', [world.abortInstruction()], newAdmin);
    world.refused('VaultsNotReturned', [world.takeBackInstruction()], keys.admin);
  });

  test('from no other account than the one it was prepared for, and no other program', () => {
    const world = handedOver();
    const fake = keyOf('fake market').publicKey;
    world.chain.put(fake, world.chain.get(oldMarket) ?? assert.fail());
    world.refused('ForeignMarket', [world.importInstruction(9, { oldMarket: fake })], newAdmin);
    world.refused('ForeignMarket', [world.abortInstruction({ oldMarket: fake })], newAdmin);
    world.setPredecessor(keyOf('foreign program').publicKey);
    world.refused('ForeignMarket', [world.importInstruction()], newAdmin);
    // The way back does not depend on that setting.
    world.send([world.abortInstruction(), world.takeBackInstruction()], newAdmin, keys.admin);
    world.assertConserved();
  });

  test('not while the vaults are not here', () => {
    const world = ready();
    patchHeader(world, 'status', Uint8Array.of(1));
    patchHeader(world, 'successor_market', newMarket.toBytes());
    world.refused('VaultsNotHandedOver', [world.importInstruction()], newAdmin);
  });

  for (const field of ['base_lots', 'quote_atoms', 'pending_base_lots', 'pending_quote_atoms']) {
    for (const index of [0, 2]) {
      test(`entry ${index} with other ${field} than the totals say`, () => {
        const world = handedOver();
        patchEntry(world, index, field, u64(123n));
        world.refused('SumsMismatch', [world.importInstruction()], newAdmin);
        world.import(1);
        world.import(1);
        world.refused('SumsMismatch', [world.importInstruction(1)], newAdmin);
      });
    }
  }

  test('sums that do not fit 64 bits', () => {
    const world = handedOver();
    patchEntry(world, 0, 'base_lots', u64(2n ** 64n - 1n));
    world.refused('SumsMismatch', [world.importInstruction()], newAdmin);
  });

  for (const field of ['quote_fees', 'base_lots_total', 'quote_atoms_total']) {
    test(`other ${field} than the entries add up to`, () => {
      const world = handedOver();
      patchHeader(world, field, u64(2_999_999n));
      world.refused('SumsMismatch', [world.importInstruction()], newAdmin);
    });
  }

  test('a vault that holds less than is owed; the market can be taken back', () => {
    for (const name of ['baseVault', 'quoteVault'] as const) {
      const world = handedOver();
      const held = tokensOf(world.chain, world[name]);
      world.chain.patch(world[name], TOKEN_AMOUNT_OFFSET, u64(held - 1n));
      world.refused('VaultShortfall', [world.importInstruction()], newAdmin);
      world.send([world.abortInstruction(), world.takeBackInstruction()], newAdmin, keys.admin);
    }
  });
});

describe('take_back and abort_import', () => {
  test('only the admins', () => {
    const world = handedOver();
    world.refused('NotAdmin', [world.abortInstruction({ admin: stranger.publicKey })], stranger);
    world.refused('NotAdmin', [world.takeBackInstruction(stranger.publicKey)], stranger);
    world.refused('NotAdmin', [world.takeBackInstruction(newAdmin.publicKey)], newAdmin);
  });

  test('not before the vaults are back', () => {
    const world = handedOver();
    world.refused('VaultsNotReturned', [world.takeBackInstruction()], keys.admin);
    world.import(1);
    world.refused('VaultsNotReturned', [world.takeBackInstruction()], keys.admin);
    world.send([world.abortInstruction()], newAdmin);
    world.refused('VaultsNotHandedOver', [world.importInstruction()], newAdmin);
    world.send([world.takeBackInstruction()], keys.admin);
    world.refused('NotHandedOver', [world.importInstruction()], newAdmin);
  });

  test('nothing that is not handed over', () => {
    const world = ready();
    world.refused('NotHandedOver', [world.takeBackInstruction()], keys.admin);
  });
});

/** Everything that settles, pays or takes in, each of which would land in an open market. */
function everyMove(
  build: ReturnType<typeof settlementInstructions>,
  side: { market: PublicKey; admin: typeof newAdmin; relayer: typeof newRelayer },
  world: ForkWorld,
) {
  const { market } = side;
  const [alice, bob] = [world.trader(0), world.trader(1)];
  const data = encodeBatchV1({ sequence: sequence(1), trades: [] });
  const { vaults } = world;
  const owner = alice.key.publicKey;
  const entry = { owner, market, index: 0 };
  const collect = { admin: side.admin.publicKey, market, destination: bob.quote, amount: 1n };
  return [
    [build.settleBatch({ relayer: side.relayer.publicKey, market, data }), side.relayer],
    [build.ping({ relayer: side.relayer.publicKey, market, nonce: 1n }), side.relayer],
    [deposit(alice, { baseLots: 1n, quoteAtoms: 1n }, { market, vaults }), alice.key],
    [requestIn(build, market, bob, { baseLots: 1n, quoteAtoms: 0n }), bob.key],
    [executeIn(build, market, alice, vaults), alice.key],
    [build.cancelWithdrawal(entry), alice.key],
    [build.holdWithdrawal({ guardian: keys.guardian.publicKey, market, index: 0, holdSlots: 1n }), keys.guardian],
    [build.openTrader({ owner, market }), alice.key],
    [build.closeTrader(entry), alice.key],
    [build.growMarket({ admin: side.admin.publicKey, market }), side.admin],
    [build.collectFees({ ...collect, quoteVault: vaults.quoteVault }), side.admin],
    [build.migrateStateTree({ admin: side.admin.publicKey, market }), side.admin],
  ] as const;
}

const oldSide = { market: oldMarket, admin: keys.admin, relayer: keys.relayer };
const newSide = { market: newMarket, admin: newAdmin, relayer: newRelayer };

describe('a withdrawal that races the hand-over', () => {
  const requested = (): { world: ForkWorld; alice: Trader } => {
    const world = ForkWorld.begin(newWorld());
    const alice = world.trader(0);
    world.accept(requestIn(old, oldMarket, alice, { baseLots: 100n, quoteAtoms: 200n }), alice.key);
    world.ready();
    return { world, alice };
  };

  test('before: it is paid, and the copy has what is left', () => {
    const { world, alice } = requested();
    world.accept(executeIn(old, oldMarket, alice), alice.key);
    world.handOver();
    world.import();
    assert.deepEqual(world.imported.traders[0], world.market.traders[0]);
    assert.equal(world.imported.traders[0]?.pendingBaseLots, 0n);
    world.refused('NoWithdrawal', [executeIn(next, newMarket, alice, world.vaults)], alice.key);
  });

  test('between: neither side pays, settles or takes in', () => {
    const { world, alice } = requested();
    const waiting = everyMove(next, newSide, world).map(([instruction, signer]) => [instruction, signer] as const);
    world.send([next.setPaused({ authority: newAdmin.publicKey, isPaused: true })], newAdmin);
    for (const [instruction, signer] of waiting.slice(0, 2)) world.refused('MarketImporting', [instruction], signer);
    for (const chunks of [0, 1, 2]) {
      if (chunks === 0) world.handOver();
      else world.import(1);
      for (const [instruction, signer] of everyMove(old, oldSide, world)) {
        world.refused('MarketMigrated', [instruction], signer);
      }
      for (const [instruction, signer] of everyMove(next, newSide, world)) {
        // The caller's own program id is in the builder: deposits are built for the old program by default.
        const own = { ...instruction, programId: newProgram } as typeof instruction;
        world.refused('MarketImporting', [own], signer);
      }
    }
    world.import(1);
    world.send([executeIn(next, newMarket, alice, world.vaults)], alice.key);
  });

  test('after: the new program pays once, the old one never again', () => {
    const { world, alice } = requested();
    world.handOver();
    world.import();
    const before = tokensOf(world.chain, alice.quote);
    world.refused('MarketMigrated', [executeIn(old, oldMarket, alice)], alice.key);
    world.send([executeIn(next, newMarket, alice, world.vaults)], alice.key);
    assert.equal(tokensOf(world.chain, alice.quote) - before, 200n);
    world.refused('NoWithdrawal', [executeIn(next, newMarket, alice, world.vaults)], alice.key);
  });

  test('a destination that is not the one fixed in the old program is refused in the new one', () => {
    const { world, alice } = requested();
    world.handOver();
    world.import();
    const bob = world.trader(1);
    const elsewhere = { ...alice, base: bob.base, quote: bob.quote };
    world.refused('WrongDestination', [executeIn(next, newMarket, elsewhere, world.vaults)], alice.key);
  });
});
