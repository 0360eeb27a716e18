import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import { idl, LockstepError } from '#client';
import type { Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import type { Relayer } from '#relayer';
import { parseRelayerConfig, startRelayer } from '#relayer';
import { isDebug } from '../debug.ts';
import type { PrivateRedis } from '../redis-server.ts';
import { startPrivateRedis } from '../redis-server.ts';
import type { Cleanup } from './cleanup.ts';
import type { Keys, Venue } from './venue.ts';

/** What a run stands on. */
export interface Place {
  readonly redis: PrivateRedis;
  readonly chain: Localnet;
  readonly keys: Keys;
}

type Fail = (error: unknown) => void;

/** Shorter than a cluster's 400 ms: a batch waits for its block, and nobody else shares this chain. */
const SLOT_MS = 40;
const OPERATOR_LAMPORTS = 1_000_000_000_000_000n;
const RELAYER_LAMPORTS = 10_000_000_000_000n;
/** A batch holds at least one trade, a trader is set up with two transactions, the rest is config, mints and withdrawal. */
const TRANSACTIONS_PER_ITEM = 2;
const OTHER_TRANSACTIONS = 1_000;
/** What is in flight when everything ends goes away with its chain. */
const SHUTDOWN_MS = 2_000;
const KEYPAIR_VARIABLE = 'LOCKSTEP_KEYPAIR';

export async function temporaryFolder(cleanup: Cleanup): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  cleanup.add(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** @throws LockstepError REDIS_START_FAILED; a server that ends later is told to `fail` */
export async function privateRedis(command: string, cleanup: Cleanup, fail: Fail): Promise<PrivateRedis> {
  const redis = await startPrivateRedis({ command });
  let isStopping = false;
  cleanup.add(() => {
    isStopping = true;
    return redis.stop();
  });
  void redis.exited.then(() => {
    if (!isStopping) fail(new LockstepError('REDIS_ENDED', 'the private redis-server ended', 'Run the command again.'));
  });
  return redis;
}

/** A chain that remembers all transactions of a run of `size` trades and traders, so that every one can be verified. */
export async function privateChain(keys: Keys, file: string, size: number, cleanup: Cleanup): Promise<Localnet> {
  const transactions = TRANSACTIONS_PER_ITEM * size + OTHER_TRANSACTIONS;
  const program = { programId: new PublicKey(idl.address), file, upgradeAuthority: keys.operator.publicKey };
  const chain = await startLocalnet({ slotMs: SLOT_MS, programs: [program], limits: { transactions } });
  cleanup.add(() => chain.close());
  chain.airdrop(keys.operator.publicKey, OPERATOR_LAMPORTS);
  chain.airdrop(keys.relayer.publicKey, RELAYER_LAMPORTS);
  return chain;
}

/** The relayer in this process; what it halts with is told to `fail`. */
export async function privateRelayer(place: Place, venue: Venue, cleanup: Cleanup, fail: Fail): Promise<Relayer> {
  const { chain, redis, keys } = place;
  const config = parseRelayerConfig({
    rpcUrl: chain.rpcUrl,
    websocketUrl: chain.wsUrl,
    redisUrl: redis.url,
    programId: venue.program.toBase58(),
    market: venue.market.toBase58(),
    keypairEnv: KEYPAIR_VARIABLE,
    slotMs: SLOT_MS,
    shutdownMs: SHUTDOWN_MS,
    logLevel: isDebug() ? 'debug' : 'silent',
  });
  const env = { [KEYPAIR_VARIABLE]: JSON.stringify([...keys.relayer.secretKey]) };
  const relayer = await startRelayer(config, { env });
  cleanup.add(() => relayer.stop());
  relayer.done.catch(fail);
  return relayer;
}

/** The engine's own connection. A lost one is told by the command that needed it. */
export function engineClient(redis: PrivateRedis, cleanup: Cleanup): Redis {
  const client = new Redis(redis.url, { maxRetriesPerRequest: 3 });
  client.on('error', () => undefined);
  cleanup.add(async () => client.disconnect());
  return client;
}
