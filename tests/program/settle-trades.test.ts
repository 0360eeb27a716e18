// Proves: a trade moves exactly its value and the taker's fee, rounded up; what cannot settle refuses the whole batch, names
// the trade and the reason, and moves nothing; a void moves nothing and asks nothing.
// Does not prove: sequences of many trades against a second opinion; tests/model does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeeTier, TradeV1 } from '#client';
import { price, ResultCode } from '#client';
import { patchEntry, patchHeader, u64 } from './setup/patch.ts';
import type { World } from './setup/world.ts';
import { build, DEPOSIT, keys, lots, newWorld, TAKER_BPS } from './setup/world.ts';

const admin = keys.admin.publicKey;
const MAX = 2n ** 64n - 1n;

const balances = (world: World): bigint[][] => world.market.traders.map((entry) => [entry.baseLots, entry.quoteAtoms]);

/** What each trader gained since the start, base lots and quote atoms. */
const gains = (world: World): bigint[][] =>
  balances(world).map(([base = 0n, quote = 0n]) => [base - DEPOSIT.baseLots, quote - DEPOSIT.quoteAtoms]);

const withFee = (takerBps: number, makerBps = 0): World => {
  const world = newWorld();
  const feeTiers: FeeTier[] = Array.from({ length: 4 }, () => ({ makerBps, takerBps }));
  world.accept(build.setFees({ admin, feeTiers }), keys.admin);
  return world;
};

test('the buyer pays the amount and the fee when the buyer takes', () => {
  const world = newWorld();
  world.acceptTrades([{ price: price(1000), quantity: lots(10), takerIsBuyer: true }]);
  assert.deepEqual(gains(world), [
    [10n, -10_030n],
    [-10n, 10_000n],
    [0n, 0n],
  ]);
  assert.equal(world.market.header.quoteFees, 30n);
});

test('the seller receives the amount less the fee when the seller takes', () => {
  const world = newWorld();
  world.acceptTrades([{ price: price(1000), quantity: lots(10), takerIsBuyer: false }]);
  assert.deepEqual(gains(world), [
    [10n, -10_000n],
    [-10n, 9970n],
    [0n, 0n],
  ]);
  assert.equal(world.market.header.quoteFees, 30n);
});

const fees: [amount: bigint, bps: number, fee: bigint][] = [
  [1n, 1, 1n],
  [9999n, 1, 1n],
  [10_000n, 1, 1n],
  [10_001n, 1, 2n],
  [3333n, 30, 10n],
  [3334n, 30, 11n],
  [20n, 500, 1n],
  [21n, 500, 2n],
  [1n, 500, 1n],
  [1n, 0, 0n],
  [999_999_999n, 0, 0n],
];

for (const [amount, bps, fee] of fees) {
  test(`the fee on ${amount} at ${bps} bps is ${fee}`, () => {
    const world = withFee(bps);
    world.acceptTrades([
      { price: price(amount), quantity: lots(1), takerIsBuyer: false },
      { price: price(1), quantity: lots(1), takerIsBuyer: false },
    ]);
    assert.equal(world.market.header.quoteFees, fee + (bps === 0 ? 0n : 1n));
  });
}

test('a seller whose fee is the whole amount receives nothing', () => {
  const world = withFee(1);
  world.acceptTrades([{ price: price(1), quantity: lots(1), takerIsBuyer: false }]);
  assert.deepEqual(gains(world)[1], [-1n, 0n]);
});

test('the maker pays no fee in this version, whatever the table says', () => {
  const world = withFee(0, 500);
  world.acceptTrades([{ takerIsBuyer: true }, { takerIsBuyer: false }]);
  assert.equal(world.market.header.quoteFees, 0n);
});

test('the first tier is the one charged', () => {
  const world = newWorld();
  const feeTiers = [0, 500, 500, 500].map((takerBps) => ({ makerBps: 500, takerBps }));
  world.accept(build.setFees({ admin, feeTiers }), keys.admin);
  world.acceptTrades([{}]);
  assert.equal(world.market.header.quoteFees, 0n);
});

test('trades of one batch see each other: what one receives the next may spend', () => {
  const world = withFee(0);
  const all = DEPOSIT.baseLots;
  const cheap = { price: price(1), takerIsBuyer: true };
  world.acceptTrades([
    { ...cheap, buyer: 1, seller: 0, quantity: lots(all) },
    { ...cheap, buyer: 2, seller: 1, quantity: lots(2n * all) },
    { ...cheap, buyer: 0, seller: 2, quantity: lots(3n * all) },
  ]);
  assert.deepEqual(gains(world), [
    [2n * all, all - 3n * all],
    [-all, -all + 2n * all],
    [-all, -2n * all + 3n * all],
  ]);
});

test('a balance is spent to the last atom and not one further', () => {
  const world = withFee(0);
  world.refuseTrades('InsufficientQuote', [{ price: price(DEPOSIT.quoteAtoms + 1n), quantity: lots(1) }]);
  world.acceptTrades([{ price: price(DEPOSIT.quoteAtoms), quantity: lots(1) }]);
  world.refuseTrades('InsufficientBase', [{ buyer: 2, price: price(1), quantity: lots(DEPOSIT.baseLots) }]);
  world.acceptTrades([{ buyer: 2, price: price(1), quantity: lots(DEPOSIT.baseLots - 1n) }]);
  assert.equal(world.entry(1).baseLots, 0n);
});

test('the fee is part of what the buyer must have', () => {
  const world = newWorld();
  const exact = (DEPOSIT.quoteAtoms * 10_000n) / BigInt(10_000 + TAKER_BPS);
  world.refuseTrades('InsufficientQuote', [{ price: price(exact + 1n), quantity: lots(1) }]);
  world.acceptTrades([{ price: price(exact), quantity: lots(1) }]);
});

interface Refused {
  readonly name: string;
  readonly code: number;
  readonly trade: Partial<TradeV1>;
}

const impossible: Readonly<Record<string, Refused>> = {
  'price 0': { name: 'ZeroPrice', code: ResultCode.ZeroPrice, trade: { price: price(0) } },
  'a buyer outside the market': {
    name: 'TraderIndexOutOfRange',
    code: ResultCode.TraderIndexOutOfRange,
    trade: { buyer: 3 },
  },
  'a seller far outside the market': {
    name: 'TraderIndexOutOfRange',
    code: ResultCode.TraderIndexOutOfRange,
    trade: { seller: 2 ** 32 - 1 },
  },
  'a trader with themselves': { name: 'SelfTrade', code: ResultCode.SelfTrade, trade: { buyer: 1 } },
  'an amount of 2^64': {
    name: 'AmountOverflow',
    code: ResultCode.AmountOverflow,
    trade: { price: price(2n ** 32n), quantity: lots(2n ** 32n) },
  },
  'an amount far above 2^64': {
    name: 'AmountOverflow',
    code: ResultCode.AmountOverflow,
    trade: { price: price(MAX), quantity: lots(MAX) },
  },
  'an amount that overflows with its fee': {
    name: 'AmountOverflow',
    code: ResultCode.AmountOverflow,
    trade: { price: price(MAX), quantity: lots(1), takerIsBuyer: true },
  },
  'more than the buyer has': {
    name: 'InsufficientQuote',
    code: ResultCode.InsufficientQuote,
    trade: { price: price(MAX), quantity: lots(1), takerIsBuyer: false },
  },
  'more than the seller has': {
    name: 'InsufficientBase',
    code: ResultCode.InsufficientBase,
    trade: { price: price(1), quantity: lots(DEPOSIT.baseLots + 1n) },
  },
};

for (const [what, { name, code, trade }] of Object.entries(impossible)) {
  test(`${what} refuses the batch, names the trade, and moves nothing`, () => {
    const world = newWorld();
    const { trade: rejected } = world.refuseTrades(name, [{}, {}, trade, {}]);
    assert.deepEqual(rejected, { index: 2, tradeId: 3n, result: code });
  });

  test(`${what} as a void spends its id`, () => {
    const world = newWorld();
    world.acceptTrades([{}, { ...trade, quantity: lots(0) }, {}]);
    assert.equal(world.market.header.lastTradeId, 3n);
    assert.equal(world.market.header.tradesVoided, 1n);
    assert.deepEqual(gains(world)[0], [10n, -1004n]);
  });
}

test('the checks of a trade come in the order of the contract', () => {
  const world = newWorld();
  patchEntry(world, 2, 'status', Uint8Array.of(2));
  patchEntry(world, 2, 'base_lots', u64(0n));
  patchEntry(world, 2, 'quote_atoms', u64(0n));
  const huge = { price: price(MAX), quantity: lots(MAX) };
  world.refuseTrades('ZeroPrice', [{ ...huge, price: price(0), buyer: 9, seller: 9 }]);
  world.refuseTrades('TraderIndexOutOfRange', [{ ...huge, buyer: 9, seller: 9 }]);
  world.refuseTrades('TraderIndexOutOfRange', [{ ...huge, buyer: 2, seller: 9 }]);
  world.refuseTrades('EntryNotOpen', [{ ...huge, buyer: 2, seller: 2 }]);
  world.refuseTrades('SelfTrade', [{ ...huge, buyer: 1, seller: 1 }]);
  world.refuseTrades('AmountOverflow', [huge]);
  world.refuseTrades('InsufficientQuote', [{ price: price(2), quantity: lots(2n ** 62n), takerIsBuyer: false }]);
});

test('the volume statistics stop at the top instead of wrapping', () => {
  const world = newWorld();
  patchHeader(world, 'volume_base_lots', u64(MAX - 1n));
  patchHeader(world, 'volume_quote_atoms', u64(MAX - 1n));
  patchHeader(world, 'trades_settled', u64(MAX));
  patchHeader(world, 'trades_voided', u64(MAX));
  world.acceptTrades([{}, { quantity: lots(0) }]);
  const { header } = world.market;
  assert.deepEqual([header.volumeBaseLots, header.volumeQuoteAtoms], [MAX, MAX]);
  assert.deepEqual([header.tradesSettled, header.tradesVoided], [MAX, MAX]);
});
