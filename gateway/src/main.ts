import type { AddressInfo } from 'node:net';
import { PublicKey } from '@solana/web3.js';
import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { readMarketHeader } from '#client';
import {
  connectRedis,
  createConnection,
  createLogger,
  createReadiness,
  secretsOf,
  systemClock,
  withoutSecretsIn,
} from '#relayer';
import { openFeed } from './adapters/redis/feed.ts';
import { gatewayKeys } from './adapters/redis/keys.ts';
import { createMarketWatch } from './adapters/redis/market-watch.ts';
import { createOrderDesk } from './adapters/redis/order-desk.ts';
import { createEntries } from './adapters/solana/entries.ts';
import { createSettlementWatch } from './adapters/solana/settlement-watch.ts';
import { createAuth } from './auth.ts';
import type { GatewayConfig } from './config.ts';
import { Allowance } from './domain/allowance.ts';
import { gatewayError } from './errors.ts';
import { createApp } from './http/app.ts';
import { feedRoutes } from './http/routes/feed.ts';
import { maintenanceRoutes } from './http/routes/maintenance.ts';
import { observationRoutes } from './http/routes/observation.ts';
import { orderRoutes } from './http/routes/orders.ts';
import { createAnswers } from './live/answers.ts';
import { createHub } from './live/hub.ts';
import { createTraderSessions } from './live/trader-session.ts';
import { createMetrics } from './observe/metrics.ts';
import type { Feed, MarketWatch, Now } from './ports.ts';

export interface Gateway {
  /** Where it is reached, `http://host:port`. */
  readonly url: string;
  /** Ends it: clients are told to connect again. */
  stop(): Promise<void>;
  /** Writes to its log. */
  note(message: string, error: unknown): void;
}

export interface GatewayDeps {
  readonly logger?: Logger;
  readonly now?: Now;
}

/** Nobody reads it; it is gone soon after the last probe. */
const PROBE_KEPT_MS = 60_000;

/**
 * A gateway that takes requests.
 * @throws LockstepError REDIS_UNREACHABLE, HTTP_PORT_UNAVAILABLE
 */
export async function startGateway(config: GatewayConfig, deps: GatewayDeps = {}): Promise<Gateway> {
  const secrets = secretsOf([config.rpcUrl, config.redisUrl]);
  const { logger = createLogger(config.logLevel, { secrets }), now = Date.now } = deps;
  const lane = config.lane ?? config.market;
  const [programId, market] = [new PublicKey(config.programId), new PublicKey(config.market)];
  const endings: (() => unknown)[] = [];
  const end = async () => {
    for (const ending of endings.splice(0).reverse()) await ending();
  };
  try {
    const redis = await connectRedis(config.redisUrl, 'impatient', logger);
    endings.push(() => redis.disconnect());
    const another = () => {
      const more = redis.duplicate({ enableOfflineQueue: true });
      endings.push(() => more.disconnect());
      return more.on('error', (error) => logger.warn({ err: error }, 'redis connection'));
    };
    const { resumeNoticeMs, retryAfterSeconds, maxClients, maxBufferedBytes, pingMs } = config;
    const metrics = createMetrics(lane);
    const watch = createMarketWatch({ redis, subscriber: another(), lane, resumeNoticeMs, logger });
    endings.push(() => watch.close());
    await watch.lookNow();
    const feed = await openFeed({ redis, reader: another(), lane, logger });
    endings.push(() => feed.close());
    feed.listen((news) => {
      if (news.kind === 'batch') metrics.batch(news.batch.stage);
      if (news.kind === 'answer') metrics.answered(news.answer.state);
    });

    const connection = createConnection({ rpcUrl: config.rpcUrl, timeoutMs: config.rpcTimeoutMs });
    const entries = createEntries({ connection, programId, market, nowMs: () => performance.now() });
    const settlement = createSettlementWatch({ connection, programId, logger });
    endings.push(() => settlement.close());
    const allowance = new Allowance(config.ordersPerMinute, () => performance.now());
    const auth = createAuth({ market: market.toBytes(), maxExpiryMs: config.maxExpiryMs, allowance, entries, now });
    const desk = createOrderDesk(redis, lane);
    const hub = createHub({ watch, maxClients, maxBufferedBytes, pingMs, retryAfterSeconds, metrics });
    endings.push(() => hub.close());
    const sessions = createTraderSessions({ auth, desk, feed, authTimeoutMs: config.authTimeoutMs, logger });

    const app = await createApp({ config, logger, metrics, closeSockets: hub.close });
    const place = { watch, settlement, market: config.market, retryAfterSeconds };
    orderRoutes(app, { ...place, auth, desk, awaitAnswer: createAnswers(feed), maxWaitMs: config.maxWaitMs, metrics });
    maintenanceRoutes(app, { ...place, hub, maxBufferedBytes, pingMs });
    feedRoutes(app, { hub, feed, sessions });
    const checked = createReadiness({
      status: () => ({ state: 'running' }),
      write: () => probe(redis, lane),
      readSlot: async () => (await readMarketHeader(connection, market, 'confirmed', programId)).slot,
      clock: systemClock,
    });
    const readiness = async () => {
      const { ready, reason, redis: written, rpc } = await checked();
      const hidden = <T extends { readonly reason?: string }>(check: T) =>
        check.reason === undefined ? check : { ...check, reason: withoutSecretsIn(check.reason, secrets) };
      return { ready, ...(reason === undefined ? {} : { reason }), redis: hidden(written), rpc: hidden(rpc) };
    };
    const refreshMetrics = () => {
      const state = watch.state();
      metrics.market(state.kind === 'open', state.kind === 'closed' ? (now() - state.startedMs) / 1_000 : 0);
    };
    const stuck = () => stuckLoop(watch, feed, config.liveMs);
    observationRoutes(app, { ...place, stuck, readiness, metrics, refreshMetrics });
    endings.push(() => app.close());
    const url = await listen(app, config);
    logger.info({ url, market: config.market, lane }, 'the gateway takes requests');

    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= end();
      return stopping;
    };
    return { url, stop, note: (message, error) => logger.warn({ err: error }, message) };
  } catch (error) {
    await end();
    throw error;
  }
}

/** @throws when Redis is away or refuses */
async function probe(redis: Redis, lane: string): Promise<void> {
  await redis.set(gatewayKeys(lane).probe, new Date().toISOString(), 'PX', PROBE_KEPT_MS);
}

function stuckLoop(watch: MarketWatch, feed: Feed, liveMs: number) {
  const silent = { watch: performance.now() - watch.lookedAt(), feed: performance.now() - feed.readAt() };
  const found = Object.entries(silent).find(([, silentMs]) => silentMs > liveMs);
  return found === undefined ? undefined : { loop: found[0], silentMs: Math.round(found[1]) };
}

/** @throws LockstepError HTTP_PORT_UNAVAILABLE */
async function listen(app: FastifyInstance, { host, port }: GatewayConfig): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw gatewayError('HTTP_PORT_UNAVAILABLE', `port ${port} of ${host} can't be listened on: ${why}`, { cause });
  }
  const { address, family, port: bound } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}
