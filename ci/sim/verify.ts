import type { DecodedBatch, TradeV2 } from '#client';
import { asV2, OrderType, ResultCode, readConfig } from '#client';
import { acceptedRows, flowInput } from '#feeder';
import type { Counts, Reason } from '#gate/can-ship';
import { readConfigChanges } from '../../cli/src/start/config-changes.ts';
import { Differences } from '../../cli/src/start/differences.ts';
import { replay } from '../../cli/src/start/replay.ts';
import { settledHistory } from '../../cli/src/start/settled-history.ts';
import type { Venue } from '../../cli/src/start/venue.ts';
import { compareMarket, compareVaults, fundedModel } from '../../cli/src/start/verify.ts';
import { resultName } from '../../cli/src/trade-proof.ts';
import { reason } from './reason.ts';
import type { Entry } from './stream.ts';
import type { Effort } from './subject.ts';
import { INSTRUMENT, TAKER_BPS, TRADERS } from './terms.ts';

export interface Verified {
  readonly counts: Counts;
  /** None when the chain is exactly what the engine's trades make of it. */
  readonly reasons: readonly Reason[];
}

export interface VerifyPlan {
  readonly venue: Venue;
  /** What the engine wrote. */
  readonly entries: readonly Entry[];
  /** Set where the entries must be the seeded order flow's. */
  readonly flow: Effort | undefined;
  readonly signal: AbortSignal;
}

/**
 * Holds the chain against the engine's entries: each id once, in order, settled, with the very fields; and, with the reference model that
 * shares nothing with program or relayer, every balance, fee, cursor, digest and the state root. A void and a trade the program passed
 * over are no settlement, whoever is to blame.
 */
export async function verify({ venue, entries, flow, signal }: VerifyPlan): Promise<Verified> {
  const { history, market } = await settledHistory(venue, signal);
  const batches = history.records.filter((record) => record.kind === 'batch');
  const trades = new Differences();
  const outcomes = batches.flatMap(({ batch, codes }) => batch.trades.map((trade, at) => ({ trade, code: codes[at] })));
  let settled = 0;
  for (const [at, { trade, code }] of outcomes.entries()) {
    const entry = entries[at];
    const isVoid = trade.quantity === 0n;
    if (entry === undefined) trades.add(`trade ${trade.tradeId}`, 'not written by the engine', trade);
    else if (isVoid) trades.add(`trade ${entry.trade.tradeId}`, 'settled', 'a void');
    else trades.compare(`trade ${entry.trade.tradeId}`, saidIn(entry), asV2(trade));
    if (code !== ResultCode.Settled) trades.add(`trade ${trade.tradeId}`, 'settled', resultName(code ?? 0));
    else if (!isVoid) settled += 1;
  }
  trades.compare('trades on-chain', entries.length, outcomes.length);

  const { value: config } = await readConfig(venue.connection, venue.program, 'confirmed');
  const deposits = venue.traders.map(({ deposit }) => deposit);
  const survey = { accepted: entries.length, rejected: 0, tooLarge: 0, rejections: [], deposits };
  const model = fundedModel(venue, { survey }, config.bump);
  const changes = await readConfigChanges(venue, history.records, signal);
  const state = new Differences();
  replay(model, { records: history.records, changes }, { venue, judge: NO_VOIDS, differences: state });
  compareMarket(model, market, state);
  await compareVaults(venue, market, state);

  const reasons = [
    ...reasonsOf('TRADE_NOT_SETTLED', trades, 'Each trade the engine writes must settle once, as it was written.'),
    ...reasonsOf('STATE_DIFFERS', state, 'The program computes otherwise than docs/reference/program.md and model/.'),
    ...(flow === undefined ? [] : await compareFlow(flow, entries)),
  ];
  return {
    counts: countsOf(
      entries,
      settled,
      batches.map(({ batch }) => batch),
    ),
    reasons,
  };
}

/** Voids are differences already. */
const NO_VOIDS = { look: () => undefined, voids: () => [] };

/** Schema 1 says nothing of order type and tier: a limit order in the first tier, in either batch version. One of schema 2 loses nothing. */
const saidIn = ({ schema, trade }: Entry): TradeV2 =>
  schema === 2 ? trade : { ...trade, orderType: OrderType.Limit, feeTier: 0 };

async function compareFlow(
  { seed, count }: Pick<Effort, 'seed' | 'count'>,
  entries: readonly Entry[],
): Promise<readonly Reason[]> {
  const found = new Differences();
  const input = flowInput(INSTRUMENT, { traders: TRADERS, seed, count });
  let at = 0;
  for await (const { trade, order } of acceptedRows(input, { traders: TRADERS, takerBps: TAKER_BPS })) {
    const entry = entries[at];
    at += 1;
    if (entry === undefined) continue;
    found.compare(`trade ${trade.tradeId}`, { ...trade, ...(entry.schema === 2 ? order : {}) }, entry.trade);
  }
  found.compare('trades of the order flow', at, entries.length);
  return reasonsOf('FLOW_DIFFERS', found, 'Of the same seed the reference engines write the same trades.');
}

function reasonsOf(code: string, { list }: Differences, advice: string): Reason[] {
  return list.map(({ what, expected, found }) => reason(code, `${what}: expected ${expected}, found ${found}`, advice));
}

function countsOf(entries: readonly Entry[], settled: number, batches: readonly DecodedBatch[]): Counts {
  const tally = (keys: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
    return counts;
  };
  return {
    trades: entries.length,
    settled,
    bySchema: tally(entries.map(({ schema }) => `${schema}`)),
    byVersion: tally(batches.map(({ version }) => `${version}`)),
  };
}
