import type { Market } from '#client';
import { readConfig, readMarket } from '#client';
import type { AcceptedRow } from '#feeder';
import { acceptedRows } from '#feeder';
import { Refusal, SettlementModel } from '#model';
import type { BatchRecord, LaneTree } from '../lane-history.ts';
import { buildLaneTree } from '../lane-history.ts';
import type { Difference } from './differences.ts';
import { Differences } from './differences.ts';
import type { SurveyedInput } from './input.ts';
import { marketTerms } from './terms.ts';
import type { Venue } from './venue.ts';

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
}

/**
 * Holds the chain against the input with the reference model, which shares nothing with the relayer: the trades in the settle_batch
 * data fetched by RPC must be the input's, in order; the model, given the input's deposits and this data, must come to the
 * market's balances, fees, cursor and root; and the vaults must hold what the market owes.
 */
export async function verifyChain(venue: Venue, surveyed: SurveyedInput, signal: AbortSignal): Promise<Verification> {
  const differences = new Differences();
  const history = await buildLaneTree(venue, signal);
  const batches = history.records.filter((record) => record.kind === 'batch');
  const middle = await compareTrades(surveyed, venue, batches, differences);

  const { value: config } = await readConfig(venue.connection, venue.program, 'confirmed');
  const { value: market } = await readMarket(venue.connection, venue.market, 'confirmed');
  const model = fundedModel(venue, surveyed, config.bump);
  replay(model, history, venue, differences);
  differences.compare('config', model.config, config);
  compareMarket(model, market, differences);
  await compareVaults(venue, market, differences);
  return { differences: differences.list, market, history, batches: batches.length, ...tallied(batches), middle };
}

/** Answers the input's row of the trade in the middle, which is the one to be proved. */
async function compareTrades(
  { input, survey }: SurveyedInput,
  venue: Venue,
  batches: readonly BatchRecord[],
  differences: Differences,
): Promise<AcceptedRow | undefined> {
  const middleId = BigInt(Math.ceil(survey.accepted / 2));
  let middle: AcceptedRow | undefined;
  const expected = acceptedRows(input, marketTerms(venue.traders.length));
  for (const { batch } of batches) {
    for (const trade of batch.trades) {
      const next = await expected.next();
      differences.compare(`trade ${trade.tradeId}`, next.done === true ? 'not in the input' : next.value.trade, trade);
      if (next.done !== true && next.value.trade.tradeId === middleId) middle = next.value;
    }
  }
  let missing = 0;
  for (let next = await expected.next(); next.done !== true; next = await expected.next()) missing += 1;
  differences.compare('trades of the input that are not on-chain', 0, missing);
  return middle;
}

/** The model as the market must have been before the first trade: funded with what the input needs. */
function fundedModel(venue: Venue, { survey }: SurveyedInput, configBump: number): SettlementModel {
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

/** Everything that moved the root, in order; what the chain accepted the model must accept. */
function replay(model: SettlementModel, { records }: LaneTree, venue: Venue, differences: Differences): void {
  const relayer = venue.config.activeRelayer;
  for (const record of records) {
    model.slot = BigInt(record.slot);
    try {
      if (record.kind === 'batch') model.settle({ relayer, data: record.data });
      else model.ping({ relayer, nonce: record.nonce });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      differences.add(`transaction ${record.signature}`, `refused with ${error.error}`, 'accepted');
      return;
    }
  }
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
  'volumeBaseLots',
  'volumeQuoteAtoms',
  'recentDigests',
] as const;

function compareMarket(model: SettlementModel, { header, traders }: Market, differences: Differences): void {
  const { entries, leafCount } = model.market;
  for (const field of COMPARED_FIELDS) differences.compare(`market.${field}`, model.market[field], header[field]);
  differences.compare('market.tree', { leafCount, root: model.root() }, header.tree);
  differences.compare('balances', entries, traders);
}

/** What the market owes, in atoms, must lie in its vaults. */
async function compareVaults({ connection }: Venue, { header }: Market, differences: Differences): Promise<void> {
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
