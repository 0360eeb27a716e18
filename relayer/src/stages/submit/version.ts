import type { Blocked } from '../../domain/blocked.ts';
import type { Cutting } from '../../domain/control.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { firstTradeId, recut } from '../../domain/row.ts';
import type { Trade } from '../../domain/trade.ts';
import { needsV2 } from '../../domain/trade.ts';
import type { BatchLimits } from '../batch/accumulator.ts';
import { cutAnew } from '../batch/cut.ts';
import { notAllowed } from '../batch/rules.ts';
import { formatOf } from '../encode/codec.ts';

export interface VersionDeps {
  /** Batch versions the config allows now: only those are sent. */
  readonly allowedVersions: () => readonly number[];
  /** What batches are written in now. */
  readonly cutting: () => Cutting;
  readonly limits: BatchLimits;
}

export type Fit =
  /** Its version is allowed. */
  | { readonly kind: 'fits' }
  /** Its trades in versions that may be written, as far as they can be expressed in one. */
  | { readonly kind: 'recut'; readonly rows: readonly OutboxRow[] }
  | ({ readonly kind: 'blocked' } & Blocked);

/**
 * What config and control make of a batch none of whose attempts can land any more. One whose version was switched off is written anew:
 * in one piece where it fits, in several where it does not, in the same order. A trade at the head that only a switched-off version
 * can express waits, and all behind it. One that is written as an operator wants it waits for the config.
 */
export function fitToRules(row: OutboxRow, { allowedVersions, cutting, limits }: VersionDeps): Fit {
  const allowed = allowedVersions();
  const now = cutting();
  if (now.versions.includes(row.version)) {
    if (allowed.includes(row.version)) return { kind: 'fits' };
    return { kind: 'blocked', ...notAllowed({ allowedVersions: allowed }, [row.version]) };
  }
  const [first] = row.trades;
  if (first === undefined || !now.versions.includes(formatOf(first, now).version)) {
    const why = first && needsV2(first) ? v2Only(row) : notAllowed({ allowedVersions: now.versions }, [row.version]);
    return { kind: 'blocked', ...why };
  }
  const pieces = cutAnew<Trade>(row.trades, limits, (trade) => formatOf(trade, now));
  return { kind: 'recut', rows: recut(row, pieces) };
}

function v2Only(row: OutboxRow): Blocked {
  const reason = `trade ${firstTradeId(row)} can be expressed in batch version 2 alone, which config or lane control does not allow; nothing overtakes it`;
  return { code: 'V2_ONLY_TRADE', reason };
}
