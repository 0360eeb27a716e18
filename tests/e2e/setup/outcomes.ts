import type { TradeV1, TradeV2 } from '#client';
import { asV1, asV2, encodeBatchV1, ResultCode, readConfig, sequence, VersionBit, voidOf } from '#client';
import type { SettlementModel } from '#model';
import { Refusal, TradeRefusal } from '#model';
import type { Difference } from '../../../cli/src/start/differences.ts';
import { Differences } from '../../../cli/src/start/differences.ts';
import { settledHistory } from '../../../cli/src/start/settled-history.ts';
import type { Venue } from '../../../cli/src/start/venue.ts';
import { compareMarket, compareVaults, fundedModel } from '../../../cli/src/start/verify.ts';

/** How each id of the input must end, and how the chain differs from that. */
export interface Outcomes {
  /** Ids that must be void. */
  readonly voids: readonly bigint[];
  readonly differences: readonly Difference[];
}

const never = new AbortController().signal;

/**
 * Holds every id on-chain against the input: each exactly once and in order, with exactly the input's fields, or void, in a V2
 * batch passed over, where the reference model, which takes one trade after the other, refuses it. Sequences, digests, balances, fees, vaults and the state
 * root are held against the model as well. Nothing of the relayer is used.
 * @param input an id whose bytes are no trade is given as the void of zeros it must become
 */
export async function compareOutcomes(venue: Venue, input: readonly (TradeV1 | TradeV2)[]): Promise<Outcomes> {
  const { value: config } = await readConfig(venue.connection, venue.program, 'confirmed');
  const model = () => modelOf(venue, input.length, config.bump);
  const expected = expectedOutcomes(input, model(), venue);
  const { history, market } = await settledHistory(venue, never);
  const differences = new Differences();

  const batches = history.records.filter((record) => record.kind === 'batch');
  const found = batches.flatMap(({ batch, codes }) =>
    batch.trades.map((trade, at) => plainest(codes[at] === ResultCode.Settled ? trade : voidOf(trade))),
  );
  differences.compare(
    'sequences',
    [...batches.keys()].map((at) => at + 1),
    batches.map(({ batch }) => batch.sequence),
  );
  differences.compare('trades', expected, found);
  const settled = model();
  // When which version was allowed is the program's own test.
  settled.config = { ...settled.config, allowedBatchVersions: VersionBit.V1 | VersionBit.V2 };
  try {
    for (const record of batches) {
      settled.slot = BigInt(record.slot);
      settled.settle({ relayer: venue.config.activeRelayer, data: record.data });
    }
    compareMarket(settled, market, differences);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    differences.add(`sequence ${settled.market.nextSequence}`, `refused with ${error.error}`, 'accepted');
  }
  await compareVaults(venue, market, differences);
  const voids = expected.filter((trade) => trade.quantity === 0n).map((trade) => BigInt(trade.tradeId));
  return { voids, differences: differences.list };
}

function expectedOutcomes(input: readonly (TradeV1 | TradeV2)[], model: SettlementModel, venue: Venue): TradeV1[] {
  const settle = (trade: TradeV1): TradeV1 => {
    const data = encodeBatchV1({ sequence: sequence(model.market.nextSequence), trades: [trade] });
    model.settle({ relayer: venue.config.activeRelayer, data });
    return trade;
  };
  return input.map((trade) => {
    try {
      return plainest(settle(trade));
    } catch (error) {
      if (!(error instanceof TradeRefusal)) throw error;
      return plainest(settle(voidOf(trade)));
    }
  });
}

/** A trade says the same in a V1 batch and in a V2 batch when V1 can say it at all; a void says nothing else. */
function plainest(trade: TradeV1 | TradeV2): TradeV1 {
  const { orderType: _orderType, feeTier: _feeTier, ...plain } = asV2(trade);
  return trade.quantity === 0n ? plain : (asV1(asV2(trade)) ?? trade);
}

function modelOf(venue: Venue, accepted: number, configBump: number): SettlementModel {
  const deposits = venue.traders.map((trader) => trader.deposit);
  return fundedModel(venue, { survey: { accepted, rejected: 0, tooLarge: 0, rejections: [], deposits } }, configBump);
}
