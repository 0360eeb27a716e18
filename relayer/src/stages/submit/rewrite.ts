import type { Logger } from 'pino';
import type { OutboxRow } from '../../domain/row.ts';
import { stateOf } from '../../domain/row.ts';
import { needsV2 } from '../../domain/trade.ts';
import type { Journal, Metrics } from '../../ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { VersionDeps } from './version.ts';
import { fitToRules } from './version.ts';

export interface RewriteDeps {
  readonly journal: Pick<Journal, 'save' | 'adopt'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Writes down that these rows have the trades of `row` now. */
export async function rewrite(row: OutboxRow, rows: readonly OutboxRow[], deps: RewriteDeps): Promise<void> {
  const { journal, metrics, logger } = deps;
  const [only, ...more] = rows;
  // One row for one row keeps its key, and its letters beside it.
  if (only !== undefined && more.length === 0) await journal.save(only);
  else await journal.adopt(rows, [row]);
  const versions = rows.map((one) => one.version);
  logger.warn({ batch: row.key, version: row.version, versions }, 'its version was switched off, written anew');
  const lost = inV2Alone([row]) - inV2Alone(rows);
  if (lost > 0) noteLossy(row, lost, { metrics, logger });
}

const inV2Alone = (rows: readonly OutboxRow[]): number => rows.flatMap(({ trades }) => trades).filter(needsV2).length;

/** Trades of this batch are settled as what V1 can say of them. */
export function noteLossy(
  row: OutboxRow,
  trades: number,
  { metrics, logger }: Pick<RewriteDeps, 'metrics' | 'logger'>,
) {
  metrics.increment('trades_as_v1', trades);
  logger.warn({ batch: row.key, trades }, 'order types and fee tiers given up, on an operator’s word');
}

/**
 * Writes anew what waits behind `row` in a higher version than an operator wants, whether or not anything may be sent. What may be on
 * the wire is not touched.
 * @returns the rows that are there now in place of others
 */
export async function rewriteBehind(
  row: OutboxRow,
  ledger: Pick<Ledger, 'open'>,
  deps: RewriteDeps & VersionDeps,
): Promise<readonly OutboxRow[]> {
  const written: OutboxRow[] = [];
  for (const behind of ledger.open) {
    if (behind.key <= row.key || behind.version <= deps.cutting().maxVersion || stateOf(behind) !== 'open') continue;
    const fit = fitToRules(behind, deps);
    if (fit.kind !== 'recut') continue;
    await rewrite(behind, fit.rows, deps);
    written.push(...fit.rows);
  }
  return written;
}
