import { hostname, userInfo } from 'node:os';
import type { PublicKey } from '@solana/web3.js';
import type { Command } from 'commander';
import type { Redis } from 'ioredis';
import { LockstepError } from '#client';
import { connectRedis, createLogger } from '#relayer';
import type { Desk } from '../operator/desk.ts';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { connect } from '../rpc.ts';
import { catchInterrupts } from '../start/interrupt.ts';
import type { DlqOptions } from './options.ts';
import { placeOf } from './options.ts';

/** What a command about dead letters works with. */
export interface DlqDesk extends Desk {
  readonly redis: Redis;
  readonly market: PublicKey;
}

/** Runs at a desk of its own, whose signal is the process's. @throws LockstepError REDIS_UNREACHABLE, what `placeOf` refuses */
export async function atDlqDesk(
  options: DlqOptions,
  command: Command,
  streams: Streams,
  work: (desk: DlqDesk) => Promise<void>,
): Promise<void> {
  const { redisUrl, ...place } = await placeOf(options, command);
  const { signal, release } = catchInterrupts();
  try {
    const redis = await connectRedis(redisUrl, 'impatient', createLogger('silent'));
    try {
      const output = createOutput(options.json, streams);
      await work({ ...place, redis, connection: connect(place.rpcUrl), output, stdin: streams.stdin, signal });
    } catch (error) {
      throw redisError(error, redis) ?? error;
    } finally {
      redis.disconnect();
    }
  } finally {
    release();
  }
}

/** What Redis refused, or broke off, in the house's words. */
function redisError(error: unknown, redis: Redis): LockstepError | undefined {
  if (!(error instanceof Error) || error instanceof LockstepError) return undefined;
  const again = 'Correct it, then run the same command again: what was closed stays closed, a retry is emitted once.';
  if (error.name === 'ReplyError') {
    return new LockstepError('REDIS_REFUSED', `redis refused: ${error.message}`, again, { cause: error });
  }
  if (redis.status === 'ready') return undefined;
  return new LockstepError('REDIS_UNREACHABLE', 'redis went away meanwhile', again, { cause: error });
}

/** Whose decision it is, for the record. */
export function who(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run as a user without a name.
    return `${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
