import { PublicKey } from '@solana/web3.js';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { TradeId } from '#client';
import { LockstepError, releaseVersion, SPOKEN_VERSIONS, websocketUrlOf } from '#client';
import { createBullQueue } from './adapters/bullmq/queue.ts';
import type { Pages } from './adapters/http/page.ts';
import { observationPages } from './adapters/http/pages.ts';
import type { HttpServer } from './adapters/http/server.ts';
import { openHttp } from './adapters/http/server.ts';
import type { Temper } from './adapters/redis/connect.ts';
import { connectRedis, withoutSecrets } from './adapters/redis/connect.ts';
import { createEngineControl } from './adapters/redis/engine-control.ts';
import { createFeed } from './adapters/redis/feed.ts';
import { createRedisJournal } from './adapters/redis/journal.ts';
import { laneKeys } from './adapters/redis/keys.ts';
import { createLaneWishes } from './adapters/redis/lane-wishes.ts';
import { createLease } from './adapters/redis/lease.ts';
import { readStanding } from './adapters/redis/maintenance.ts';
import { probeRedis } from './adapters/redis/probe.ts';
import { requireDurable } from './adapters/redis/requirements.ts';
import { createTradeStream } from './adapters/redis/trade-stream.ts';
import { createTrimmer } from './adapters/redis/trim.ts';
import { createUpkeep } from './adapters/redis/upkeep.ts';
import type { SolanaChainDeps } from './adapters/solana/chain.ts';
import { createSolanaChain } from './adapters/solana/chain.ts';
import type { Endpoints, EndpointsDeps } from './adapters/solana/endpoints.ts';
import { createEndpoints } from './adapters/solana/endpoints.ts';
import { createHints } from './adapters/solana/hints.ts';
import { loadSigner } from './adapters/solana/keypair.ts';
import { createConnection } from './adapters/solana/rpc.ts';
import { createSubscriptions } from './adapters/solana/subscriptions.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { RelayerConfig } from './config.ts';
import { laneName } from './config.ts';
import { isQuiet } from './domain/maintenance.ts';
import { relayerError, TransientError } from './errors.ts';
import type { Hold } from './lane.ts';
import { holdLane } from './lane.ts';
import { withoutSecretsIn } from './observe/describe-error.ts';
import type { ExposedMetrics } from './observe/exposition.ts';
import { createHeartbeats } from './observe/heartbeats.ts';
import { createLogger } from './observe/logger.ts';
import { noMetrics } from './observe/metrics.ts';
import type { LaneState, LaneStatus } from './observe/progress.ts';
import { createProgress } from './observe/progress.ts';
import { createReadiness } from './observe/readiness.ts';
import { secretsOf } from './observe/secrets.ts';
import type { Chain, Clock, Journal, Metrics, Queue, Signer } from './ports.ts';

/** What a caller may bring along; the rest is made from the configuration. */
export interface RelayerDeps {
  readonly logger?: Logger;
  /** Instead of what is served at /metrics. */
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** Instead of the configured keypair. */
  readonly signer?: Signer;
  /** Where `keypairEnv` is looked up. */
  readonly env?: NodeJS.ProcessEnv;
  /** Stands between the lane and the cluster, for tests that make the cluster fail. */
  readonly wrapChain?: (chain: Chain) => Chain;
  /** These stand before Redis, for tests that end the process between two of its writes. */
  readonly wrapJournal?: (journal: Journal) => Journal;
  readonly wrapQueue?: (queue: Queue) => Queue;
}

export interface Relayer {
  status(): LaneStatus;
  /** Where status, metrics and health are served until `stop`; undefined without `httpPort`. */
  readonly httpUrl: string | undefined;
  /**
   * Resolves when every trade up to `last` is on-chain, at the lane's commitment or finalised.
   * @throws what the lane halted with, or the signal's reason
   */
  waitUntilSettled(
    last: TradeId,
    options?: { readonly finalized?: boolean; readonly signal?: AbortSignal },
  ): Promise<void>;
  /** Takes nothing new, finishes the batch in flight within `shutdownMs`, and closes. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when stopped. @throws what the lane halted with */
  readonly done: Promise<void>;
}

/**
 * Starts a relayer for one market: the only place that puts ports and adapters together. Returns once Redis, key, node and
 * market were found good; the lane itself is claimed in the background.
 * @throws LockstepError KEYPAIR_*, REDIS_UNREACHABLE, REDIS_EVICTS, CHAIN_UNREACHABLE, MARKET_UNREADABLE or
 *   HTTP_PORT_UNAVAILABLE
 */
export async function startRelayer(config: RelayerConfig, given: RelayerDeps = {}): Promise<Relayer> {
  const exposed = given.metrics === undefined ? await exposedMetrics(config) : undefined;
  const { clock = systemClock, metrics = exposed ?? noMetrics } = given;
  const secrets = secretsOf(urlsOf(config));
  const own = () => createLogger(config.logLevel, { secrets });
  const logger = (given.logger ?? own()).child({ lane: laneName(config) });
  const signer = given.signer ?? (await loadSigner(config, given.env ?? {}));
  const endpoints = endpointsOf(config, { clock, metrics, logger });
  const chain = (given.wrapChain ?? same)(chainOf(config, { endpoints, signer, clock }));
  const heartbeats = createHeartbeats(clock, config.liveMs);
  const ready = async () => {
    const absent = await marketMissing(chain, config);
    await requireOneCluster(endpoints, config);
    const redis = await connectAll(config, logger, heartbeats.excuse).catch((error: unknown) => {
      throw absent ?? error;
    });
    if (absent === undefined || (await isBeingReplaced(redis.patient, config))) return redis;
    redis.close();
    throw absent;
  };
  const redis = await ready().catch((error: unknown) => {
    chain.close();
    throw error;
  });

  const name = laneName(config);
  const keys = laneKeys(name);
  const progress = createProgress(name, metrics);
  const claiming = heartbeats.pulse('lease', () => !ENDED.has(progress.status().state));
  const identity = { release: releaseVersion(), speaks: SPOKEN_VERSIONS };
  metrics.set('info', 1, { release: identity.release, speaks: identity.speaks.join() });
  const facts = { pid: process.pid, startedAt: new Date().toISOString(), ...identity };
  const readiness = createReadiness({
    status: progress.status,
    write: () => probeRedis(redis.impatient, keys),
    readSlot: async () => (await chain.market(config.commitment)).slot,
    clock,
  });
  const { status } = progress;
  const pages = observationPages({
    ...{ facts, status, readiness, stuck: heartbeats.stuck, metrics: exposed, secrets },
  });
  const http = await serve(config, pages, logger).catch((error: unknown) => {
    redis.close();
    chain.close();
    throw error;
  });
  const stopping = new AbortController();
  const abort = new AbortController();
  const { wrapJournal = same, wrapQueue = same } = given;
  const openHold = (): Hold => {
    const { patient } = redis;
    const lease = createLease({ redis: patient, keys, clock: claiming.clock, logger, leaseMs: config.leaseMs });
    const [stream, listener] = [redis.openMore(), redis.openMore()];
    return {
      lease,
      source: createTradeStream({ redis: stream, market: name, clock }),
      replays: createEngineControl(patient, keys, name, lease.token),
      wishes: createLaneWishes(patient, keys, lease.token),
      feed: createFeed({ redis: redis.impatient, keys, token: lease.token, logger }),
      upkeep: createUpkeep({ redis: patient, listener, lane: name, token: lease.token }),
      trimmer: createTrimmer(patient, keys, name, lease.token),
      journal: wrapJournal(createRedisJournal(patient, keys, lease.token)),
      queue: wrapQueue(createBullQueue({ ...redis, keys, logger })),
      close() {
        stream.disconnect();
        listener.disconnect();
      },
    };
  };
  const lane = { chain, clock, metrics, progress, heartbeats, logger, config };
  const done = holdLane(openHold, lane, { stopping: stopping.signal, abort: abort.signal }).finally(() => {
    redis.close();
    chain.close();
  });
  done.catch(() => {});
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopping.abort(new Error('the relayer was stopped'));
    const deadline = setTimeout(() => {
      logger.warn(
        { shutdownMs: config.shutdownMs },
        'the batch in flight did not finish in time; its row says where to go on',
      );
      abort.abort(stopping.signal.reason);
      redis.close();
    }, config.shutdownMs);
    await done.catch(() => {});
    clearTimeout(deadline);
    await http?.close();
  };
  return {
    status: progress.status,
    httpUrl: http?.url,
    waitUntilSettled: (last, options = {}) => progress.untilSettled(last, options),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    done,
  };
}

/** Nothing has to turn any more. */
const ENDED: ReadonlySet<LaneState> = new Set(['halted', 'stopped']);

const same = <T>(port: T): T => port;

/** Nobody reads them without a port; their library is loaded only for somebody. */
async function exposedMetrics(config: RelayerConfig): Promise<ExposedMetrics | undefined> {
  if (config.httpPort === undefined) return undefined;
  const { createExposedMetrics } = await import('./observe/exposition.ts');
  return createExposedMetrics(laneName(config));
}

/** @throws LockstepError HTTP_PORT_UNAVAILABLE */
async function serve(
  { httpPort: port, httpHost: host }: RelayerConfig,
  pages: Pages,
  logger: Logger,
): Promise<HttpServer | undefined> {
  return port === undefined ? undefined : openHttp({ host, port, pages, logger });
}

const urlsOf = ({ rpcUrl, fallbackRpcUrls, websocketUrl, redisUrl }: RelayerConfig): readonly string[] =>
  [rpcUrl, ...fallbackRpcUrls, websocketUrl, redisUrl].filter((url) => url !== undefined);

function endpointsOf(config: RelayerConfig, deps: Omit<EndpointsDeps, 'endpoints'>): Endpoints {
  const endpoints = [config.rpcUrl, ...config.fallbackRpcUrls].map((rpcUrl) => ({
    name: withoutSecrets(rpcUrl),
    connection: createConnection({ rpcUrl, timeoutMs: config.rpcTimeoutMs }),
  }));
  return createEndpoints({ ...deps, endpoints });
}

function chainOf(config: RelayerConfig, deps: Pick<SolanaChainDeps, 'endpoints' | 'signer' | 'clock'>): Chain {
  const { commitment, computeUnitPrice, blockhashMaxAgeMs, websocket } = config;
  const { rpcUrl, websocketUrl = websocketUrlOf(rpcUrl) } = config;
  const hints = websocket ? createHints(createSubscriptions(websocketUrl, deps.clock), commitment) : undefined;
  const place = { programId: new PublicKey(config.programId), market: new PublicKey(config.market) };
  return createSolanaChain({ ...deps, ...place, commitment, computeUnitPrice, blockhashMaxAgeMs, hints });
}

/** One that does not answer is looked at when it does. @throws LockstepError RPC_OTHER_CLUSTER */
async function requireOneCluster(endpoints: Endpoints, config: RelayerConfig): Promise<void> {
  if (config.fallbackRpcUrls.length === 0) return;
  await endpoints.all('slot', (node) => node.getSlot());
  const foreign = endpoints.foreign();
  if (foreign.length === 0) return;
  const what = `${foreign.join(', ')} and ${withoutSecrets(config.rpcUrl)} are not nodes of one cluster`;
  throw relayerError('RPC_OTHER_CLUSTER', what);
}

/** The program may be away for as long as nothing is to be sent: whoever starts then waits. */
async function isBeingReplaced(redis: Redis, config: RelayerConfig): Promise<boolean> {
  const { maintenance } = await readStanding(redis, laneKeys(laneName(config)).maintenance);
  return isQuiet(maintenance);
}

/** CHAIN_UNREACHABLE or MARKET_UNREADABLE; undefined when the market is there. @throws what is nobody's but ours */
async function marketMissing(chain: Chain, config: RelayerConfig): Promise<LockstepError | undefined> {
  try {
    await Promise.all([chain.market(config.commitment), chain.rules()]);
    return undefined;
  } catch (cause) {
    const missing = cause instanceof TransientError && cause.cause instanceof LockstepError;
    if (missing || cause instanceof LockstepError) {
      return relayerError('MARKET_UNREADABLE', `market ${config.market}: ${cause.message}`, { cause });
    }
    if (!(cause instanceof TransientError)) throw cause;
    const node = withoutSecrets(config.rpcUrl);
    const why = withoutSecretsIn(cause.message, secretsOf(urlsOf(config)));
    return relayerError('CHAIN_UNREACHABLE', `${node} does not answer: ${why}`, { cause });
  }
}

interface RedisConnections {
  readonly patient: Redis;
  readonly impatient: Redis;
  /** One more; ioredis does not take a connection up again that was cut. */
  openMore(): Redis;
  close(): void;
}

/** Several connections, because a blocking read holds one and adding a pointer must fail fast. */
async function connectAll(config: RelayerConfig, logger: Logger, onRetry: () => void): Promise<RedisConnections> {
  const open: Redis[] = [];
  const connect = async (temper: Temper) => tracked(await connectRedis(config.redisUrl, temper, logger), open, onRetry);
  const close = () => {
    for (const redis of [...open]) redis.disconnect();
  };
  try {
    const patient = await connect('patient');
    await requireDurable(patient, logger);
    const openMore = () => {
      const another = patient.duplicate();
      return another.on('error', (error) => logger.warn({ err: error }, 'redis connection'));
    };
    return { patient, impatient: await connect('impatient'), openMore, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** BullMQ makes connections of its own from ours; one that Redis left alone would reconnect for ever. */
function tracked(redis: Redis, open: Redis[], onRetry: () => void): Redis {
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => tracked(duplicate(override), open, onRetry);
  redis.on('reconnecting', onRetry);
  open.push(redis);
  redis.once('end', () => open.splice(open.indexOf(redis), 1));
  return redis;
}
