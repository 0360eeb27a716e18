import { setTimeout as sleep } from 'node:timers/promises';
import { idl, LockstepError, verifyTradeProof } from '#client';
import { InputError } from '#feeder';
import { CheckFailed } from '../failure.ts';
import type { Output } from '../output.ts';
import { requireRedisServer } from '../redis-install.ts';
import type { ProofFile } from '../trade-proof.ts';
import { proveFrom } from '../trade-proof.ts';
import { createSender } from '../transactions.ts';
import type { Cleanup } from './cleanup.ts';
import { Differences } from './differences.ts';
import { describeInput, surveyedInput } from './input.ts';
import type { StartOptions } from './options.ts';
import { count } from './progress.ts';
import { deployedRelease } from './release.ts';
import type { Run } from './report.ts';
import { reportOf, summaryOf } from './report.ts';
import type { Place } from './services.ts';
import { engineClient, privateChain, privateRedis, privateRelayer, temporaryFolder } from './services.ts';
import { publishAndSettle } from './settle.ts';
import { marketTerms } from './terms.ts';
import type { Venue } from './venue.ts';
import { newKeys, openVenue } from './venue.ts';
import type { Verification } from './verify.ts';
import { verifyChain } from './verify.ts';
import { withdrawEverything } from './withdraw.ts';

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
export async function run(options: StartOptions, world: RunWorld): Promise<void> {
  const trouble = new AbortController();
  const signal = AbortSignal.any([world.signal, trouble.signal]);
  try {
    await runUntil(options, { ...world, signal }, (error) => trouble.abort(error));
  } catch (error) {
    // What breaks because something else ended is not worth telling: that is. The end may be told a moment later.
    if (!(error instanceof InputError || error instanceof CheckFailed)) await abortedWithin(END_TOLD_MS, signal);
    throw signal.aborted ? signal.reason : error;
  }
}

/** A process's exit is told after its sockets closed; a busy machine takes its time. */
const END_TOLD_MS = 1_000;

async function abortedWithin(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function runUntil(options: StartOptions, world: RunWorld, fail: (error: unknown) => void): Promise<void> {
  const startedAt = performance.now();
  const { output, signal, cleanup } = world;

  const spoolDir = () => temporaryFolder(cleanup);
  const surveyed = await surveyedInput(options, marketTerms(options.traders), spoolDir, signal);
  const { input, survey } = surveyed;
  output.say(describeInput(surveyed));
  const place = await startPlace(survey.accepted + survey.deposits.length, world, fail);
  const { keys, redis, chain } = place;

  const connection = chain.connection('confirmed');
  const send = createSender(connection, keys.operator, signal);
  const venue = await openVenue({ connection, send, keys, instrument: input.instrument, deposits: survey.deposits });
  output.say(`market ${venue.market} · ${venue.traders.length} traders funded for ${count(survey.accepted)} trades`);

  const relayer = await privateRelayer(place, venue, cleanup, fail);
  const engine = { redis: engineClient(redis, cleanup), relayer, market: venue.market.toBase58(), output, signal };
  const settleMs = await publishAndSettle(surveyed, options, engine);

  output.say('  verifying: reading every settle_batch transaction back from the node');
  const verification = await verifyChain(venue, surveyed, signal);
  const differences = new Differences(verification.differences);
  const proof = proveMiddle(venue, verification, differences);
  const withdrawal = await withdrawEverything(venue, send, differences, signal);
  const found = { surveyed, venue, verification, differences: differences.list, proof, withdrawal, settleMs };
  report({ ...found, voids: relayer.status().rejected, elapsedMs: performance.now() - startedAt }, output);
  if (!options.once) await untilInterrupted(venue, place, output, signal);
}

/** Redis and a chain, both private, with the deployed release of the program. */
async function startPlace(size: number, world: RunWorld, fail: (error: unknown) => void): Promise<Place> {
  const { output, signal, cleanup } = world;
  const release = deployedRelease();
  const redis = await privateRedis(await requireRedisServer(output.say, signal), cleanup, fail);
  const keys = newKeys();
  const chain = await privateChain(keys, release.file, size, cleanup);
  output.say(`redis ${redis.url} · node ${chain.rpcUrl} · settlement ${release.version} at ${idl.address}`);
  return { redis, chain, keys };
}

/** Proves the trade in the middle and checks the proof against the root on-chain, not against the one it was made from. */
function proveMiddle(venue: Venue, { middle, history, market }: Verification, differences: Differences): ProofFile {
  if (middle === undefined) {
    throw new LockstepError('TRADE_UNKNOWN', 'no trade of the input is on-chain', 'Run with DEBUG=lockstep.');
  }
  const file = proveFrom(venue, history, middle.trade.tradeId);
  try {
    verifyTradeProof(file.proof, { program: venue.program, market: venue.market, root: market.header.tree.root });
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    differences.add(`proof of trade ${middle.trade.tradeId}`, 'accepted against the root on-chain', error.message);
  }
  return file;
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

/** @throws the signal's reason: there is no other way out */
function untilInterrupted(
  { market }: Venue,
  { chain, redis }: Place,
  output: Output,
  signal: AbortSignal,
): Promise<never> {
  output.say('');
  output.say('Everything stays up until Ctrl-C. Try, in another terminal:');
  output.say(`  npx lockstep status --rpc ${chain.rpcUrl} --market ${market}`);
  output.say(`  npx lockstep prove --rpc ${chain.rpcUrl} --market ${market} --trade-id 1`);
  output.say(`  redis-cli -u ${redis.url} info keyspace`);
  return new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
