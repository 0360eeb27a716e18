import fc from 'fast-check';
import { digestPrefix } from '#client';
import { columns, header } from '../../../tools/golden/v2/batches.ts';
import type { Encoding } from '../../../tools/golden/v2/columns.ts';
import { build, keys } from '../../program/setup/world.ts';
import type { TradeInput } from './batches.ts';
import { anyDamage, anySensibleTrade } from './batches.ts';
import { edge, happens, mostly } from './happening.ts';
import type { Stage } from './stage.ts';

const market = keys.market.publicKey;

interface TradeV2Input extends TradeInput {
  readonly orderType: number;
  readonly feeTier: number;
}

const anyTradeV2: fc.Arbitrary<TradeV2Input> = fc
  .tuple(
    anySensibleTrade,
    fc.oneof({ weight: 12, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(7) }),
    fc.nat(3),
  )
  .map(([trade, orderType, feeTier]) => ({ ...trade, orderType, feeTier }));

interface BatchInput {
  readonly trades: readonly TradeV2Input[];
  readonly encoding: Encoding | undefined;
  readonly sequenceOffset: bigint;
  readonly idOffset: bigint;
  readonly prefixOffset: bigint;
}

const U64 = 2n ** 64n;

/** From the vectors' encoder, which shares no code with the model's decoder or the program. */
function payload(stage: Stage, input: BatchInput): Uint8Array {
  const { lastTradeId, nextSequence, recentDigests } = stage.model.market;
  const before = recentDigests[Number((nextSequence - 1n) % 64n)] ?? new Uint8Array(8);
  const place = {
    sequence: nextSequence + input.sequenceOffset,
    firstTradeId: (lastTradeId + 1n + input.idOffset + U64) % U64,
    prevDigestPrefix: (digestPrefix(before) + input.prefixOffset) % U64,
  };
  const trades = input.trades.map((trade, i) => ({ ...trade, tradeId: BigInt(i) }));
  return new Uint8Array(Buffer.concat([header(place, trades.length), ...columns(trades, input.encoding)]));
}

const mostlyNone = (value: bigint) =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(0n) }, edge(...new Set([-1n, 1n, value])));

/** A V2 batch of up to `most` trades, valid and invalid ones mixed, mostly one that lands. */
export const settleV2 = (most: number) =>
  happens(
    'settleV2',
    fc.record({
      by: mostly('relayer'),
      trades: fc.array(anyTradeV2, { maxLength: most, size: 'max' }),
      encoding: fc.constantFrom<Encoding | undefined>(undefined, undefined, 'plain', 'packed', 'runs'),
      sequenceOffset: mostlyNone(1n),
      idOffset: mostlyNone(2n),
      prefixOffset: fc.oneof({ weight: 30, arbitrary: fc.constant(0n) }, edge(1n, 2n ** 63n)),
      damage: anyDamage,
    }),
    (stage, input) => {
      const signer = stage.signer(input.by);
      const data = input.damage(payload(stage, input));
      const relayer = signer.publicKey;
      return {
        signer,
        instruction: build.settleBatch({ relayer, market, data }),
        tell: (model) => model.settle({ relayer, data }),
      };
    },
  );
