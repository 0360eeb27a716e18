import type { TestContext } from 'node:test';
import type { Keypair } from '@solana/web3.js';
import type { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { controlKey, engineKey, leaseKey, orderAnswersKey, ordersKey } from '#feeder';
import type { Gateway, GatewayConfigInput, GatewayDeps, SignedHttpRequest } from '#gateway';
import { keypairSigner, parseGatewayConfig, signOrder, startGateway } from '#gateway';
import { silent } from '../relayer/support.ts';
import type { World } from '../relayer/venue.ts';
import { openWorld } from '../relayer/venue.ts';
import { until } from '../support/until.ts';

/** A busy machine must not be what makes a request expire. */
export const MAX_EXPIRY_MS = 600_000;

/** A market with a chain and a Redis, an engine that is only its keys, and gateways. */
export interface Place {
  readonly world: World;
  readonly redis: Redis;
  /** Keys of the entries' owners, by index. */
  owner(trader: number): Keypair;
  /** Has the engine's keys say that it runs, or is paused; `silent` takes its lease away. */
  engine(state: 'run' | 'pause' | 'silent'): Promise<void>;
  start(settings?: Partial<GatewayConfigInput>, deps?: GatewayDeps): Promise<Gateway>;
  settings(overrides?: Partial<GatewayConfigInput>): GatewayConfigInput;
  /** Does this at the end, before chain and Redis go away. */
  atEnd(end: () => Promise<void>): void;
  /** Orders the engine would read. */
  orders(): Promise<readonly unknown[]>;
  /** What the engine would answer. */
  answer(fields: Readonly<Record<string, string>>): Promise<void>;
}

export async function openPlace(t: TestContext): Promise<Place> {
  // Before the world's: what uses its Redis ends first.
  const endings: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const end of endings.reverse()) await end();
  });
  const world = await openWorld(t);
  const { redis, market } = world;
  const settings = (overrides: Partial<GatewayConfigInput> = {}): GatewayConfigInput => ({
    port: 0,
    rpcUrl: world.chain.rpcUrl,
    redisUrl: `redis://127.0.0.1:${world.redisPort}`,
    programId: world.venue.program.toBase58(),
    market,
    requestsPerMinute: 100_000,
    ordersPerMinute: 100_000,
    maxExpiryMs: MAX_EXPIRY_MS,
    ...overrides,
  });
  const place: Place = {
    world,
    redis,
    settings,
    owner(trader) {
      const found = world.venue.traders[trader];
      if (found === undefined) throw new Error(`no trader ${trader}`);
      return found.owner;
    },
    async engine(state) {
      if (state === 'silent') await redis.del(leaseKey(market));
      else await redis.set(leaseKey(market), 'test');
      await redis.hset(engineKey(market), {
        v: '1',
        mode: state === 'pause' ? 'pause' : 'run',
        seen_ms: `${Date.now()}`,
      });
      await redis.del(controlKey(market));
    },
    async start(overrides = {}, deps = {}) {
      const gateway = await startGateway(parseGatewayConfig(settings(overrides)), { logger: silent, ...deps });
      endings.push(() => gateway.stop());
      return gateway;
    },
    atEnd: (end) => void endings.push(end),
    async orders() {
      const entries = await redis.xrange(ordersKey(market), '-', '+');
      return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('o') + 1] ?? ''));
    },
    async answer(fields) {
      await redis.xadd(orderAnswersKey(market), '*', ...Object.entries({ v: '1', ...fields }).flat());
    },
  };
  await place.engine('run');
  return place;
}

export const limitOrder = (over: object = {}) => ({
  order: crypto.randomUUID(),
  trader: '0',
  side: 'buy',
  type: 'limit',
  price: '100',
  quantity: '5',
  ...over,
});

/** Terms of a signature for this place's market. */
export const terms = (
  place: Place,
  trader = 0,
  over: { forMs?: number; market?: string; nonce?: Uint8Array } = {},
) => ({
  signer: keypairSigner(place.owner(trader).secretKey),
  market: place.world.market,
  forMs: MAX_EXPIRY_MS - 60_000,
  ...over,
});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function send(gateway: Pick<Gateway, 'url'>, request: SignedHttpRequest, query = ''): Promise<Answer> {
  const { method, path, headers, body } = request;
  const answer = await fetch(`${gateway.url}${path}${query}`, { method, headers, body });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
}

/** Signs and sends an order. */
export async function enter(
  place: Place,
  gateway: Pick<Gateway, 'url'>,
  order: object = limitOrder(),
  query = '',
): Promise<Answer> {
  return send(gateway, await signOrder(terms(place), order), query);
}

/** A websocket client and all it heard. */
export interface Client {
  readonly socket: WebSocket;
  readonly heard: Readonly<Record<string, unknown>>[];
  /** Set when it was closed. */
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** The first message of this type, once it is there. */
  hears(
    type: string,
    has?: (message: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Readonly<Record<string, unknown>>>;
  ended(): Promise<{ readonly code: number; readonly reason: string }>;
}

export async function connect(
  t: TestContext,
  gateway: Pick<Gateway, 'url'>,
  path: string,
  options: { headers?: Record<string, string> } = {},
): Promise<Client> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, options);
  t.after(() => socket.terminate());
  const client: Client = {
    socket,
    heard: [],
    closed: undefined,
    async hears(type, has = () => true) {
      const found = () => client.heard.find((message) => message.type === type && has(message));
      await until(() => found() !== undefined || client.closed !== undefined);
      const message = found();
      if (message === undefined) throw new Error(`closed with ${client.closed?.code} before ${type}`);
      return message;
    },
    async ended() {
      await until(() => client.closed !== undefined);
      return client.closed ?? { code: 0, reason: '' };
    },
  };
  socket.on('message', (data) => client.heard.push(JSON.parse(data.toString())));
  socket.on('close', (code, reason) => {
    client.closed = { code, reason: reason.toString() };
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return client;
}
