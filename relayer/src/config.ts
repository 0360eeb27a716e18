import { z } from 'zod';
import { COMMITMENTS } from './domain/commitment.ts';
import { relayerError } from './errors.ts';
import { LOG_LEVELS } from './observe/logger.ts';
import type { FieldDoc } from './settings.ts';
import {
  addressField as address,
  docOf,
  field,
  flag,
  listOf,
  loadSettings,
  openUrl,
  parseSettings,
  redisUrlField,
  whole,
} from './settings.ts';

/** Each of them is heard before anything is proven: more would only be slower. */
const MAX_FALLBACKS = 8;
/** The one character no path holds. */
const path = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), 'holds a NUL, which no path does');

/** Every setting of a relayer; the ones without a default must be given. */
export const relayerConfigSchema = z
  .strictObject({
    rpcUrl: field(openUrl(/^https?$/), 'URL', 'RPC_URL', 'JSON-RPC endpoint of the cluster.'),
    fallbackRpcUrls: field(
      listOf(openUrl(/^https?$/), MAX_FALLBACKS).default([]),
      'URLs',
      'FALLBACK_RPC_URLS',
      'More endpoints of the same cluster: asked when one before them does not answer, sent to as well, and all of them heard before an attempt counts as expired. A list; in the environment with commas between.',
    ),
    websocketUrl: field(
      openUrl(/^wss?$/).optional(),
      'URL',
      'WEBSOCKET_URL',
      'Its websocket; without it rpcUrl with one port further.',
    ),
    websocket: field(
      flag.default(true),
      'true or false',
      'WEBSOCKET',
      'Listen for signatures and changes of the config as a hint; polling decides either way.',
    ),
    redisUrl: field(
      redisUrlField,
      'URL',
      'REDIS_URL',
      'Redis with maxmemory-policy noeviction; append-only is strongly advised.',
    ),
    programId: field(address, 'address', 'PROGRAM_ID', 'The settlement program.'),
    market: field(address, 'address', 'MARKET', 'The market this relayer settles.'),
    lane: field(
      address.optional(),
      'address',
      'LANE',
      'Names the keys in Redis, the engine’s streams among them; without it `market`. After a fork to another program: the market they had before.',
    ),
    keypairFile: field(
      path.optional(),
      'path',
      'KEYPAIR_FILE',
      'Solana keypair file of the active relayer, mode 0600.',
    ),
    keypairEnv: field(
      z.string().min(1).optional(),
      'name',
      'KEYPAIR_ENV',
      'Name of an environment variable that holds the keypair instead.',
    ),
    commitment: field(
      z.enum(COMMITMENTS).default('confirmed'),
      COMMITMENTS.join(', '),
      'COMMITMENT',
      'A batch that reached it makes room for the next one. Rows are kept until finalised in any case.',
    ),
    maxBatchTrades: field(
      whole(1, 1_024).default(1_024),
      'trades',
      'MAX_BATCH_TRADES',
      'A batch closes with so many trades, or when its transaction is full.',
    ),
    maxBatchAgeMs: field(
      whole(0, 600_000).default(200),
      'ms',
      'MAX_BATCH_AGE_MS',
      'A batch closes when its first trade has waited so long.',
    ),
    slotMs: field(
      whole(1, 10_000).default(400),
      'ms',
      'SLOT_MS',
      'Duration of a slot; estimates when a small batch is allowed.',
    ),
    maxOpenBatches: field(
      whole(1, 10_000).default(64),
      'batches',
      'MAX_OPEN_BATCHES',
      'Intake waits while so many batches have not landed.',
    ),
    readCount: field(whole(1, 10_000).default(500), 'entries', 'READ_COUNT', 'Stream entries read at once.'),
    trim: field(
      flag.default(true),
      'true or false',
      'TRIM',
      'Remove from the trade stream what is final, and older generations. Nothing that is not final is ever removed.',
    ),
    resendMs: field(whole(50, 10_000).default(500), 'ms', 'RESEND_MS', 'The same bytes are sent again after so long.'),
    firstPollMs: field(
      whole(1, 10_000).default(25),
      'ms',
      'FIRST_POLL_MS',
      'Wait before the first status poll; doubles up to statusPollMs.',
    ),
    statusPollMs: field(whole(1, 500).default(400), 'ms', 'STATUS_POLL_MS', 'Longest wait between two status polls.'),
    finalityPollMs: field(
      whole(10, 60_000).default(1_000),
      'ms',
      'FINALITY_POLL_MS',
      'How often landed batches are checked for finality.',
    ),
    rulesPollMs: field(
      whole(100, 60_000).default(1_000),
      'ms',
      'RULES_POLL_MS',
      "How often the program's config is read again.",
    ),
    blockhashMaxAgeMs: field(
      whole(0, 20_000).default(2_000),
      'ms',
      'BLOCKHASH_MAX_AGE_MS',
      'A blockhash is used for so long before a newer one is asked for.',
    ),
    rpcTimeoutMs: field(
      whole(100, 60_000).default(5_000),
      'ms',
      'RPC_TIMEOUT_MS',
      'An RPC call without an answer by then taught nothing.',
    ),
    retryMaxMs: field(
      whole(100, 60_000).default(2_000),
      'ms',
      'RETRY_MAX_MS',
      'Longest wait before something that failed is tried again; starts at 100 ms and doubles.',
    ),
    leaseMs: field(whole(500, 60_000).default(1_500), 'ms', 'LEASE_MS', 'A silent relayer keeps its lane for so long.'),
    shutdownMs: field(
      whole(0, 300_000).default(10_000),
      'ms',
      'SHUTDOWN_MS',
      'A stop waits so long for the batch in flight.',
    ),
    computeUnitPrice: field(
      whole(0, 1_000_000_000).default(0),
      'micro-lamports per compute unit',
      'COMPUTE_UNIT_PRICE',
      'Priority fee.',
    ),
    httpPort: field(
      whole(0, 65_535).optional(),
      'port',
      'HTTP_PORT',
      'Serves status, metrics and health there; 0 takes any free port and logs it; without it nothing is served.',
    ),
    httpHost: field(
      z.string().min(1).default('127.0.0.1'),
      'address or name',
      'HTTP_HOST',
      'Where that port listens. Whoever reaches it may read; nothing can be changed there.',
    ),
    liveMs: field(
      whole(1_000, 3_600_000).default(30_000),
      'ms',
      'LIVE_MS',
      'A loop of the relayer that has not turned for so long counts as stuck. Longer than rpcTimeoutMs.',
    ),
    logLevel: field(
      z.enum(LOG_LEVELS).default('info'),
      LOG_LEVELS.join(', '),
      'LOG_LEVEL',
      'Least important log line that is written.',
    ),
  })
  .refine((config) => (config.keypairFile === undefined) !== (config.keypairEnv === undefined), {
    path: ['keypairFile'],
    error: 'give either keypairFile or keypairEnv',
  });

export type RelayerConfig = z.output<typeof relayerConfigSchema>;
/** What has to be given; everything with a default may be left out. */
export type RelayerConfigInput = z.input<typeof relayerConfigSchema>;

const settings = {
  schema: relayerConfigSchema,
  fields: relayerConfigSchema.shape,
  invalid: (message: string) => relayerError('CONFIG_INVALID', message),
};
/** What the market's keys in Redis are named by. */
export const laneName = ({ lane, market }: { readonly lane?: string | undefined; readonly market: string }): string =>
  lane ?? market;

/** @throws LockstepError CONFIG_INVALID, naming every wrong field; values are not quoted */
export const parseRelayerConfig = (input: unknown): RelayerConfig => parseSettings(settings, input);

export const fieldDoc = (name: keyof RelayerConfig): FieldDoc => {
  const doc = docOf(relayerConfigSchema.shape[name]);
  if (doc === undefined) throw relayerError('INVARIANT_BROKEN', `config field ${name} is not documented`);
  return doc;
};

/**
 * Reads the settings: the file's, overruled by the environment's.
 * @throws LockstepError CONFIG_INVALID
 */
export const loadRelayerConfig = (file: string | undefined, env: NodeJS.ProcessEnv): Promise<RelayerConfig> =>
  loadSettings(settings, file, env);
