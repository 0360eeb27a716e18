import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keypair, TransactionInstruction } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import type { TradeV1 } from '#client';
import { baseLots, decodeBatch, idl, LockstepError, payloadDigest, quoteAtoms, ResultCode, readMarket } from '#client';
import { encodeTradeEvent, generationKey, instrumentOf, openPublisher, tradeStreamKey } from '#feeder';
import type { Faults, Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import type { Relayer, RelayerConfigInput, RelayerDeps } from '#relayer';
import { parseRelayerConfig, startRelayer } from '#relayer';
import { readLaneHistory } from '../../cli/src/lane-history.ts';
import { startPrivateRedis } from '../../cli/src/redis-server.ts';
import { releaseFile } from '../../cli/src/release/program.ts';
import type { Keys, Venue } from '../../cli/src/start/venue.ts';
import { newKeys, openVenue } from '../../cli/src/start/venue.ts';
import { createSender } from '../../cli/src/transactions.ts';
import { until } from '../support/until.ts';
import { silent } from './support.ts';

const never = new AbortController().signal;
export const SLOT_MS = 25;
export const TRADERS = 4;
const LAMPORTS = 1_000_000_000_000n;
const KEYPAIR_ENV = 'KEYPAIR';

/** A chain with the deployed program, one market with four funded traders, a Redis, and an engine's pen: all of a test's own. */
export interface World {
  readonly chain: Localnet;
  readonly redis: Redis;
  readonly redisPort: number;
  readonly venue: Venue;
  readonly keys: Keys;
  readonly market: string;
  stopRedis(): Promise<void>;
  /** The same data at the same port. */
  restartRedis(): Promise<void>;
  /** Lands these instructions, paid and signed by `payer`. */
  land(payer: Keypair, ...instructions: TransactionInstruction[]): Promise<void>;
  /** Ids must continue. */
  publish(trades: readonly TradeV1[]): Promise<void>;
  /** Writes an entry as it is. */
  publishRaw(id: number, fields: readonly (string | Uint8Array)[]): Promise<void>;
  settings(overrides?: Partial<RelayerConfigInput>): RelayerConfigInput;
  start(overrides?: Partial<RelayerConfigInput>, deps?: RelayerDeps): Promise<Relayer>;
  /** What each id ended as on-chain, in order. */
  outcomes(): Promise<readonly (readonly [id: number, outcome: Outcome])[]>;
  /** Version of each batch on-chain, in order. */
  versions(): Promise<readonly number[]>;
  /** Throws unless the cursor, the ids and the digests on-chain agree with each other. */
  requireSound(): Promise<void>;
}

/** Whoever opens a world and sees to its end: a test, or a benchmark. */
export interface Opener {
  after(end: () => Promise<void>): void;
}

export interface WorldOptions {
  readonly faults?: Faults;
  readonly slotMs?: number;
  /** Settlement release; default: the deployed one. */
  readonly release?: string;
  /** Funded traders. */
  readonly traders?: number;
}

export async function openWorld(
  t: Opener,
  { release, traders = TRADERS, ...options }: WorldOptions = {},
): Promise<World> {
  const endings: (() => unknown)[] = [];
  t.after(async () => {
    for (const end of endings.reverse()) await end();
  });
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-relayer-'));
  endings.push(() => rm(dir, { recursive: true, force: true }));
  let server = await startPrivateRedis({ dir });
  endings.push(() => server.stop());
  const { port } = server;
  const redis = new Redis(port, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  endings.push(() => redis.disconnect());
  const keys = newKeys();
  const program = { programId: new PublicKey(idl.address), file: releaseFile(release) };
  const chain = await startLocalnet({
    slotMs: SLOT_MS,
    programs: [{ ...program, upgradeAuthority: keys.operator.publicKey }],
    finalizedAfterSlots: 8,
    ...options,
  });
  endings.push(() => chain.close());
  for (const key of [keys.operator, keys.relayer]) chain.airdrop(key.publicKey, LAMPORTS);

  const rpc = chain.connection('confirmed');
  const send = createSender(rpc, keys.operator, never);
  const deposits = Array.from({ length: traders }, () => ({
    baseLots: baseLots(1_000_000n),
    quoteAtoms: quoteAtoms(1_000_000_000n),
  }));
  const step = { digits: 1n, scale: 2 };
  const venue = await openVenue({ connection: rpc, send, keys, instrument: instrumentOf(step, step), deposits });
  const market = venue.market.toBase58();

  const publisher = await openPublisher(redis, market);

  const settings = (overrides: Partial<RelayerConfigInput> = {}): RelayerConfigInput => ({
    rpcUrl: chain.rpcUrl,
    websocketUrl: chain.wsUrl,
    redisUrl: `redis://127.0.0.1:${port}`,
    programId: idl.address,
    market,
    keypairEnv: KEYPAIR_ENV,
    slotMs: SLOT_MS,
    maxBatchAgeMs: 30,
    finalityPollMs: 50,
    statusPollMs: 100,
    retryMaxMs: 200,
    resendMs: 50,
    ...overrides,
  });
  const history = async () => {
    const batches = [];
    for await (const record of readLaneHistory(venue)) if (record.kind === 'batch') batches.push(record);
    return batches;
  };

  return {
    ...{ chain, redis, redisPort: port, venue, keys, market, settings },
    stopRedis: () => server.stop(),
    async restartRedis() {
      await server.stop();
      server = await startPrivateRedis({ dir, port });
    },
    land: (payer, ...instructions) => createSender(rpc, payer, never).together([{ instructions, signers: [] }]),
    publish: (trades) => publisher.publish(trades),
    async publishRaw(id, fields) {
      const generation = (await redis.get(generationKey(market))) ?? '';
      const values = fields.map((field) => (typeof field === 'string' ? field : Buffer.from(field)));
      await redis.xadd(tradeStreamKey(market, BigInt(generation)), `${id}-0`, ...values);
    },
    async start(overrides = {}, deps = {}) {
      const env = { [KEYPAIR_ENV]: JSON.stringify([...keys.relayer.secretKey]) };
      const relayer = await startRelayer(parseRelayerConfig(settings(overrides)), { env, logger: silent, ...deps });
      endings.push(() => relayer.stop());
      return relayer;
    },
    async outcomes() {
      const outcomes = (await history()).flatMap(({ batch, codes }) =>
        batch.trades.map((trade, at) => [trade.tradeId, codes[at]] as const),
      );
      return outcomes.map(([id, code]) => [Number(id), OUTCOMES.get(code) ?? 'passed over'] as const);
    },
    versions: async () => (await history()).map((record) => record.batch.version),
    async requireSound() {
      const { header } = (await readMarket(rpc, venue.market, 'confirmed')).value;
      let batches: Awaited<ReturnType<typeof history>> = [];
      // A node may show the market before the transaction that changed it.
      await until(async () => {
        batches = await history();
        return BigInt(batches.length) + 1n >= header.nextSequence;
      });
      let next = 1n;
      for (const { data } of batches) {
        const batch = decodeBatch(data);
        const digest = header.recentDigests[Number(batch.sequence % 64n)];
        const recent = batch.sequence + 64n >= header.nextSequence;
        if (recent && !Buffer.from(payloadDigest(data)).equals(digest ?? Buffer.alloc(0)))
          throw unsound('digest', data);
        for (const trade of batch.trades) {
          if (trade.tradeId !== next) throw unsound(`trade ${trade.tradeId} where ${next} is due`, data);
          next += 1n;
        }
      }
      if (header.lastTradeId !== next - 1n) throw unsound(`cursor at ${header.lastTradeId}`, new Uint8Array());
      if (header.nextSequence !== BigInt(batches.length) + 1n) throw unsound('sequences', new Uint8Array());
    },
  };
}

type Outcome = 'settled' | 'void' | 'passed over';
const OUTCOMES: ReadonlyMap<number | undefined, Outcome> = new Map([
  [ResultCode.Settled, 'settled'],
  [ResultCode.Voided, 'void'],
]);

const unsound = (what: string, data: Uint8Array) =>
  new LockstepError('UNSOUND', `${what}: ${Buffer.from(data).toString('hex')}`, 'Look at the relayer.');

/** The bytes an engine writes for a trade. */
export const eventBytes = encodeTradeEvent;
