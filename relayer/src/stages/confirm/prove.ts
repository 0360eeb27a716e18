import type { OutboxRow } from '../../domain/row.ts';
import type { MarketView } from '../../ports.ts';
import type { Verdict } from './judge.ts';

/** What the market says about a success that a status reported. */
export type Proof =
  | 'proven'
  /** Not there: the market was read from a node that is a little behind, a status was wrong, or a fork took the batch back. */
  | 'missing'
  /** The market has another payload there. */
  | 'foreign';

/** One node's word is not enough: the market itself must name the payload. A digest it has forgotten is taken on the node's word. */
export function prove(
  { sequence }: OutboxRow,
  landed: Extract<Verdict, { kind: 'landed' }>,
  market: MarketView,
): Proof {
  if (sequence === undefined || market.nextSequence <= sequence) return 'missing';
  const digest = market.digestOf(sequence);
  return digest === undefined || digest === landed.attempt.digest ? 'proven' : 'foreign';
}
