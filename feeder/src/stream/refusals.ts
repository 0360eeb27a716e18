import type { TradeId, TradeV1 } from '#client';
import { LockstepError } from '#client';

/** Trades must be the ones after `lastId`, every one. @throws LockstepError PUBLISH_DUPLICATE, PUBLISH_GAP */
export function refuseUnlessNext(lastId: TradeId, trades: readonly TradeV1[]): void {
  let expected = lastId + 1n;
  for (const { tradeId: id } of trades) {
    if (id < expected) {
      throw new LockstepError(
        'PUBLISH_DUPLICATE',
        `trade ${id} was published already; next is ${expected}`,
        'Continue after the last id in the stream; a trade is published once.',
      );
    }
    if (id > expected) {
      throw new LockstepError(
        'PUBLISH_GAP',
        `trade ${id} would leave a gap; next is ${expected}`,
        'Publish every id in order; a gap can never be filled in a stream.',
      );
    }
    expected += 1n;
  }
}

/** PUBLISH_CONFLICT: somebody else writes this market. */
export const conflict = (what: string): LockstepError =>
  new LockstepError(
    'PUBLISH_CONFLICT',
    what,
    'Stop the other engine of this market, or start this one again so that it continues after the last id.',
  );

/** PUBLISH_LOST: Redis has less than this engine wrote; writing it again from there on is harmless. */
export const lost = (what: string): LockstepError =>
  new LockstepError(
    'PUBLISH_LOST',
    what,
    'Nothing, when the engine runs on: it writes them again. Otherwise start it again. Run Redis with appendonly yes.',
  );

export const isLost = (error: unknown): boolean => error instanceof LockstepError && error.code === 'PUBLISH_LOST';

/** PUBLISH_DISTURBED: somebody else wrote what is this engine's, and took nothing over. A new generation leaves it behind. */
export const disturbed = (what: string): LockstepError =>
  new LockstepError(
    'PUBLISH_DISTURBED',
    what,
    'Nothing: the engine goes on in a new generation. Find out who writes there; only the engine may.',
  );

/** Also keys of another type in place of the stream or the pointer. */
export const isDisturbed = (error: unknown): boolean =>
  (error instanceof LockstepError && ['PUBLISH_DISTURBED', 'GENERATION_INVALID'].includes(error.code)) ||
  isWrongType(error);

const isWrongType = (error: unknown): boolean =>
  error instanceof Error && (error.message.includes('WRONGTYPE ') || isWrongType(error.cause));
