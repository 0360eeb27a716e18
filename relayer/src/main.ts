import { PublicKey } from '@solana/web3.js';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { TradeId } from '#client';
import { LockstepError } from '#client';
import { createBullQueue } from './adapters/bullmq/queue.ts';
import type { Temper } from './adapters/redis/connect.ts';
import { connectRedis, passwordsOf, withoutSecrets } from './adapters/redis/connect.ts';
import { createRedisJournal } from './adapters/redis/journal.ts';
import { laneKeys } from './adapters/redis/keys.ts';
import { createLease } from './adapters/redis/lease.ts';
import { requireDurable } from './adapters/redis/requirements.ts';
import { createTradeStream } from './adapters/redis/trade-stream.ts';
import { createSolanaChain } from './adapters/solana/chain.ts';
import { loadSigner } from './adapters/solana/keypair.ts';
import { createConnection } from './adapters/solana/rpc.ts';
import { createSignatureHints, websocketUrlOf } from './adapters/solana/signature-hints.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { RelayerConfig } from './config.ts';
import { relayerError, TransientError } from './errors.ts';
import { holdLane } from './lane.ts';
import { createLogger } from './observe/logger.ts';
import { createMemoryMetrics } from './observe/metrics.ts';
import type { LaneStatus } from './observe/progress.ts';
import { createProgress } from './observe/progress.ts';
import type { Chain, Clock, Metrics, Signer } from './ports.ts';

/** What a caller may bring along; the rest is made from the configuration. */
export interface RelayerDeps {
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** Instead of the configured keypair. */
  readonly signer?: Signer;
  /** Where `keypairEnv` is looked up. */
  readonly env?: NodeJS.ProcessEnv;
  /** Stands between the lane and the cluster, for tests that make the cluster fail. */
  readonly wrapChain?: (chain: Chain) => Chain;
}

export interface Relayer {
  status(): LaneStatus;
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
 * @throws LockstepError KEYPAIR_*, REDIS_UNREACHABLE, REDIS_EVICTS, CHAIN_UNREACHABLE or MARKET_UNREADABLE
 */
export async function startRelayer(config: RelayerConfig, given: RelayerDeps = {}): Promise<Relayer> {
  const { clock = systemClock, metrics = createMemoryMetrics() } = given;
  const own = () => createLogger(config.logLevel, { secrets: passwordsOf(config.redisUrl) });
  const logger = (given.logger ?? own()).child({ lane: config.market });
  const signer = given.signer ?? (await loadSigner(config, given.env ?? {}));
  const chain = chainOf(config, signer, clock, given.wrapChain);
  await requireMarket(chain, config);
  const redis = await connectAll(config, logger);

  const keys = laneKeys(config.market);
  const lease = createLease({ redis: redis.patient, keys, clock, logger, leaseMs: config.leaseMs });
  const progress = createProgress(config.market, metrics);
  const stopping = new AbortController();
  const abort = new AbortController();
  const lane = {
    source: createTradeStream({
      redis: redis.stream,
      market: config.market,
      clock,
      logger,
      onBlocked: progress.streamBlocked,
    }),
    journal: createRedisJournal(redis.patient, keys, lease.token),
    queue: createBullQueue({ ...redis, keys, logger }),
    ...{ chain, clock, metrics, progress, logger, config },
  };
  const done = holdLane(lease, lane, { stopping, abort }).finally(() => {
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
  };
  return {
    status: progress.status,
    waitUntilSettled: (last, options = {}) => progress.untilSettled(last, options),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    done,
  };
}

function chainOf(
  config: RelayerConfig,
  signer: Signer,
  clock: Clock,
  wrap: (chain: Chain) => Chain = (chain) => chain,
): Chain {
  const { commitment, computeUnitPrice, blockhashMaxAgeMs, websocket } = config;
  const connection = createConnection({ rpcUrl: config.rpcUrl, timeoutMs: config.rpcTimeoutMs });
  const { rpcUrl, websocketUrl = websocketUrlOf(rpcUrl) } = config;
  const hints = websocket ? createSignatureHints(websocketUrl, commitment, clock.now) : undefined;
  const place = { programId: new PublicKey(config.programId), market: new PublicKey(config.market) };
  return wrap(
    createSolanaChain({
      connection,
      signer,
      clock,
      ...place,
      commitment,
      computeUnitPrice,
      blockhashMaxAgeMs,
      hints,
    }),
  );
}

/** @throws LockstepError CHAIN_UNREACHABLE or MARKET_UNREADABLE */
async function requireMarket(chain: Chain, config: RelayerConfig): Promise<void> {
  try {
    await chain.market(config.commitment);
    await chain.rules();
  } catch (cause) {
    const missing = cause instanceof TransientError && cause.cause instanceof LockstepError;
    if (missing || cause instanceof LockstepError) {
      throw relayerError('MARKET_UNREADABLE', `market ${config.market}: ${cause.message}`, { cause });
    }
    const node = withoutSecrets(config.rpcUrl);
    throw relayerError(
      'CHAIN_UNREACHABLE',
      `${node} does not answer: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

interface RedisConnections {
  readonly patient: Redis;
  readonly impatient: Redis;
  readonly stream: Redis;
  close(): void;
}

/** Three connections, because a blocking read holds one and adding a pointer must fail fast. */
async function connectAll(config: RelayerConfig, logger: Logger): Promise<RedisConnections> {
  const open: Redis[] = [];
  const connect = async (temper: Temper) => tracked(await connectRedis(config.redisUrl, temper, logger), open);
  const close = () => {
    for (const redis of open) redis.disconnect();
  };
  try {
    const patient = await connect('patient');
    await requireDurable(patient, logger);
    return { patient, impatient: await connect('impatient'), stream: await connect('patient'), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** BullMQ makes connections of its own from ours; one that Redis left alone would reconnect for ever. */
function tracked(redis: Redis, open: Redis[]): Redis {
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => tracked(duplicate(override), open);
  open.push(redis);
  return redis;
}
