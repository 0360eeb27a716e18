import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { LockstepError } from '#client';

/** What a script did, or what it found that kept it from doing so; and the value it found. */
export type Answer = readonly [what: string, found: string];

export type Script = (
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
) => Promise<Answer>;

/**
 * A Lua script of this folder that returns a pair. It throws LockstepError REDIS_REFUSED when Redis answers with an error: out
 * of memory, read-only, a key of another type.
 */
export function luaScript(file: URL): Script {
  const source = readFileSync(file, 'utf8');
  return async (redis, keys, args) => {
    const answer = await redis.eval(source, keys.length, ...keys, ...args).catch((cause: unknown) => {
      if (!(cause instanceof Error) || cause.name !== 'ReplyError') throw cause;
      throw new LockstepError(
        'REDIS_REFUSED',
        `redis refused a write: ${cause.message}`,
        'Correct what Redis names, then start the engine again; it continues after the last id in its stream.',
        { cause },
      );
    });
    const [what, found] = answer as [unknown, unknown];
    return [String(what), String(found)];
  };
}
