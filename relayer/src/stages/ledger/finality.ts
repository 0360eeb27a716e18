import type { Logger } from 'pino';
import type { TradeId } from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import { relayerError, TransientError } from '../../errors.ts';
import type { Chain, Clock, Journal, MarketView, Metrics } from '../../ports.ts';
import type { Ledger } from './ledger.ts';

export interface FinalityDeps {
  readonly ledger: Ledger;
  readonly chain: Chain;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly commitment: Commitment;
  /** Milliseconds between two looks. */
  readonly pollMs: number;
  readonly onFinalized: (rows: readonly OutboxRow[], lastTradeId: TradeId) => void;
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
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      deps.metrics.increment('rpc_errors');
      deps.logger.warn({ err: error }, 'finality unknown, asking again');
    }
  }
}

/** @throws LockstepError FOREIGN_SETTLEMENT when another payload than ours became final */
export async function checkOnce(deps: FinalityDeps): Promise<void> {
  const { ledger, chain, journal, metrics, onFinalized, onLost, commitment } = deps;
  const finalized = await chain.market('finalized');
  const rows = ledger.landed.filter((row) => isSettledIn(finalized, row));
  for (const row of rows) refuseForeign(finalized, row);
  if (rows.length > 0) {
    await journal.retire(rows);
    ledger.retire(rows);
    metrics.set('batches_unfinalized', ledger.landed.length);
    onFinalized(rows, finalized.lastTradeId);
  }
  const landed = ledger.landed;
  const current = await chain.market(commitment);
  const lost = landed.findLast((row) => !isSettledIn(current, row));
  if (lost !== undefined) await onLost(lost.key);
}

const isSettledIn = (market: MarketView, row: OutboxRow): boolean =>
  row.sequence !== undefined && row.sequence < market.nextSequence;

function refuseForeign(market: MarketView, row: OutboxRow): void {
  if (row.sequence === undefined || row.landing === undefined) return;
  const settled = market.digestOf(row.sequence);
  if (settled === undefined || settled === row.landing.digest) return;
  const what = `sequence ${row.sequence} became final with payload ${settled}, batch ${row.key} has ${row.landing.digest}`;
  throw relayerError('FOREIGN_SETTLEMENT', what);
}
