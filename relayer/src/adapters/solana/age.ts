import type { Slot } from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import { TransientError } from '../../errors.ts';

/** An answer that is so many slots older than an earlier one is of a node that is not following the chain. */
export const MAX_LAG_SLOTS = 150n;

/** Keeps a node that fell far behind from turning the cursor back. */
export interface AgeCheck {
  /**
   * Runs a read that shows the slot of each answer to `requireYoung`, which throws TransientError RPC_BEHIND for one that is far behind
   * earlier ones. When all are, it was the earlier one that was wrong: it is forgotten.
   */
  newest<T>(commitment: Commitment, read: (requireYoung: (slot: Slot) => void) => Promise<T>): Promise<T>;
}

export function createAgeCheck(): AgeCheck {
  const newest = new Map<Commitment, Slot>();
  return {
    async newest(commitment, read) {
      let wasBehind = false;
      const requireYoung = (slot: Slot) => {
        const known = newest.get(commitment);
        if (known !== undefined && slot + MAX_LAG_SLOTS < known) {
          wasBehind = true;
          throw new TransientError('RPC_BEHIND', `the node is at slot ${slot}, another answer was of slot ${known}`);
        }
        if (known === undefined || slot > known) newest.set(commitment, slot);
      };
      try {
        return await read(requireYoung);
      } catch (error) {
        if (wasBehind) newest.delete(commitment);
        throw error;
      }
    },
  };
}
