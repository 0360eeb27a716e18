import { setTimeout as sleep } from 'node:timers/promises';
import { relayerError } from '../../errors.ts';

/** Redis did not run the command and will soon: it runs a long script of somebody's, or loads its data. */
const PASSES = /^(BUSY|LOADING) /;
const RETRY_MS = 100;

/**
 * Answers what the call answers. While Redis is busy the call is repeated, as a patient connection repeats one while Redis is
 * away; closing the connection ends the wait.
 * @param what it does, as in "redis refused to ..."
 * @throws LockstepError REDIS_REFUSED when Redis answered with an error: out of memory, read-only, a key of another type, ...
 */
export async function askRedis<T>(what: string, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (cause) {
      if (!(cause instanceof Error) || cause.name !== 'ReplyError') throw cause;
      if (!isPassing(cause)) {
        throw relayerError('REDIS_REFUSED', `redis refused to ${what}: ${cause.message}`, { cause });
      }
    }
    await sleep(RETRY_MS);
  }
}

export const isPassing = (error: unknown): boolean => error instanceof Error && PASSES.test(error.message);

/** The key is there, with another type; Redis before 7 puts what went wrong in a script at the end. */
export const isWrongType = (error: unknown): boolean =>
  error instanceof Error && (error.message.includes('WRONGTYPE ') || isWrongType(error.cause));
