import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import { idl, LockstepError, tradeId } from '#client';
import type { Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import type { Relayer } from '#relayer';
import { parseRelayerConfig, startRelayer } from '#relayer';
import { isDebug } from '../debug.ts';
import { CheckFailed } from '../failure.ts';
import type { Output } from '../output.ts';
import { requireRedisServer } from '../redis-install.ts';
import type { PrivateRedis } from '../redis-server.ts';
import { startPrivateRedis } from '../redis-server.ts';
import { proveFrom } from '../trade-proof.ts';
import { createSender } from '../transactions.ts';
import type { Cleanup } from './cleanup.ts';
import { Differences } from './differences.ts';
import type { SurveyedInput } from './input.ts';
import { describeInput, surveyedInput } from './input.ts';
import type { StartOptions } from './options.ts';
import { count } from './progress.ts';
import { deployedRelease } from './release.ts';
import type { Run } from './report.ts';
import { reportOf, summaryOf } from './report.ts';
import { publishAndSettle } from './settle.ts';
import { marketTerms } from './terms.ts';
import type { Keys, Venue } from './venue.ts';
import { newKeys, openVenue } from './venue.ts';
import { verifyChain } from './verify.ts';
import { withdrawEverything } from './withdraw.ts';

/** Shorter than a cluster's 400 ms: a batch waits for its block, and nobody else shares this chain. */
const SLOT_MS = 40;
const OPERATOR_LAMPORTS = 1_000_000_000_000_000n;
const RELAYER_LAMPORTS = 10_000_000_000_000n;
/** Setting up takes a few transactions a trader; a batch holds at least one trade. */
const SETUP_TRANSACTIONS_PER_TRADER = 4;
/** What is in flight when everything ends goes away with its chain. */
const SHUTDOWN_MS = 2_000;
const KEYPAIR_VARIABLE = 'LOCKSTEP_KEYPAIR';

export interface RunWorld {
  readonly output: Output;
  /** Ends the run: an interrupt. */
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
}

/**
 * The main job, from nothing to a summary. Everything started is in `cleanup`.
 * @throws CheckFailed VERIFICATION_FAILED after the summary was printed; InputError before anything was started
 */
export async function run(options: StartOptions, { output, signal: interrupt, cleanup }: RunWorld): Promise<void> {
  const start = performance.now();
  const trouble = new AbortController();
  const signal = AbortSignal.any([interrupt, trouble.signal]);
  const fail = (error: unknown) => trouble.abort(error);

  const surveyed = await surveyedInput(options, marketTerms(options.traders), () => temporaryFolder(cleanup));
  output.say(describeInput(surveyed));
  const release = deployedRelease();
  const command = await requireRedisServer(output.say, signal);
  const redis = await privateRedis(command, cleanup, fail);
  const keys = newKeys();
  const chain = await privateChain(keys, surveyed, release.file, cleanup);
  output.say(`redis ${redis.url} · node ${chain.rpcUrl} · settlement ${release.version} at ${idl.address}`);

  const connection = chain.connection('confirmed');
  const send = createSender(connection, keys.operator, signal);
  const { instrument } = surveyed.input;
  const venue = await openVenue({ connection, send, keys, instrument, deposits: surveyed.survey.deposits });
  output.say(
    `market ${venue.market} · ${venue.traders.length} traders funded for ${count(surveyed.survey.accepted)} trades`,
  );

  const relayer = await privateRelayer({ chain, redis, venue, keys }, cleanup, fail);
  const client = engineClient(redis, cleanup);
  const world = { redis: client, relayer, market: venue.market.toBase58(), output, signal };
  const settleMs = await publishAndSettle(surveyed, options, world);

  output.say('  verifying: reading every settle_batch transaction back from the node');
  const verification = await verifyChain(venue, surveyed, signal);
  const differences = new Differences(verification.differences);
  const proof = proveFrom(venue, verification.history, tradeId(Math.ceil(surveyed.survey.accepted / 2)));
  differences.compare(
    'root of the proof',
    Uint8Array.from(Buffer.from(proof.root, 'hex')),
    verification.market.header.tree.root,
  );
  const withdrawal = await withdrawEverything(venue, send, differences, signal);
  const elapsedMs = performance.now() - start;
  report(
    { surveyed, venue, verification, differences: differences.list, proof, withdrawal, settleMs, elapsedMs },
    output,
  );
  if (!options.once) await untilInterrupted(venue, chain, redis, output, signal);
}

async function temporaryFolder(cleanup: Cleanup): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  cleanup.add(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function privateRedis(command: string, cleanup: Cleanup, fail: (error: unknown) => void): Promise<PrivateRedis> {
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

async function privateChain(keys: Keys, { survey }: SurveyedInput, file: string, cleanup: Cleanup): Promise<Localnet> {
  const transactions = survey.accepted + SETUP_TRANSACTIONS_PER_TRADER * survey.deposits.length + 1_000;
  const program = { programId: new PublicKey(idl.address), file, upgradeAuthority: keys.operator.publicKey };
  const chain = await startLocalnet({ slotMs: SLOT_MS, programs: [program], limits: { transactions } });
  cleanup.add(() => chain.close());
  chain.airdrop(keys.operator.publicKey, OPERATOR_LAMPORTS);
  chain.airdrop(keys.relayer.publicKey, RELAYER_LAMPORTS);
  return chain;
}

interface RelayerPlace {
  readonly chain: Localnet;
  readonly redis: PrivateRedis;
  readonly venue: Venue;
  readonly keys: Keys;
}

async function privateRelayer(place: RelayerPlace, cleanup: Cleanup, fail: (error: unknown) => void): Promise<Relayer> {
  const { chain, redis, venue, keys } = place;
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

function engineClient(redis: PrivateRedis, cleanup: Cleanup): Redis {
  const client = new Redis(redis.url, { maxRetriesPerRequest: 3 });
  // A lost connection is told by the command that needed it.
  client.on('error', () => undefined);
  cleanup.add(async () => client.disconnect());
  return client;
}

function report(found: Run, output: Output): void {
  for (const line of summaryOf(found)) output.say(line);
  output.result(reportOf(found));
  if (found.differences.length === 0) return;
  throw new CheckFailed(
    'VERIFICATION_FAILED',
    `the chain is not what the input makes of it: ${found.differences.length} differences, listed above`,
    'Keep the output and report it; run with DEBUG=lockstep for the relayer log.',
  );
}

async function untilInterrupted(
  venue: Venue,
  chain: Localnet,
  redis: PrivateRedis,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  output.say('');
  output.say('Everything stays up until Ctrl-C. Try, in another terminal:');
  output.say(`  npx lockstep status --rpc ${chain.rpcUrl} --market ${venue.market}`);
  output.say(`  npx lockstep prove --rpc ${chain.rpcUrl} --market ${venue.market} --trade-id 1`);
  output.say(`  redis-cli -u ${redis.url} info keyspace`);
  await new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    signal.throwIfAborted();
  });
}
