// Proves: the program stops itself, by name, before it writes a state that must not exist. The states are crafted: no
// sequence of instructions leads to them (tests/model looks for one).
// Does not prove: that all impossible states are noticed; only the ones an instruction can see in O(1) are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { patchConfig, patchEntry, patchHeader, u64 } from './setup/patch.ts';
import { cancel, request } from './setup/withdrawals.ts';
import type { World } from './setup/world.ts';
import { build, deposit, keys, newWorld } from './setup/world.ts';

const market = keys.market.publicKey;
const admin = keys.admin.publicKey;

const headers: Readonly<Record<string, (world: World) => void>> = {
  'fees above what is owed': (world) => patchHeader(world, 'quote_fees', u64(world.market.header.quoteAtomsTotal + 2n)),
  'a sequence of 0': (world) => patchHeader(world, 'next_sequence', u64(0n)),
  'a lot of nothing': (world) => patchHeader(world, 'base_lot_atoms', u64(0n)),
  'another layout version': (world) => patchHeader(world, 'layout_version', Uint8Array.of(2)),
  'another tree version': (world) => patchHeader(world, 'tree_version', Uint8Array.of(3)),
};

for (const [what, craft] of Object.entries(headers)) {
  test(`a market with ${what} answers no ping and takes no deposit`, () => {
    const world = newWorld();
    craft(world);
    const ping = build.ping({ relayer: keys.relayer.publicKey, market, nonce: 1n });
    world.refuse('InvariantViolated', ping, keys.relayer);
    const alice = world.trader(0);
    const { refusal } = world.chain.send([deposit(alice, { baseLots: 0n, quoteAtoms: 1n })], [alice.key]);
    assert.ok(refusal);
  });
}

test('an open entry with something pending but no request stops its owner’s next step', () => {
  const world = newWorld();
  const alice = world.trader(0);
  patchEntry(world, 0, 'pending_base_lots', u64(1n));
  world.refuse('InvariantViolated', deposit(alice, { baseLots: 0n, quoteAtoms: 1n }), alice.key);
});

test('an entry that was held without a request stops its owner’s next step', () => {
  const world = newWorld();
  const alice = world.trader(0);
  patchEntry(world, 0, 'held_until_slot', u64(1n));
  world.refuse('InvariantViolated', deposit(alice, { baseLots: 0n, quoteAtoms: 1n }), alice.key);
});

test('a pending amount that cannot be given back stops the cancellation', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.accept(request(alice), alice.key);
  patchEntry(world, 0, 'pending_quote_atoms', u64(2n ** 64n - 1n));
  world.refuse('InvariantViolated', cancel(alice), alice.key);
});

const configs: Readonly<Record<string, { field: string; bytes: Uint8Array; refusal: string }>> = {
  'no guardian': { field: 'guardian', bytes: PublicKey.default.toBytes(), refusal: 'ZeroAddress' },
  'no relayer': { field: 'active_relayer', bytes: PublicKey.default.toBytes(), refusal: 'ZeroAddress' },
  'a flag this build does not know': { field: 'feature_flags', bytes: u64(1n), refusal: 'UnsupportedFeatureFlag' },
  'a delay above the limit': {
    field: 'withdrawal_delay_slots',
    bytes: u64(216_001n),
    refusal: 'WithdrawalDelayTooLong',
  },
  'another layout version': { field: 'layout_version', bytes: Uint8Array.of(2), refusal: 'InvariantViolated' },
};

for (const [what, { field, bytes, refusal }] of Object.entries(configs)) {
  test(`a config with ${what} takes no change that leaves it so`, () => {
    const world = newWorld();
    patchConfig(world, field, bytes);
    world.refuse(refusal, build.setMinBatchSize({ admin, minBatchSize: 5 }), keys.admin);
  });
}
