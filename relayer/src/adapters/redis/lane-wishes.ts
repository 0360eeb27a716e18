import type { Redis } from 'ioredis';
import { relayerError } from '../../errors.ts';
import type { LaneWishes } from '../../ports.ts';
import type { LaneKeys } from './keys.ts';
import { answerFields, readControl } from './lane-control.ts';
import { ANSWER } from './lane-scripts.ts';
import { runScript } from './scripts.ts';

/** An answer outlives the next one's time by so much: a busy relayer is not taken for one that is gone. */
const ANSWER_KEPT_MS = 10_000;

/** The relayer's side of a lane's control, for the relayer that claimed the lane with `token`. */
export function createLaneWishes(redis: Redis, keys: LaneKeys, token: string): LaneWishes {
  return {
    read: () => readControl(redis, keys.control),
    async answer(effective, rows) {
      const fields = Object.entries(answerFields(effective, rows)).flat();
      if (!(await runScript(redis, ANSWER, [keys.fence, keys.lane], [token, ANSWER_KEPT_MS, ...fields]))) {
        throw relayerError('LEASE_LOST', 'another relayer has taken the lane; nothing was answered');
      }
    },
  };
}
