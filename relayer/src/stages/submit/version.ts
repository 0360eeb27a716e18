import type { Blocked } from '../../domain/blocked.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { firstTradeId, recut } from '../../domain/row.ts';
import type { Trade } from '../../domain/trade.ts';
import { needsV2 } from '../../domain/trade.ts';
import type { BatchLimits } from '../batch/accumulator.ts';
import { createAccumulator } from '../batch/accumulator.ts';
import { notAllowed } from '../batch/rules.ts';
import { codecOf } from '../encode/codec.ts';

export type Fit =
  /** Its version is allowed. */
  | { readonly kind: 'fits' }
  /** Its trades in versions that are allowed, as far as they can be expressed in one. */
  | { readonly kind: 'recut'; readonly rows: readonly OutboxRow[] }
  | ({ readonly kind: 'blocked' } & Blocked);

/**
 * What the config makes of a batch none of whose attempts can land any more. One whose version was switched off is written anew: in
 * one piece where it fits, in several where it does not, in the same order. A trade at the head that only a switched-off version
 * can express waits, and all behind it.
 */
export function fitToRules(row: OutboxRow, allowedVersions: readonly number[], limits: BatchLimits): Fit {
  if (allowedVersions.includes(row.version)) return { kind: 'fits' };
  const [first] = row.trades;
  if (first === undefined || !allowedVersions.includes(codecOf(first, allowedVersions).version)) {
    return {
      kind: 'blocked',
      ...(first && needsV2(first) ? v2Only(row) : notAllowed({ allowedVersions }, [row.version])),
    };
  }
  return { kind: 'recut', rows: recut(row, cut(row.trades, allowedVersions, limits)) };
}

function v2Only(row: OutboxRow): Blocked {
  const reason = `trade ${firstTradeId(row)} can be expressed in batch version 2 alone, which is not allowed; nothing overtakes it`;
  return { code: 'V2_ONLY_TRADE', reason };
}

function cut(trades: readonly Trade[], allowed: readonly number[], limits: BatchLimits) {
  const timeless = { now: () => 0 };
  const pieces = createAccumulator<Trade>({ ...limits, maxAgeMs: 0 }, (first) => codecOf(first, allowed), timeless);
  const closed = trades.flatMap((trade) => pieces.add(trade));
  const rest = pieces.takeDue(1);
  return rest === undefined ? closed : [...closed, rest];
}
