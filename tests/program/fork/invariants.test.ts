// Proves: whatever order of deposits, withdrawals, trades, openings, hand-overs, imported chunks, aborts and takings back: no token
// is made or lost, the entries, pending withdrawals and fees of the market that has the vaults add up to what it owes, the vaults
// hold it, deposits in lamports follow the market, and at most one of the two markets is open.
// Does not prove: which refusal each wrong step gets (refusals.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signer, TransactionInstruction } from '@solana/web3.js';
import fc from 'fast-check';
import type { Market } from '#client';
import { baseLots, encodeBatchV1, MarketStatus, marketSpace, price, sequence, tradeId } from '#client';
import { tokensOf } from '../setup/tokens.ts';
import { deposit, keys } from '../setup/world.ts';
import {
  executeIn,
  ForkWorld,
  newAdmin,
  newMarket,
  newProgram,
  newRelayer,
  next,
  old,
  oldMarket,
  requestIn,
} from './setup.ts';

const TRADER_DEPOSIT = 5_000_000n;
const RUNS = 40;

type Sent = readonly [TransactionInstruction, Signer];

const anyStep = fc.record({
  kind: fc.constantFrom(
    ...(['deposit', 'request', 'execute', 'cancel', 'trade', 'open', 'close', 'collect', 'wait'] as const),
    ...(['handOver', 'import', 'import', 'abort', 'takeBack', 'pause', 'resume'] as const),
  ),
  trader: fc.nat(2),
  other: fc.nat(2),
  amount: fc.bigInt({ min: 0n, max: 2_000n }),
  chunk: fc.integer({ min: 1, max: 3 }),
  /** Which program the step is asked of, whatever it can do there. */
  isNew: fc.boolean(),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function instructionOf(world: ForkWorld, step: Step): Sent | undefined {
  const [build, market] = step.isNew ? [next, newMarket] : [old, oldMarket];
  const [admin, relayer] = step.isNew ? [newAdmin, newRelayer] : [keys.admin, keys.relayer];
  const { header } = step.isNew ? world.imported : world.market;
  const trader = world.trader(step.trader);
  const { vaults } = world;
  const owner = trader.key.publicKey;
  const entry = { owner, market, index: trader.index };
  const amounts = { baseLots: step.amount, quoteAtoms: step.amount * 3n };
  const onSide = (instruction: TransactionInstruction): TransactionInstruction => {
    instruction.programId = step.isNew ? newProgram : keys.programId;
    return instruction;
  };
  switch (step.kind) {
    case 'deposit':
      return [onSide(deposit(trader, amounts, { market, vaults })), trader.key];
    case 'request':
      return [requestIn(build, market, trader, amounts), trader.key];
    case 'execute':
      return [executeIn(build, market, trader, vaults), trader.key];
    case 'cancel':
      return [build.cancelWithdrawal(entry), trader.key];
    case 'open':
      return [build.openTrader({ owner, market }), trader.key];
    case 'close':
      return [build.closeTrader({ ...entry, index: 3 }), trader.key];
    case 'collect': {
      const accounts = { admin: admin.publicKey, market, destination: trader.quote, quoteVault: vaults.quoteVault };
      return [build.collectFees({ ...accounts, amount: 1n }), admin];
    }
    case 'trade': {
      const trade = {
        ...{ buyer: step.trader, seller: step.other, price: price(7), quantity: baseLots(step.amount + 1n) },
        ...{ tradeId: tradeId(header.lastTradeId + 1n), takerIsBuyer: true },
      };
      const data = encodeBatchV1({ sequence: sequence(header.nextSequence), trades: [trade] });
      return [build.settleBatch({ relayer: relayer.publicKey, market, data }), relayer];
    }
    case 'handOver':
      return [world.handOverInstruction(), keys.admin];
    case 'import':
      return [world.importInstruction(step.chunk), newAdmin];
    case 'abort':
      return [world.abortInstruction(), newAdmin];
    case 'takeBack':
      return [world.takeBackInstruction(), keys.admin];
    case 'pause':
    case 'resume':
      return [old.setPaused({ authority: keys.admin.publicKey, isPaused: step.kind === 'pause' }), keys.admin];
    case 'wait':
      world.chain.warpTo(world.chain.slot + 60n);
      return undefined;
  }
}

/** What must hold of the market that has the vaults. */
function assertCovered(world: ForkWorld, { header, traders }: Market): void {
  const fees: bigint = header.quoteFees;
  const base = traders.reduce((sum, entry) => sum + entry.baseLots + entry.pendingBaseLots, 0n);
  const quote = traders.reduce<bigint>((sum, entry) => sum + entry.quoteAtoms + entry.pendingQuoteAtoms, fees);
  assert.deepEqual([base, quote], [header.baseLotsTotal, header.quoteAtomsTotal]);
  assert.ok(base * header.baseLotAtoms <= tokensOf(world.chain, world.baseVault));
  assert.ok(quote <= tokensOf(world.chain, world.quoteVault));
}

test('nothing is made, lost or in two places, whatever the order', () => {
  const landed = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 40, maxLength: 70 }), (steps) => {
      const world = ForkWorld.begin();
      world.ready();
      const { chain } = world;
      const tokens = () =>
        (['base', 'quote'] as const).map((side) =>
          world.traders.reduce(
            (sum, trader) => sum + tokensOf(chain, trader[side]),
            tokensOf(chain, side === 'base' ? world.baseVault : world.quoteVault),
          ),
        );
      const [whole, rent] = [tokens(), chain.rent(marketSpace(64))];
      let previous = world.market.header.lastTradeId;
      for (const step of steps) {
        const sent = instructionOf(world, step);
        chain.svm.expireBlockhash();
        if (sent !== undefined && chain.send([sent[0]], [sent[1]]).landed) {
          landed.set(step.kind, (landed.get(step.kind) ?? 0) + 1);
        }
        assert.deepEqual(tokens(), whole);
        const [here, there] = [world.market, world.imported];
        const isMoved = there.header.status === MarketStatus.Open;
        assert.ok(!(here.header.status === MarketStatus.Open && isMoved), 'both are open');
        const present = isMoved ? there : here;
        assertCovered(world, present);
        const lastTradeId = present.header.lastTradeId;
        assert.ok(lastTradeId >= previous);
        previous = lastTradeId;
        // Surplus lamports are the deposits of the entries, wherever they are just now.
        const surplus = [oldMarket, newMarket].map((key) => (chain.get(key)?.lamports ?? 0n) - rent);
        const owners = BigInt(present.traders.filter(({ status }) => status !== 0).length);
        assert.equal((surplus[0] ?? 0n) + (surplus[1] ?? 0n), owners * TRADER_DEPOSIT);
        assert.ok(surplus.every((lamports) => lamports >= 0n));
      }
    }),
    { seed: 21, numRuns: RUNS },
  );
  for (const kind of ['deposit', 'trade', 'execute', 'handOver', 'import', 'abort', 'takeBack']) {
    assert.ok((landed.get(kind) ?? 0) > 0, `${kind} landed at least once`);
  }
});
