import type { ProgramRefusal, TradeId } from '#client';

/** What the lane does about a refusal of the program. */
export type Reaction =
  /** One trade can't settle: it becomes a void, the rest goes on. */
  | { readonly kind: 'void'; readonly index: number; readonly tradeId: TradeId; readonly code: string }
  /** The sequence is taken: by us, or by somebody else. */
  | { readonly kind: 'taken' }
  /** The chain is not there yet, or lost an earlier batch again. */
  | { readonly kind: 'ahead' }
  /** The chain took another payload before it than the batch names: a fork. */
  | { readonly kind: 'rebased' }
  /** The version is switched off: other bytes may go, once these can't land any more. */
  | { readonly kind: 'unrouted' }
  /** An operator or time will change it; nothing else can be settled meanwhile. */
  | { readonly kind: 'wait' }
  /** No retry will ever change it. */
  | { readonly kind: 'halt' };

const reactions: ReadonlyMap<string, Reaction> = new Map<string, Reaction>([
  ['SequenceSettled', { kind: 'taken' }],
  ['SequenceAhead', { kind: 'ahead' }],
  ['Paused', { kind: 'wait' }],
  ['PrevDigestMismatch', { kind: 'rebased' }],
  ['VersionNotAllowed', { kind: 'unrouted' }],
  ['InvalidBatchVersion', { kind: 'unrouted' }],
  ['NotActiveRelayer', { kind: 'wait' }],
  ['BatchTooSmall', { kind: 'wait' }],
]);

/**
 * The one place that tells what is retried from what is not. A refusal of the runtime (negative code) is about the program or
 * the payer, not about the batch; one of the program without a name here stops the lane.
 */
export function reactTo(refusal: ProgramRefusal): Reaction {
  if (refusal.trade !== undefined) {
    const { index, tradeId } = refusal.trade;
    return { kind: 'void', index, tradeId, code: refusal.name };
  }
  if (refusal.code < 0) return { kind: 'wait' };
  return reactions.get(refusal.name) ?? { kind: 'halt' };
}
