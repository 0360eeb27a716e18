import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError, verifyTradeProof } from '#client';
import { InputError } from '#feeder';
import { CheckFailed } from '../failure.ts';
import type { Output } from '../output.ts';
import { withoutSecrets } from '../rpc.ts';
import type { ProofFile } from '../trade-proof.ts';
import { proveFrom } from '../trade-proof.ts';
import { createSender } from '../transactions.ts';
import { openBase } from './base.ts';
import type { Cleanup } from './cleanup.ts';
import { readDeadLetterCodes } from './dead-letters.ts';
import { Differences } from './differences.ts';
import { describeInput, describeTooLarge, surveyedInput } from './input.ts';
import { MarketMoved } from './moved.ts';
import type { StartOptions } from './options.ts';
import { startGateway } from './parts/gateway.ts';
import { clusterChain } from './place/cluster.ts';
import { embeddedChain } from './place/embedded.ts';
import type { ChainPlace, RedisPlace, RunBase, RunSize } from './place/place.ts';
import { redisPlace } from './place/redis.ts';
import { privateParts } from './private-parts.ts';
import { plural } from './progress.ts';
import type { Run } from './report.ts';
import { reportOf, summaryOf } from './report.ts';
import { publishAndSettle } from './settle.ts';
import { openSiteFolder } from './site/folder.ts';
import { siteParts } from './site/parts.ts';
import { marketTerms } from './terms.ts';
import type { Venue } from './venue.ts';
import { openVenue } from './venue.ts';
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
  const { output, signal } = world;
  const base = await openBase({ ...world, fail });

  const surveyed = await surveyedInput(options, marketTerms(options.traders), async () => base.dir, signal);
  const { input, survey } = surveyed;
  output.say(describeInput(surveyed));
  const tooLarge = describeTooLarge(surveyed);
  if (tooLarge !== undefined) output.say(`warning: ${tooLarge}`);
  const folder = options.site === undefined ? undefined : await openSiteFolder(options.site);
  const redis = await redisPlace(options.redis, base);
  const chain = await chainPlace(options, { trades: survey.accepted, traders: survey.deposits.length }, base);
  output.say(`redis ${redis.description} · ${chain.description}`);

  const { connection, keys, program, config } = chain;
  const send = createSender(connection, keys.operator, signal);
  const { instrument } = input;
  const venue = await openVenue({ connection, send, keys, instrument, deposits: survey.deposits, program, config });
  redis.tidyAfter(venue.market);
  const funded = plural(venue.traders.length, 'trader');
  output.say(`market ${venue.market} · ${funded} funded for ${plural(survey.accepted, 'trade')}`);

  const { rpcUrl, wsUrl, slotMs, pollMs } = chain;
  const lane = { rpcUrl, wsUrl, slotMs, redisUrl: redis.url, program, market: venue.market };
  const parts = { lane, chain, surveyed, options };
  const { relayer, startEngine } =
    folder === undefined ? await privateParts(parts, base) : await siteParts(folder, parts, base);
  if (options.gatewayPort !== undefined) {
    const configFile = folder?.gatewayConfig ?? join(base.dir, 'gateway.json');
    await startGateway({ ...lane, port: options.gatewayPort, configFile }, base);
  }
  const settling = publishAndSettle(surveyed, { relayer, startEngine, venue, pollMs, output, signal });
  const settleMs = await settling.catch((error: unknown) => staysUp(error, options.once, output, signal));

  output.say('  verifying: reading every settle_batch transaction back from the node');
  const deadLetters = await readDeadLetterCodes(redis.url, venue.market);
  const verification = await verifyChain(venue, surveyed, signal, deadLetters);
  const differences = new Differences(verification.differences);
  const proof = proveMiddle(venue, verification, differences);
  const withdrawal = await withdrawEverything(venue, send, differences, signal);
  const relayerPeakBytes = await relayer.peakMemoryBytes();
  const found = { surveyed, venue, verification, differences: differences.list, proof, withdrawal, settleMs };
  report({ ...found, relayerPeakBytes, elapsedMs: performance.now() - startedAt }, output);
  const keypair = folder?.adminKey ?? options.keypair;
  if (!options.once) await untilInterrupted(venue, { redis, chain, keypair, site: folder?.siteFile }, output, signal);
}

/**
 * A market that moved settles on elsewhere, by the services of this run: they go on until the run is ended.
 * @throws the error; MarketMoved only for a run that is to end by itself
 */
async function staysUp(error: unknown, once: boolean, output: Output, signal: AbortSignal): Promise<never> {
  if (!(error instanceof MarketMoved) || once) throw error;
  output.say(`${error.code}: ${error.message}`);
  output.say(error.advice);
  output.say('Everything stays up until Ctrl-C.');
  return untilAborted(signal);
}

function chainPlace(options: StartOptions, size: RunSize, base: RunBase): Promise<ChainPlace> {
  const { rpc, site, release = site === undefined ? 'deployed' : 'staged' } = options;
  return rpc === undefined
    ? embeddedChain(size, base, release)
    : clusterChain({ ...options, rpc, release }, size, base);
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
    `the chain is not what the input makes of it: ${plural(found.differences.length, 'difference')}, listed above`,
    'Keep the output and report it; run with DEBUG=lockstep for the relayer log.',
  );
}

/** Whether the commands that change the config can be tried too. */
const adminHint = (keypair: string | undefined): string =>
  keypair === undefined
    ? 'The admin key is in no file: config commands work with --dry-run. A market with a key of yours: docs/reference/cli.md'
    : `The admin is the key in ${keypair}: config commands take it with --keypair.`;

/** @throws the signal's reason: there is no other way out */
function untilInterrupted(
  { market }: Venue,
  {
    chain,
    redis,
    keypair,
    site,
  }: {
    readonly chain: ChainPlace;
    readonly redis: RedisPlace;
    readonly keypair: string | undefined;
    readonly site: string | undefined;
  },
  output: Output,
  signal: AbortSignal,
): Promise<never> {
  output.say('');
  output.say('Everything stays up until Ctrl-C. Try, in another terminal:');
  const place = `--rpc ${withoutSecrets(chain.rpcUrl)} --program ${chain.program} --market ${market}`;
  output.say(`  npx lockstep status ${place}`);
  output.say(`  npx lockstep prove ${place} --trade-id 1`);
  output.say(`  npx lockstep config show --rpc ${withoutSecrets(chain.rpcUrl)} --program ${chain.program}`);
  output.say(`  ${redis.command} info keyspace`);
  if (site !== undefined) output.say(`  npx lockstep rollout --site ${site} --show`);
  output.say(adminHint(keypair));
  return untilAborted(signal);
}

/** @throws the signal's reason */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
