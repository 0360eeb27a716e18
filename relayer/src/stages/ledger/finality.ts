import type { Logger } from 'pino';
import type { Sequence, TradeId } from '#client';
import type { Blocked } from '../../domain/blocked.ts';
import type { Commitment } from '../../domain/commitment.ts';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import type { RejectedTrade } from '../../domain/trade.ts';
import { LaneRestart, TransientError } from '../../errors.ts';
import type { Chain, Clock, Journal, MarketView, Metrics } from '../../ports.ts';
import type { Adoption } from '../confirm/adopt.ts';
import type { Ledger } from './ledger.ts';
import { passedOver } from './results.ts';

export interface FinalityDeps {
  readonly ledger: Ledger;
  readonly chain: Chain;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly commitment: Commitment;
  /** Corrects the rows to a settlement that is in none of them. */
  readonly adopt: (row: OutboxRow, from: Sequence | undefined) => Promise<Adoption>;
  /** Milliseconds between two looks. */
  readonly pollMs: number;
  readonly onFinalized: (rows: readonly OutboxRow[], lastTradeId: TradeId) => void;
  /** Told once per trade that the program passed over. */
  readonly onRejected: (rejected: RejectedTrade) => void;
  /** Told after each look why it taught nothing, or that it did. */
  readonly onKnown: (trouble: Blocked | undefined) => void;
  /** Batches up to this one are no longer on-chain: have them looked at, in order with the others. */
  readonly onLost: (key: BatchKey) => Promise<void>;
}

/** Retires landed batches once they are final, and notices those a fork took back. Runs until aborted. */
export async function followFinality(deps: FinalityDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    await deps.clock.sleep(deps.pollMs, signal);
    if (deps.ledger.landed.length === 0) continue;
    try {
      await checkOnce(deps);
      deps.onKnown(undefined);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      deps.metrics.increment('rpc_errors');
      deps.onKnown({ code: error.code, reason: error.message });
      deps.logger.warn({ err: error }, 'finality unknown, asking again');
    }
  }
}

/** @throws LockstepError FOREIGN_SETTLEMENT or LaneRestart when another payload than ours became final */
export async function checkOnce(deps: FinalityDeps): Promise<void> {
  const { ledger, chain, journal, metrics, onFinalized, onLost, commitment } = deps;
  const finalized = await chain.market('finalized');
  const rows = ledger.landed.filter((row) => isSettledIn(finalized, row));
  const foreign = rows.find((row) => isForeign(finalized, row));
  if (foreign !== undefined) return correct(foreign, deps);
  if (rows.length > 0) {
    const { told, skipped } = await readResults(rows, deps);
    await journal.retire(told, skipped);
    ledger.retire(told);
    for (const trade of skipped) deps.onRejected(trade);
    metrics.set('batches_unfinalized', ledger.landed.length);
    onFinalized(told, finalized.lastTradeId);
  }
  const landed = ledger.landed;
  const current = await chain.market(commitment);
  const lost = landed.findLast((row) => !isSettledIn(current, row));
  if (lost !== undefined) await onLost(lost.key);
}

/** What the program passed over, of the rows up to the first one whose results no node tells: that one stays until one does. */
async function readResults(rows: readonly OutboxRow[], { chain, logger }: FinalityDeps) {
  const told: OutboxRow[] = [];
  const skipped: RejectedTrade[] = [];
  for (const row of rows) {
    const found = await passedOver(row, chain);
    if (found === undefined) {
      logger.warn(
        { batch: row.key, sequence: row.sequence },
        'no node tells the results of a final batch, asking again',
      );
      break;
    }
    told.push(row);
    skipped.push(...found);
  }
  for (const { tradeId, code, reason, advice } of skipped) {
    logger.warn({ trade: tradeId, code, reason, advice }, 'the program passed over a trade');
  }
  return { told, skipped };
}

const isSettledIn = (market: MarketView, row: OutboxRow): boolean =>
  row.sequence !== undefined && row.sequence < market.nextSequence;

function isForeign(market: MarketView, row: OutboxRow): boolean {
  if (row.sequence === undefined || row.landing === undefined) return false;
  const settled = market.digestOf(row.sequence);
  return settled !== undefined && settled !== row.landing.digest;
}

/** Another payload than the one that had landed became final. */
async function correct(row: OutboxRow, { adopt, logger }: FinalityDeps): Promise<void> {
  const adoption = await adopt(row, row.sequence);
  if (adoption.kind === 'adopted') throw new LaneRestart(`another payload than batch ${row.key} became final`);
  logger.warn({ batch: row.key, sequence: row.sequence, adoption }, 'another payload became final, looking again');
}
