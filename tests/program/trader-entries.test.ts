// Proves: anybody opens an entry for a deposit; closing takes two steps with 4,194,304 trades between them, so that an
// index never changes hands while a trade could name it; then the deposit is back and the index can be reused.
// Does not prove: what an entry's balances do; the tests of deposits, withdrawals and trades do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Keypair } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import { EntryStatus } from '#client';
import { patchEntry, patchHeader, u64 } from './setup/patch.ts';
import type { Trader, World } from './setup/world.ts';
import { build, deposit, keys, newcomer, newWorld } from './setup/world.ts';

const market = keys.market.publicKey;
const REUSE_TRADES = 4_194_304n;
const DEPOSIT_LAMPORTS = 5_000_000n;

const open = (key: Keypair, reuseIndex?: number) =>
  build.openTrader({ owner: key.publicKey, market, ...(reuseIndex === undefined ? {} : { reuseIndex }) });
const close = (trader: Trader) => build.closeTrader({ owner: trader.key.publicKey, market, index: trader.index });

/** A world in which dave has opened entry 3 and begun to close it. */
function closingWorld(): { world: World; dave: Trader } {
  const world = newWorld();
  const dave = newcomer(world, 'dave', 3);
  world.accept(open(dave.key), dave.key);
  world.accept(close(dave), dave.key);
  return { world, dave };
}

function freeWorld(): { world: World; dave: Trader } {
  const { world, dave } = closingWorld();
  patchHeader(world, 'last_trade_id', u64(REUSE_TRADES));
  world.accept(close(dave), dave.key);
  return { world, dave };
}

const lamportsOf = (world: World, key: PublicKey): bigint => world.chain.get(key)?.lamports ?? 0n;

test('a new entry is at the end, empty, and locks its deposit in the market', () => {
  const world = newWorld();
  const { key } = newcomer(world, 'dave', 3);
  const before = lamportsOf(world, market);
  const { events } = world.accept(open(key), key);
  const entry = world.entry(3);
  assert.deepEqual(entry.owner, key.publicKey);
  assert.equal(entry.status, EntryStatus.Open);
  assert.deepEqual(
    [entry.baseLots, entry.quoteAtoms, entry.pendingBaseLots, entry.pendingQuoteAtoms],
    [0n, 0n, 0n, 0n],
  );
  assert.equal(lamportsOf(world, market) - before, DEPOSIT_LAMPORTS);
  assert.deepEqual(events, [{ name: 'TraderOpened', data: { market, index: 3, owner: key.publicKey } }]);
});

test('one owner may hold several entries', () => {
  const world = newWorld();
  const { key } = newcomer(world, 'dave', 3);
  world.accept([open(key), open(key)], key);
  assert.deepEqual([world.entry(3).owner, world.entry(4).owner], [key.publicKey, key.publicKey]);
});

test('an owner without the deposit opens nothing', () => {
  const world = newWorld();
  const { key } = newcomer(world, 'dave', 3);
  world.chain.fund(key.publicKey, DEPOSIT_LAMPORTS - 1n);
  world.refuse('SystemInsufficientLamports', open(key), keys.stranger, key);
});

test('the first close makes an empty entry closing, and reports when its index is free', () => {
  const world = newWorld();
  world.acceptTrades([{}, {}, {}]);
  const dave = newcomer(world, 'dave', 3);
  world.accept(open(dave.key), dave.key);
  const { events } = world.accept(close(dave), dave.key);
  assert.equal(world.entry(3).status, EntryStatus.Closing);
  assert.equal(world.entry(3).closingTradeId, 3n);
  const data = { market, index: 3, freeAtTradeId: 3n + REUSE_TRADES };
  assert.deepEqual(events, [{ name: 'TraderClosing', data }]);
});

test('an entry with a balance, or with a request, does not close', () => {
  const world = newWorld();
  const alice = world.trader(0);
  world.refuse('EntryNotEmpty', close(alice), alice.key);

  const dave = newcomer(world, 'dave', 3);
  world.accept([open(dave.key), deposit(dave, { baseLots: 1n, quoteAtoms: 0n })], dave.key);
  world.refuse('EntryNotEmpty', close(dave), dave.key);
  const to = { baseDestination: dave.base, quoteDestination: dave.quote };
  const entry = { owner: dave.key.publicKey, market, index: 3 };
  world.accept(build.requestWithdrawal({ ...entry, ...to, baseLots: 1n, quoteAtoms: 0n }), dave.key);
  world.refuse('WithdrawalPending', close(dave), dave.key);
});

test('an entry with nothing but quote atoms does not close', () => {
  const world = newWorld();
  const dave = newcomer(world, 'dave', 3);
  world.accept([open(dave.key), deposit(dave, { baseLots: 0n, quoteAtoms: 1n })], dave.key);
  world.refuse('EntryNotEmpty', close(dave), dave.key);
});

test('nobody closes the entry of another', () => {
  const { world, dave } = closingWorld();
  const stranger = (index: number) => build.closeTrader({ owner: keys.stranger.publicKey, market, index });
  world.refuse('NotEntryOwner', stranger(0), keys.stranger);
  world.refuse('NotEntryOwner', stranger(3), keys.stranger);
  world.refuse('NotEntryOwner', close({ ...dave, index: 0 }), dave.key);
  world.refuse('TraderIndexOutOfRange', stranger(4), keys.stranger);
  world.refuse('TraderIndexOutOfRange', stranger(2 ** 32 - 1), keys.stranger);
});

test('a closing entry takes neither trades nor deposits nor requests', () => {
  const { world, dave } = closingWorld();
  world.refuseTrades('EntryNotOpen', [{ buyer: 3 }]);
  world.refuseTrades('EntryNotOpen', [{ seller: 3 }]);
  world.refuse('EntryNotOpen', deposit(dave, { baseLots: 1n, quoteAtoms: 1n }), dave.key);
  const to = { baseDestination: dave.base, quoteDestination: dave.quote };
  const request = { owner: dave.key.publicKey, market, index: 3, baseLots: 1n, quoteAtoms: 1n };
  world.refuse('EntryNotOpen', build.requestWithdrawal({ ...request, ...to }), dave.key);
});

test('the second close waits for the last trade that could name the index', () => {
  const { world, dave } = closingWorld();
  world.refuse('IndexStillNamed', close(dave), dave.key);
  patchHeader(world, 'last_trade_id', u64(REUSE_TRADES - 1n));
  world.refuse('IndexStillNamed', close(dave), dave.key);
  patchHeader(world, 'last_trade_id', u64(REUSE_TRADES));

  const before = lamportsOf(world, dave.key.publicKey);
  const { events } = world.accept(close(dave), keys.stranger, dave.key);
  assert.equal(lamportsOf(world, dave.key.publicKey) - before, DEPOSIT_LAMPORTS);
  assert.deepEqual(events, [{ name: 'TraderClosed', data: { market, index: 3, owner: dave.key.publicKey } }]);
  assert.equal(world.entry(3).status, EntryStatus.Free);
  assert.deepEqual(world.entry(3).owner, PublicKey.default);
  assert.equal(world.entry(3).closingTradeId, 0n);
});

test('the wait counts from the close, and does not wrap at the end of the ids', () => {
  const { world, dave } = closingWorld();
  const max = 2n ** 64n - 1n;
  patchEntry(world, 3, 'closing_trade_id', u64(max - 5n));
  patchHeader(world, 'last_trade_id', u64(max - 1n));
  world.refuse('IndexStillNamed', close(dave), dave.key);
});

test('the market stays rent exempt when all deposits are gone', () => {
  const world = newWorld();
  const dave = newcomer(world, 'dave', 3);
  const bytes = world.chain.data(market).length;
  world.accept(open(dave.key), dave.key);
  world.accept(close(dave), dave.key);
  patchHeader(world, 'last_trade_id', u64(REUSE_TRADES));
  world.accept(close(dave), dave.key);
  assert.ok(lamportsOf(world, market) >= world.chain.rent(bytes));
});

test('a free index is nobody’s: no trade, no deposit, no second return', () => {
  const { world, dave } = freeWorld();
  world.refuseTrades('EntryNotOpen', [{ buyer: 3 }]);
  world.refuse('NotEntryOwner', deposit(dave, { baseLots: 1n, quoteAtoms: 1n }), dave.key);
  world.refuse('NotEntryOwner', close(dave), dave.key);
  const nobody = build.closeTrader({ owner: PublicKey.default, market, index: 3 });
  const unsigned = nobody.keys.map((meta) => ({ ...meta, isSigner: false }));
  nobody.keys.splice(0, unsigned.length, ...unsigned);
  const { refusal } = world.chain.send([nobody], [keys.stranger]);
  assert.equal(refusal?.name, 'MissingRequiredSignature');
});

test('a free index is reused by whoever asks, with a deposit and from zero', () => {
  const { world } = freeWorld();
  const erin = newcomer(world, 'erin', 3);
  const before = lamportsOf(world, market);
  world.accept(open(erin.key, 3), erin.key);
  assert.equal(lamportsOf(world, market) - before, DEPOSIT_LAMPORTS);
  assert.deepEqual(world.entry(3).owner, erin.key.publicKey);
  assert.equal(world.entry(3).closingTradeId, 0n);
  assert.equal(world.market.traders.length, 4);
  world.accept(deposit(erin, { baseLots: 1n, quoteAtoms: 1n }), erin.key);
});

test('an index that is open or closing is not reused, nor one that was never used', () => {
  const { world } = closingWorld();
  const { key } = newcomer(world, 'erin', 4);
  world.refuse('IndexNotFree', open(key, 0), key);
  world.refuse('IndexNotFree', open(key, 3), key);
  world.refuse('TraderIndexOutOfRange', open(key, 4), key);
  world.refuse('TraderIndexOutOfRange', open(key, 2 ** 32 - 1), key);
});

test('a migrated market neither opens nor closes', () => {
  const { world, dave } = closingWorld();
  patchHeader(world, 'status', Uint8Array.of(1));
  world.refuse('MarketMigrated', open(dave.key), dave.key);
  world.refuse('MarketMigrated', close(dave), dave.key);
});
