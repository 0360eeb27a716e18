import { z } from 'zod';
import {
  addressField,
  field,
  LOG_LEVELS,
  listOf,
  loadSettings,
  openUrl,
  parseSettings,
  redisUrlField,
  whole,
} from '#relayer';
import { gatewayError } from './errors.ts';

const MAX_ORIGINS = 64;
const MAX_PROXIES = 16;
const origin = z.string().refine(isOrigin, 'is not an origin such as https://trade.example');
const network = z.string().regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'is not an address or a network such as 10.0.0.0/8');

/** Every setting of a gateway; the ones without a default must be given. */
export const gatewayConfigSchema = z.strictObject({
  host: field(
    z.string().min(1).default('127.0.0.1'),
    'address or name',
    'GATEWAY_HOST',
    'Where it listens. It speaks plain HTTP: put what ends TLS in front of it.',
  ),
  port: field(whole(0, 65_535).default(8_080), 'port', 'GATEWAY_PORT', '0 takes any free port and logs it.'),
  rpcUrl: field(
    openUrl(/^https?$/),
    'URL',
    'RPC_URL',
    'JSON-RPC endpoint of the cluster; who owns an entry is read there.',
  ),
  redisUrl: field(redisUrlField, 'URL', 'REDIS_URL', 'The Redis of engine and relayer.'),
  programId: field(addressField, 'address', 'PROGRAM_ID', 'The settlement program.'),
  market: field(addressField, 'address', 'MARKET', 'The market whose entries trade here; requests are signed for it.'),
  lane: field(
    addressField.optional(),
    'address',
    'LANE',
    "Names the market's keys in Redis; without it the market. Another one only after a hard fork.",
  ),
  allowedOrigins: field(
    listOf(origin, MAX_ORIGINS).default([]),
    'origins',
    'ALLOWED_ORIGINS',
    'Web pages that may send orders and open websockets. A list; in the environment with commas between. Programs send no Origin and need not be listed.',
  ),
  trustedProxies: field(
    listOf(network, MAX_PROXIES).default([]),
    'addresses or networks',
    'TRUSTED_PROXIES',
    "Proxies whose X-Forwarded-For names the client; ports there count for nothing, and what is no address counts as the proxy. Without them a client is the connection's other end.",
  ),
  requestsPerMinute: field(
    whole(1, 1_000_000).default(600),
    'requests',
    'REQUESTS_PER_MINUTE',
    'Of one IP address (IPv6: one /64), websockets opened included.',
  ),
  ordersPerMinute: field(
    whole(1, 1_000_000).default(600),
    'requests',
    'ORDERS_PER_MINUTE',
    'Signed requests of one owner, counted by each gateway for itself.',
  ),
  maxBodyBytes: field(whole(256, 65_536).default(4_096), 'bytes', 'MAX_BODY_BYTES', 'Longest body of a request.'),
  maxMessageBytes: field(
    whole(256, 65_536).default(4_096),
    'bytes',
    'MAX_MESSAGE_BYTES',
    'Longest websocket message of a client.',
  ),
  maxClients: field(
    whole(1, 100_000).default(1_000),
    'connections',
    'MAX_CLIENTS',
    'Websockets and event streams open at once.',
  ),
  maxBufferedBytes: field(
    whole(4_096, 67_108_864).default(1_048_576),
    'bytes',
    'MAX_BUFFERED_BYTES',
    'A client for which more than this waits to be sent is cut off.',
  ),
  authTimeoutMs: field(
    whole(100, 60_000).default(5_000),
    'ms',
    'AUTH_TIMEOUT_MS',
    'A websocket of a trader sends its signed first message within so long.',
  ),
  pingMs: field(
    whole(100, 300_000).default(15_000),
    'ms',
    'PING_MS',
    'A websocket is pinged so often; one that has not answered by the next ping is cut off.',
  ),
  maxExpiryMs: field(
    whole(1_000, 600_000).default(30_000),
    'ms',
    'MAX_EXPIRY_MS',
    'How far ahead the expiry of a signed request may lie. Also how long a nonce that Redis forgot could be used again.',
  ),
  maxWaitMs: field(
    whole(0, 60_000).default(5_000),
    'ms',
    'MAX_WAIT_MS',
    "Longest wait for the engine's answer (`?wait=`).",
  ),
  retryAfterSeconds: field(
    whole(1, 3_600).default(5),
    's',
    'RETRY_AFTER_SECONDS',
    'What Retry-After says in maintenance.',
  ),
  resumeNoticeMs: field(
    whole(1_000, 86_400_000).default(600_000),
    'ms',
    'RESUME_NOTICE_MS',
    'Whoever connects within so long of the end of a maintenance is told of it.',
  ),
  rpcTimeoutMs: field(
    whole(100, 60_000).default(5_000),
    'ms',
    'RPC_TIMEOUT_MS',
    'An RPC call without an answer by then failed.',
  ),
  liveMs: field(
    whole(1_000, 3_600_000).default(30_000),
    'ms',
    'LIVE_MS',
    'A loop of the gateway that has not turned for so long counts as stuck.',
  ),
  logLevel: field(
    z.enum(LOG_LEVELS).default('info'),
    LOG_LEVELS.join(', '),
    'LOG_LEVEL',
    'Least important log line that is written.',
  ),
});

export type GatewayConfig = z.output<typeof gatewayConfigSchema>;
/** What has to be given; everything with a default may be left out. */
export type GatewayConfigInput = z.input<typeof gatewayConfigSchema>;

const settings = {
  schema: gatewayConfigSchema,
  fields: gatewayConfigSchema.shape,
  invalid: (message: string) => gatewayError('CONFIG_INVALID', message),
};

/** @throws LockstepError CONFIG_INVALID, naming every wrong field; values are not quoted */
export const parseGatewayConfig = (input: unknown): GatewayConfig => parseSettings(settings, input);

/**
 * Reads the settings: the file's, overruled by the environment's.
 * @throws LockstepError CONFIG_INVALID
 */
export const loadGatewayConfig = (file: string | undefined, env: NodeJS.ProcessEnv): Promise<GatewayConfig> =>
  loadSettings(settings, file, env);

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
