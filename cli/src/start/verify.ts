import type { DecodedBatch, Market } from '#client';
import { OrderType, ResultCode, readConfig } from '#client';
import type { AcceptedRow } from '#feeder';
import { acceptedRows } from '#feeder';
import { SettlementModel } from '#model';
import type { BatchRecord } from '../lane-history.ts';
import type { LaneTree } from '../lane-tree.ts';
import { readConfigChanges } from './config-changes.ts';
import type { Difference } from './differences.ts';
import { Differences } from './differences.ts';
import type { SurveyedInput } from './input.ts';
import { replay } from './replay.ts';
import { settledHistory } from './settled-history.ts';
import { marketTerms } from './terms.ts';
import type { Venue } from './venue.ts';
import type { DeadLetterCodes, VoidedTrade } from './voids.ts';
import { createVoidJudge } from './voids.ts';

export interface Verification {
  /** None when everything holds; the first ones otherwise. */
  readonly differences: readonly Difference[];
  /** The chain's own account at the end. */
  readonly market: Market;
  readonly history: LaneTree;
  readonly batches: number;
  /** Batches by batch version. */
  readonly byVersion: Readonly<Record<string, number>>;
  /** Ids that settle_batch instructions named more than once. */
  readonly duplicates: number;
  /** The input's row of the trade in the middle. */
  readonly middle: AcceptedRow | undefined;
  /** Trades of the input that ended as voids, or that the program passed over. */
  readonly voids: readonly VoidedTrade[];
}

/**
 * Holds the chain against the input with the reference model, which shares nothing with the relayer: the trades in the settle_batch
 * data fetched by RPC must be the input's, in order, each unchanged or void; the model, given the input's deposits and this data, must
 * come to the market's balances, fees, cursor and root, which binds what became of every trade; and the vaults must hold what the market
 * owes. A void must be one the model refuses too, or one whose entry in the stream was no trade: any other is a difference.
 */
export async function verifyChain(
  venue: Venue,
  surveyed: SurveyedInput,
  signal: AbortSignal,
  deadLetters: DeadLetterCodes = new Map(),
): Promise<Verification> {
  const differences = new Differences();
  const { history, market } = await settledHistory(venue, signal);
  const batches = history.records.filter((record) => record.kind === 'batch');
  const { middle, unsettledRows } = await compareTrades(surveyed, venue, batches, differences);

  const { value: config } = await readConfig(venue.connection, venue.program, 'confirmed');
  const judge = createVoidJudge(unsettledRows, deadLetters, differences);
  const model = fundedModel(venue, surveyed, config.bump);
  const changes = await readConfigChanges(venue, history.records, signal);
  replay(model, { records: history.records, changes }, { venue, judge, differences });
  differences.compare('config', model.config, config);
  compareMarket(model, market, differences);
  await compareVaults(venue, market, differences);
  const found = { differences: differences.list, market, history, middle, voids: judge.voids() };
  return { ...found, batches: batches.length, ...tallied(batches) };
}

interface ComparedTrades {
  /** The input's row of the trade in the middle, which is the one to be proved. */
  readonly middle: AcceptedRow | undefined;
  /** What the input wanted of the ids that did not settle on-chain. */
  readonly unsettledRows: ReadonlyMap<bigint, AcceptedRow>;
}

async function compareTrades(
  { input, survey }: SurveyedInput,
  venue: Venue,
  batches: readonly BatchRecord[],
  differences: Differences,
): Promise<ComparedTrades> {
  const unsettledRows = new Map<bigint, AcceptedRow>();
  const middleId = BigInt(Math.ceil(survey.accepted / 2));
  let middle: AcceptedRow | undefined;
  const expected = acceptedRows(input, marketTerms(venue.traders.length));
  for (const { batch, codes } of batches) {
    for (const [at, trade] of batch.trades.entries()) {
      const next = await expected.next();
      const row = next.done === true ? undefined : next.value;
      const isVoid = row !== undefined && trade.quantity === 0n && row.trade.tradeId === trade.tradeId;
      if (!isVoid) {
        differences.compare(
          `trade ${trade.tradeId}`,
          row === undefined ? 'not in the input' : saidIn(batch, row, at),
          trade,
        );
      }
      if (row !== undefined && codes[at] !== ResultCode.Settled) unsettledRows.set(trade.tradeId, row);
      if (row?.trade.tradeId === middleId) middle = row;
    }
  }
  let missing = 0;
  for (let next = await expected.next(); next.done !== true; next = await expected.next()) missing += 1;
  differences.compare('trades of the input that are not on-chain', 0, missing);
  return { middle, unsettledRows };
}

/** What a batch must say of a row; V2 may say the plain form too, when the engine emitted schema 1. */
function saidIn(batch: DecodedBatch, { trade, order }: AcceptedRow, at: number): object {
  if (batch.version === 1) return trade;
  const found = batch.trades[at];
  const isPlain = found?.orderType === PLAIN.orderType && found.feeTier === PLAIN.feeTier;
  return { ...trade, ...(isPlain ? PLAIN : order) };
}

/** What schema 1 means by its trades. */
const PLAIN = { orderType: OrderType.Limit, feeTier: 0 };

/** The model as the market must have been before the first trade: funded with what the input needs. */
export function fundedModel(
  venue: Venue,
  { survey }: Pick<SurveyedInput, 'survey'>,
  configBump: number,
): SettlementModel {
  const { program, market, capacity, config, traders } = venue;
  const { baseLotAtoms } = venue.instrument;
  const model = new SettlementModel({ program, market, baseLotAtoms, capacity, configBump, config });
  for (const { owner } of traders) model.openTrader(owner.publicKey);
  for (const { owner, index } of traders) {
    const deposit = survey.deposits[index];
    const isNone = deposit === undefined || (deposit.baseLots === 0n && deposit.quoteAtoms === 0n);
    if (!isNone) model.deposit(owner.publicKey, index, deposit);
  }
  return model;
}

/** Cursor, totals, fees and statistics; balances and tree have names of their own in the model. */
const COMPARED_FIELDS = [
  'baseLotAtoms',
  'nextSequence',
  'lastTradeId',
  'lastSettledSlot',
  'baseLotsTotal',
  'quoteAtomsTotal',
  'quoteFees',
  'tradesSettled',
  'tradesVoided',
  'tradesSkipped',
  'volumeBaseLots',
  'volumeQuoteAtoms',
  'recentDigests',
] as const;

export function compareMarket(model: SettlementModel, { header, traders }: Market, differences: Differences): void {
  const { entries, leafCount } = model.market;
  for (const field of COMPARED_FIELDS) differences.compare(`market.${field}`, model.market[field], header[field]);
  differences.compare('market.tree', { leafCount, root: model.root() }, header.tree);
  differences.compare('balances', entries, traders);
}

/** What the market owes, in atoms, must lie in its vaults. */
export async function compareVaults(
  { connection }: Pick<Venue, 'connection'>,
  { header }: Market,
  differences: Differences,
): Promise<void> {
  const owed = [
    ['base vault', header.baseVault, header.baseLotsTotal * header.baseLotAtoms],
    ['quote vault', header.quoteVault, header.quoteAtomsTotal],
  ] as const;
  for (const [name, vault, atoms] of owed) {
    const { value } = await connection.getTokenAccountBalance(vault, 'confirmed');
    if (BigInt(value.amount) < atoms) differences.add(`${name} balance`, `at least ${atoms}`, value.amount);
  }
}

function tallied(batches: readonly BatchRecord[]): Pick<Verification, 'byVersion' | 'duplicates'> {
  const byVersion: Record<string, number> = {};
  let duplicates = 0;
  let highest = 0n;
  for (const { batch } of batches) {
    byVersion[batch.version] = (byVersion[batch.version] ?? 0) + 1;
    for (const { tradeId } of batch.trades) {
      if (tradeId <= highest) duplicates += 1;
      else highest = tradeId;
    }
  }
  return { byVersion, duplicates };
}
