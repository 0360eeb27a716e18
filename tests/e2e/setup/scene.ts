import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransactionInstruction } from '@solana/web3.js';
import { LAMPORTS_PER_SOL } from '@solana/web3.js';
import { Redis } from 'ioredis';
import type { TradeV1, TradeV2 } from '#client';
import { baseLots, idl, quoteAtoms, readMarketHeader } from '#client';
import { instrumentOf } from '#feeder';
import type { RelayerConfigInput } from '#relayer';
import type { Keys, Venue } from '../../../cli/src/start/venue.ts';
import { newKeys, openVenue } from '../../../cli/src/start/venue.ts';
import { createSender } from '../../../cli/src/transactions.ts';
import { connect } from '../../localnet/wallet.ts';
import type { SceneChain, StartChain } from './chain.ts';
import { embeddedChain } from './chain.ts';
import { SceneEngine } from './engine.ts';
import { compareOutcomes } from './outcomes.ts';
import { SceneRedis } from './redis.ts';
import type { Order } from './relayer-process.ts';
import { RelayerProcess } from './relayer-process.ts';
import { DEPOSIT, TRADERS } from './trades.ts';

export interface SceneOptions {
  /** Default: the embedded node with slots of 25 ms. */
  readonly startChain?: StartChain;
  readonly settings?: Partial<RelayerConfigInput>;
}

/** One market with everything around it: a chain, a Redis, an engine, and relayers as processes of their own. */
export interface Scene {
  readonly chain: SceneChain;
  readonly server: SceneRedis;
  readonly redis: Redis;
  readonly venue: Venue;
  readonly keys: Keys;
  /** A folder of its own, gone with it. */
  readonly dir: string;
  /** The market's address. */
  readonly market: string;
  readonly engine: SceneEngine;
  /** Lands these instructions, paid and signed by the operator, who is the admin. */
  operate(...instructions: TransactionInstruction[]): Promise<void>;
  /** Starts another relayer for the market. */
  start(order?: Order): Promise<RelayerProcess>;
  /** The last id on-chain, confirmed. */
  cursor(): Promise<bigint>;
  /** Every id of the engine's input, or of `input`, on-chain exactly as it must be; and void exactly these, when given. */
  requireOutcomes(expected?: {
    readonly input?: readonly (TradeV1 | TradeV2)[];
    readonly voids?: readonly number[];
  }): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;
const KEYPAIR_ENV = 'RELAYER_KEYPAIR';
const FUNDS_SOL = 1_000;

/** What makes a case short: small batches, and little patience with an embedded node. */
const QUICK: Partial<RelayerConfigInput> = {
  maxBatchTrades: 8,
  maxBatchAgeMs: 30,
  finalityPollMs: 50,
  statusPollMs: 100,
  retryMaxMs: 200,
  resendMs: 50,
  leaseMs: 500,
};

export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const endings: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(options, endings)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(options: SceneOptions, endings: (() => Promise<unknown>)[]): Promise<Omit<Scene, 'close'>> {
  const server = await SceneRedis.start();
  endings.push(() => server.close());
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  endings.push(async () => redis.disconnect());

  const keys = newKeys();
  const chain = await (options.startChain ?? embeddedChain())(keys.operator.publicKey);
  endings.push(() => chain.stop());
  const connection = connect(chain);
  await Promise.all(
    [keys.operator, keys.relayer].map(async ({ publicKey }) => {
      const signature = await connection.requestAirdrop(publicKey, FUNDS_SOL * LAMPORTS_PER_SOL);
      await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
    }),
  );
  const send = createSender(connection, keys.operator, never);
  const step = { digits: 1n, scale: 2 };
  const deposit = { baseLots: baseLots(DEPOSIT.baseLots), quoteAtoms: quoteAtoms(DEPOSIT.quoteAtoms) };
  const deposits = Array.from({ length: TRADERS }, () => deposit);
  const venue = await openVenue({ connection, send, keys, instrument: instrumentOf(step, step), deposits });
  const market = venue.market.toBase58();

  const dir = await mkdtemp(join(tmpdir(), 'lockstep-e2e-'));
  endings.push(() => rm(dir, { recursive: true, force: true }));
  const engine = new SceneEngine(redis, market, join(dir, 'engine-journal'));
  endings.push(() => engine.end());
  const launch = await launcher({ dir, chain, server, market, keys, settings: options.settings ?? {} }, endings);
  return {
    ...{ chain, server, redis, venue, keys, market, engine, dir },
    operate: (...instructions) => send.together([{ instructions, signers: [] }]),
    async start(order = {}) {
      const relayer = launch();
      await relayer.order(order);
      return relayer;
    },
    cursor: async () => (await readMarketHeader(connection, venue.market, 'confirmed')).value.lastTradeId,
    async requireOutcomes({ input = engine.emitted(), voids } = {}) {
      const outcomes = await compareOutcomes(venue, input);
      assert.deepEqual(outcomes.differences, []);
      if (voids !== undefined) assert.deepEqual(outcomes.voids.map(Number), voids);
    },
  };
}

interface Lane extends Pick<Scene, 'chain' | 'server' | 'market' | 'keys'> {
  readonly dir: string;
  readonly settings: Partial<RelayerConfigInput>;
}

/** Settings in a file and the key in the environment, as an operator would have them. */
async function launcher(lane: Lane, endings: (() => Promise<unknown>)[]): Promise<() => RelayerProcess> {
  const { chain, server, market, keys, dir } = lane;
  const settings: RelayerConfigInput = {
    ...{ rpcUrl: chain.rpcUrl, websocketUrl: chain.wsUrl, redisUrl: server.url },
    ...{ programId: idl.address, market, keypairEnv: KEYPAIR_ENV, slotMs: chain.slotMs },
    ...QUICK,
    ...lane.settings,
  };
  const configFile = join(dir, 'relayer.json');
  await writeFile(configFile, JSON.stringify(settings));
  const env = { [KEYPAIR_ENV]: JSON.stringify([...keys.relayer.secretKey]) };
  return () => {
    const relayer = new RelayerProcess(configFile, env);
    endings.push(() => relayer.end('SIGKILL'));
    return relayer;
  };
}
