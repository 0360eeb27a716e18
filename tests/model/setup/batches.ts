import fc from 'fast-check';
import type { TradeV1 } from '#client';
import { baseLots, encodeBatchV1, price, sequence, tradeId } from '#client';
import { build, keys } from '../../program/setup/world.ts';
import { anyIndex, edge, happens, MAX, mostly } from './happening.ts';
import type { Stage } from './stage.ts';

const market = keys.market.publicKey;

export interface TradeInput {
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly takerIsBuyer: boolean;
  readonly idOffset: bigint;
}

const anyTrade: fc.Arbitrary<TradeInput> = fc.record({
  buyer: fc.oneof({ weight: 8, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: anyIndex }),
  seller: fc.oneof({ weight: 8, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: anyIndex }),
  price: fc.oneof({ weight: 12, arbitrary: fc.bigInt({ min: 1n, max: 5000n }) }, edge(0n, MAX, 2n ** 32n)),
  quantity: fc.oneof({ weight: 12, arbitrary: fc.bigInt({ min: 0n, max: 200_000n }) }, edge(0n, MAX, 2n ** 32n)),
  takerIsBuyer: fc.boolean(),
  idOffset: fc.oneof({ weight: 40, arbitrary: fc.constant(0n) }, edge(-1n, 1n)),
});

/** Mostly two different traders: a batch of accidents would never settle. */
export const anySensibleTrade = anyTrade.map((trade) =>
  trade.buyer === trade.seller && trade.price % 7n !== 0n ? { ...trade, seller: (trade.seller + 1) % 3 } : trade,
);

export type Damage = (data: Uint8Array) => Uint8Array;

export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Damage>((data) => data) },
  {
    weight: 1,
    arbitrary: fc.nat(200).map(
      (cut): Damage =>
        (data) =>
          data.subarray(0, cut % (data.length + 1)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
      (tail): Damage =>
        (data) =>
          Uint8Array.from([...data, ...tail]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(
      ([at, byte]): Damage =>
        (data) => {
          const changed = data.slice();
          changed[at % changed.length] = byte;
          return changed;
        },
    ),
  },
);

function payload(stage: Stage, trades: readonly TradeInput[], sequenceOffset: bigint): Uint8Array {
  const { lastTradeId, nextSequence } = stage.model.market;
  const list = trades.map(
    (trade, i): TradeV1 => ({
      ...trade,
      tradeId: tradeId(
        lastTradeId + 1n + BigInt(i) + (lastTradeId === 0n && trade.idOffset < 0n ? 0n : trade.idOffset),
      ),
      price: price(trade.price),
      quantity: baseLots(trade.quantity),
    }),
  );
  return encodeBatchV1({ sequence: sequence(nextSequence + sequenceOffset), trades: list });
}

/** A batch, mostly one that could settle. */
export const settle = happens(
  'settle',
  fc.record({
    by: mostly('relayer'),
    trades: fc.array(anySensibleTrade, { maxLength: 5 }),
    sequenceOffset: fc.oneof({ weight: 15, arbitrary: fc.constant(0n) }, edge(-1n, 1n)),
    damage: anyDamage,
  }),
  (stage, input) => {
    const signer = stage.signer(input.by);
    const data = input.damage(payload(stage, input.trades, input.sequenceOffset));
    const relayer = signer.publicKey;
    return {
      signer,
      instruction: build.settleBatch({ relayer, market, data }),
      tell: (model) => model.settle({ relayer, data }),
    };
  },
);

export const ping = happens(
  'ping',
  fc.record({ by: mostly('relayer'), nonce: fc.bigInt({ min: 0n, max: MAX }) }),
  (stage, input) => {
    const signer = stage.signer(input.by);
    const { nonce } = input;
    const relayer = signer.publicKey;
    return {
      signer,
      instruction: build.ping({ relayer, market, nonce }),
      tell: (model) => model.ping({ relayer, nonce }),
    };
  },
);
