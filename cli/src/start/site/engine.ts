import type { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import { engineKey, formatDecimal } from '#feeder';
import { releaseIn } from '../../release/environments.ts';
import type { SurveyedInput } from '../input.ts';
import type { StartOptions } from '../options.ts';
import { foreignVariables } from '../parts/command-process.ts';
import type { RunningEngine } from '../parts/engine.ts';
import type { RunBase } from '../place/place.ts';
import { marketTerms } from '../terms.ts';
import type { SiteFolder } from './folder.ts';
import type { SiteService } from './service.ts';
import { startService } from './service.ts';

export interface SiteEnginePlan {
  readonly redisUrl: string;
  readonly market: PublicKey;
  readonly surveyed: SurveyedInput;
  readonly options: StartOptions;
}

/** How often the engine's own word is read. */
const POLL_MS = 500;

/** The deployed release of the feeder, as a service. @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export async function siteEngine(folder: SiteFolder, plan: SiteEnginePlan, base: RunBase): Promise<RunningEngine> {
  const { redisUrl, market, surveyed } = plan;
  const service: SiteService = {
    name: 'engine',
    root: folder.engineRoot,
    packaged: 'feeder',
    semver: releaseIn('deployed', 'feeder'),
    args: argsOf(plan, folder),
    // The URL may hold a password, and everybody can read a command line.
    env: { ...foreignVariables(), REDIS_URL: redisUrl, MARKET: market.toBase58() },
    logFile: folder.engineLog,
  };
  await startService(service, base);
  const published = followPublished(redisUrl, market, base);
  // An engine of another input than was surveyed refuses to go on; nobody has to count here.
  return { published, exhausted: Promise.resolve(surveyed.survey.accepted) };
}

function argsOf({ surveyed, options }: SiteEnginePlan, { engineJournal }: SiteFolder): string[] {
  const { path, input } = surveyed;
  const { takerBps } = marketTerms(options.traders);
  const { tick, lot } = input.instrument;
  return [
    ...(path === undefined ? [] : ['--trades', path]),
    ...(options.count === undefined ? [] : ['--count', `${options.count}`]),
    ...['--tick', formatDecimal(tick), '--lot', formatDecimal(lot), '--seed', options.seed],
    ...['--rate', `${options.rate}`, '--traders', `${options.traders}`, '--taker-bps', `${takerBps}`],
    ...['--journal', engineJournal],
  ];
}

/** The last id the engine says it has written. */
function followPublished(redisUrl: string, market: PublicKey, { cleanup }: RunBase): () => number {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  // Whoever runs Redis says when it is away.
  redis.on('error', () => undefined);
  let published = 0;
  const timer = setInterval(() => {
    redis.hget(engineKey(market.toBase58()), 'last_id').then(
      (id) => {
        published = Number(id ?? published);
      },
      () => undefined,
    );
  }, POLL_MS);
  cleanup.add(async () => {
    clearInterval(timer);
    redis.disconnect();
  });
  return () => published;
}
