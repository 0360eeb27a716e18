import type { PublicKey } from '@solana/web3.js';
import { Command, Option } from 'commander';
import type { Redis } from 'ioredis';
import { LockstepError } from '#client';
import { InputError } from '#feeder/input-error';
import { connectRedis, createLogger } from '#relayer';
import { address, redisOption, refusePassword } from '../arguments.ts';
import type { Output, Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import type { Site } from '../rollout/site.ts';
import { laneOf, readSite } from '../rollout/site.ts';
import { catchInterrupts } from '../start/interrupt.ts';

export interface MaintenanceOptions {
  readonly site?: string;
  readonly redis?: string;
  readonly lane?: PublicKey;
  readonly json: boolean;
}

/** What a command about a maintenance works with. */
export interface MaintenanceDesk {
  readonly redis: Redis;
  readonly lane: string;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Where it was given. */
  readonly site?: Site;
  readonly siteFile?: string;
  /** Options that lead another command to the same lane. */
  readonly words: string;
}

/** A subcommand of `maintenance`, with what all of them are told. */
export const maintenanceSubcommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .addOption(new Option('--site <file>', 'where the market settles').env('LOCKSTEP_SITE'))
    .addOption(redisOption())
    .addOption(
      new Option('--lane <address>', 'without --site: what the keys in Redis are named by, as a rule the market')
        .env('LOCKSTEP_LANE')
        .argParser(address),
    )
    .option('--json', 'print one line of JSON', false);

/**
 * Runs at a desk of its own, whose signal is the process's.
 * @throws InputError SITE_UNREADABLE, OPTION_MISSING; LockstepError OPTION_INVALID, REDIS_UNREACHABLE
 */
export async function atMaintenanceDesk(
  options: MaintenanceOptions,
  command: Command,
  streams: Streams,
  work: (desk: MaintenanceDesk) => Promise<void>,
): Promise<void> {
  if (options.redis !== undefined && command.getOptionValueSource('redis') === 'cli') refusePassword(options.redis);
  const { url, ...place } = await placeOf(options, command);
  const { signal, release } = catchInterrupts();
  try {
    const redis = await connectRedis(url, 'impatient', createLogger('silent'));
    try {
      await work({ ...place, redis, output: createOutput(options.json, streams), signal });
    } catch (error) {
      throw brokenOff(error, redis) ?? error;
    } finally {
      redis.disconnect();
    }
  } finally {
    release();
  }
}

type Place = Pick<MaintenanceDesk, 'lane' | 'site' | 'siteFile' | 'words'> & { readonly url: string };

async function placeOf({ site, redis, lane }: MaintenanceOptions, command: Command): Promise<Place> {
  // From the environment it would be there again, and it may hold a password.
  const redisWords = command.getOptionValueSource('redis') === 'cli' ? ` --redis ${redis}` : '';
  const laneWords = lane === undefined ? '' : ` --lane ${lane}`;
  if (site !== undefined) {
    const found = await readSite(site, process.env);
    const words = `--site ${site}${redisWords}${laneWords}`;
    return { url: redis ?? found.redis, lane: lane?.toBase58() ?? laneOf(found), site: found, siteFile: site, words };
  }
  if (redis === undefined || lane === undefined) {
    const missing = redis === undefined ? '--redis' : '--lane';
    const advice = 'Give --site FILE, or both --redis URL and --lane ADDRESS.';
    throw new InputError('OPTION_MISSING', `${missing} is missing`, advice);
  }
  return { url: redis, lane: lane.toBase58(), words: `${redisWords}${laneWords}`.trim() };
}

/** A connection that went away in the middle, in the house's words. */
function brokenOff(error: unknown, redis: Redis): LockstepError | undefined {
  if (!(error instanceof Error) || error instanceof LockstepError || redis.status === 'ready') return undefined;
  const advice = 'Start Redis, then run the same command again: what was done already stays done.';
  return new LockstepError('REDIS_UNREACHABLE', `redis went away: ${error.message}`, advice, { cause: error });
}
