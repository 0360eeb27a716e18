// Proves: whatever a stranger signs, with any accounts in any places and any arguments, nobody else's balance, entry or
// setting changes, the stranger takes out no more than they put in, and the vaults hold what is owed.
// Does not prove: which refusal each wrong account gets; accounts.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOKEN_PROGRAM_ID } from '@solana/spl-token';
import type { PublicKey } from '@solana/web3.js';
import { SystemProgram, TransactionInstruction } from '@solana/web3.js';
import fc from 'fast-check';
import { baseLots, changeOf, configAddress, price, programDataAddress, slot, vaultAuthority } from '#client';
import { tokensOf } from './setup/tokens.ts';
import type { Trader, World } from './setup/world.ts';
import { build, deposit, initializeArgs, keys, LOT_ATOMS, newcomer, newWorld } from './setup/world.ts';

const SEED = 3;
const RUNS = 25;
const ATTEMPTS = 60;

const market = keys.market.publicKey;
const OWN_INDEX = 3;

/** A world in which the stranger has an entry with something in it. */
function strangerWorld(): { world: World; stranger: Trader } {
  const world = newWorld();
  const stranger = newcomer(world, 'stranger', OWN_INDEX);
  const open = build.openTrader({ owner: stranger.key.publicKey, market });
  world.accept([open, deposit(stranger, { baseLots: 500n, quoteAtoms: 5000n })], stranger.key);
  world.acceptTrades([{}, {}]);
  return { world, stranger };
}

interface Input {
  readonly index: number;
  readonly amount: bigint;
  readonly small: number;
  readonly bytes: Uint8Array;
}

const anyInput: fc.Arbitrary<Input> = fc.record({
  index: fc.oneof(fc.nat(4), fc.constant(OWN_INDEX), fc.constant(2 ** 32 - 1)),
  amount: fc.oneof(fc.bigInt({ min: 0n, max: 600n }), fc.constantFrom(0n, 2n ** 63n, 2n ** 64n - 1n)),
  small: fc.nat(255),
  bytes: fc.uint8Array({ maxLength: 120 }),
});

/** Each instruction as the stranger would send it: as if every role were theirs. */
function attempts(world: World, { key, base, quote }: Trader, input: Input): readonly (() => TransactionInstruction)[] {
  const me = key.publicKey;
  const entry = { owner: me, market, index: input.index };
  const to = { baseDestination: base, quoteDestination: quote };
  const amounts = { baseLots: input.amount, quoteAtoms: input.amount };
  const tiers = initializeArgs.feeTiers;
  const trade = world.trade({ buyer: OWN_INDEX, seller: 0, price: price(1), quantity: baseLots(10) });
  return [
    () => build.initialize({ payer: me, authority: me, args: { ...initializeArgs, admin: me } }),
    () =>
      build.createMarket({ admin: me, market, baseMint: keys.baseMint, quoteMint: keys.quoteMint, baseLotAtoms: 1n }),
    () => build.growMarket({ admin: me, market }),
    () => build.collectFees({ admin: me, market, destination: quote, amount: 1n }),
    () => build.setPaused({ authority: me, isPaused: input.small % 2 === 0 }),
    () => build.setAllowedVersions({ admin: me, allowedBatchVersions: input.small }),
    () => build.setMinBatchSize({ admin: me, minBatchSize: input.small }),
    () => build.setMaxBatchAge({ admin: me, maxBatchAgeSlots: input.amount }),
    () => build.setRelayer({ admin: me, activeRelayer: me }),
    () => build.setAttestor({ admin: me, attestor: me }),
    () => build.setFeatureFlags({ admin: me, featureFlags: input.amount }),
    () => build.setFees({ admin: me, feeTiers: tiers }),
    () => build.setWithdrawalDelay({ admin: me, withdrawalDelaySlots: 0n }),
    () => build.setGuardian({ admin: me, guardian: me }),
    () => build.scheduleChange({ admin: me, change: changeOf(slot(10n ** 9n), { activeRelayer: me }) }),
    () => build.cancelSchedule({ admin: me }),
    () => build.nominateAdmin({ admin: me, pendingAdmin: me }),
    () => build.acceptAdmin({ pendingAdmin: me }),
    () => build.openTrader({ owner: me, market, ...(input.small < 128 ? {} : { reuseIndex: input.index }) }),
    () => build.closeTrader(entry),
    () => build.deposit({ ...entry, ...amounts, baseSource: base, quoteSource: quote }),
    () => build.requestWithdrawal({ ...entry, ...to, ...amounts }),
    () => build.executeWithdrawal({ ...entry, ...to }),
    () => build.cancelWithdrawal(entry),
    () => build.holdWithdrawal({ guardian: me, market, index: input.index, holdSlots: input.amount }),
    () => build.settleBatch({ relayer: me, market, data: world.payload([trade]) }),
    () => build.settleBatch({ relayer: me, market, data: input.bytes }),
    () => build.ping({ relayer: me, market, nonce: input.amount }),
  ];
}

/** Every account there is; the stranger can name all of them and sign for one. */
function everyAccount(world: World, stranger: Trader): readonly PublicKey[] {
  return [
    market,
    configAddress(keys.programId),
    vaultAuthority(keys.programId, market),
    world.baseVault,
    world.quoteVault,
    keys.baseMint,
    keys.quoteMint,
    programDataAddress(keys.programId),
    keys.programId,
    TOKEN_PROGRAM_ID,
    SystemProgram.programId,
    keys.admin.publicKey,
    keys.relayer.publicKey,
    ...[...world.traders, stranger].flatMap((trader) => [trader.key.publicKey, trader.base, trader.quote]),
  ];
}

const anyAttempt = fc.record({
  which: fc.nat(27),
  input: anyInput,
  /** Places whose account is replaced, and by which. */
  swaps: fc.array(fc.tuple(fc.nat(11), fc.nat(40)), { maxLength: 3 }),
  slots: fc.constantFrom(0n, 0n, 50n, 200n),
  cut: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(60) }),
});

test('a stranger changes nothing that is not their own', () => {
  let landed = 0;
  fc.assert(
    fc.property(fc.array(anyAttempt, { minLength: ATTEMPTS, maxLength: ATTEMPTS }), (list) => {
      const { world, stranger } = strangerWorld();
      const accounts = everyAccount(world, stranger);
      const me = stranger.key.publicKey;
      const before = world.market;
      const config = world.chain.get(configAddress(keys.programId));
      const walletsOf = () =>
        world.traders.map(({ base, quote }) => [tokensOf(world.chain, base), tokensOf(world.chain, quote)]);
      const wallets = walletsOf();
      const wealth = () => wealthOf(world, stranger);
      const start = wealth();

      for (const { which, input, swaps, slots, cut } of list) {
        const plain = attempts(world, stranger, input)[which]?.();
        assert.ok(plain);
        const metas = plain.keys.map((meta, place) => {
          const swap = swaps.find(([at]) => at === place);
          const pubkey = (swap && accounts[swap[1] % accounts.length]) ?? meta.pubkey;
          return { pubkey, isWritable: meta.isWritable, isSigner: pubkey.equals(me) };
        });
        const { programId } = keys;
        const instruction = new TransactionInstruction({ programId, keys: metas, data: plain.data.subarray(0, cut) });
        if (world.chain.send([instruction], [stranger.key]).landed !== undefined) landed += 1;
        world.chain.warpTo(world.chain.slot + slots);
        world.assertConserved();
      }

      const after = world.market;
      assert.deepEqual(world.chain.get(configAddress(keys.programId)), config);
      assert.deepEqual(after.traders.slice(0, 3), before.traders.slice(0, 3));
      assert.deepEqual(walletsOf(), wallets);
      assert.deepEqual(wealth(), start);
      const owed = { baseLotsTotal: 0n, quoteAtomsTotal: 0n };
      assert.deepEqual({ ...after.header, ...owed }, { ...before.header, ...owed });
    }),
    { seed: SEED, numRuns: RUNS, unbiased: true },
  );
  assert.ok(landed > 0, 'some attempts were the stranger’s right');
});

/** What the stranger has, in the wallet and in entries of their own, in atoms. */
function wealthOf(world: World, { key, base, quote }: Trader): [base: bigint, quote: bigint] {
  const own = world.market.traders.filter((entry) => entry.owner.equals(key.publicKey));
  const lots = own.reduce((sum, entry) => sum + entry.baseLots + entry.pendingBaseLots, 0n);
  const atoms = own.reduce((sum, entry) => sum + entry.quoteAtoms + entry.pendingQuoteAtoms, 0n);
  return [tokensOf(world.chain, base) + lots * LOT_ATOMS, tokensOf(world.chain, quote) + atoms];
}
