import type { Connection, PublicKey } from '@solana/web3.js';
import { Command, Option } from 'commander';
import type { EffectiveConfig, GlobalConfig, MarketHeader } from '#client';
import { effectiveConfig, MarketStatus, readConfig, readMarketHeader } from '#client';
import { InputError } from '#feeder/input-error';
import { marketOption, programOption, redisOption, refusePassword, relayerUrl, rpcOption } from '../arguments.ts';
import { versionsText } from '../operator/names.ts';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { readRelayerStatus } from '../relayer-status.ts';
import type { Site } from '../rollout/site.ts';
import { readSite } from '../rollout/site.ts';
import { connect, fromNode } from '../rpc.ts';
import type { DeployedRelease } from '../status/deployed.ts';
import { deployedLines, readDeployedRelease } from '../status/deployed.ts';
import { blockedTrade, relayerLines, streamLines } from '../status/lane.ts';
import type { StreamStatus } from '../status/stream.ts';
import type { MarketUnits } from '../units.ts';
import { readUnits } from '../units.ts';

interface StatusOptions {
  readonly site?: string;
  readonly rpc: string;
  readonly program: PublicKey;
  readonly market?: PublicKey;
  readonly relayer?: string;
  readonly redis?: string;
  readonly json: boolean;
}

/**
 * `lockstep status`: which release runs and the config in effect; for a market its cursor, root and totals, and, from its relayer or
 * its Redis, what it waits for.
 */
export function statusCommand(streams: Streams): Command {
  return new Command('status')
    .description('show which release runs, the config in effect, and where a market stands')
    .addOption(
      new Option('--site <file>', 'the site whose market and relayer it is, instead of the next four').env(
        'LOCKSTEP_SITE',
      ),
    )
    .addOption(rpcOption())
    .addOption(programOption())
    .addOption(marketOption())
    .addOption(
      new Option('--relayer <url>', 'ask the relayer that serves its status there what its lane waits for')
        .env('LOCKSTEP_RELAYER_URL')
        .argParser(relayerUrl),
    )
    .addOption(redisOption())
    .option('--json', 'print one line of JSON', false)
    .action(async (given: StatusOptions, command: Command) => {
      // A place that is named on the command line is meant, whatever the environment says.
      const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
      const isNamed = !isGiven('site') && ['rpc', 'program', 'market', 'relayer'].some(isGiven);
      const site = given.site === undefined || isNamed ? undefined : await readSite(given.site, process.env);
      const options = site === undefined ? given : atSite(given, site);
      if (options.redis !== undefined && command.getOptionValueSource('redis') === 'cli') {
        refusePassword(options.redis);
        if (options.market === undefined) throw marketMissing();
      }
      const output = createOutput(options.json, streams);
      const connection = connect(options.rpc);
      const { status, units } = await fromNode(options.rpc, async () => {
        const status = await readStatus(connection, options);
        return { status, units: status.market && (await readUnits(connection, status.market)) };
      });
      const relayer = options.relayer === undefined ? undefined : await readRelayerStatus(options.relayer);
      const stream = await readLane(options, connection, site);
      const allowed = status.config.allowedBatchVersions;
      for (const line of linesOf(status, units)) output.say(line);
      if (options.relayer !== undefined) for (const line of relayerLines(options.relayer, relayer)) output.say(line);
      if (stream !== undefined) for (const line of streamLines(stream, allowed)) output.say(line);
      output.result({
        ...status,
        ...(options.relayer !== undefined && { relayer: relayer ?? null }),
        ...(stream !== undefined && { stream: { ...stream, blockedTrade: blockedTrade(stream, allowed) ?? null } }),
      });
    });
}

const atSite = (options: StatusOptions, { rpc, program, market, relayer }: Site): StatusOptions => ({
  ...options,
  ...{ rpc, program, market, relayer: relayer.url },
});

/** @throws LockstepError REDIS_UNREACHABLE */
async function readLane(
  { redis, market, rpc, program }: StatusOptions,
  connection: Connection,
  site: Site | undefined,
): Promise<StreamStatus | undefined> {
  if (redis === undefined || market === undefined) return undefined;
  // It loads what a relayer works with, which no other status needs.
  const { readStream } = await import('../status/stream.ts');
  return readStream(redis, { desk: { connection, program, rpcUrl: rpc }, site: site ?? { market } });
}

const marketMissing = (): InputError =>
  new InputError('OPTION_MISSING', '--redis shows the lane of a market', 'Give --market, or LOCKSTEP_MARKET, too.');

interface Status {
  readonly slot: bigint;
  readonly program: DeployedRelease | undefined;
  readonly config: EffectiveConfig;
  /** Set while a change waits for its slot. */
  readonly schedule: GlobalConfig['schedule'] | undefined;
  readonly market: (MarketHeader & { readonly address: PublicKey }) | undefined;
}

async function readStatus(connection: Connection, options: StatusOptions): Promise<Status> {
  const { value: stored, slot } = await readConfig(connection, options.program, 'confirmed');
  const { schedule } = stored;
  const market = options.market && {
    ...(await readMarketHeader(connection, options.market, 'confirmed', options.program)).value,
    address: options.market,
  };
  return {
    slot,
    program: await readDeployedRelease(connection, options.program),
    config: effectiveConfig(stored, slot),
    schedule: schedule.activationSlot > slot ? schedule : undefined,
    market,
  };
}

function* linesOf(
  { slot, program, config, schedule, market }: Status,
  units: MarketUnits | undefined,
): Generator<string> {
  const tier = config.feeTiers[0];
  yield `slot                ${slot}`;
  yield* deployedLines(program);
  yield `settlement          ${config.isPaused ? 'PAUSED' : 'running'}`;
  yield `batch versions      ${versionsText(config.allowedBatchVersions)}`;
  yield `batch size          at least ${config.minBatchSize}, or any after ${config.maxBatchAgeSlots} slots`;
  yield `fees                taker ${tier?.takerBps ?? 0} bps, maker ${tier?.makerBps ?? 0} bps`;
  yield `withdrawal delay    ${config.withdrawalDelaySlots} slots`;
  yield `admin               ${config.admin}`;
  yield `guardian            ${config.guardian}`;
  yield `relayer             ${config.activeRelayer}`;
  if (schedule !== undefined) yield `scheduled change    at slot ${schedule.activationSlot}, fields ${schedule.mask}`;
  if (market === undefined || units === undefined) return;
  yield `market              ${market.address}${market.status === MarketStatus.Open ? '' : ` (${market.status === MarketStatus.Importing ? 'importing' : 'migrated'})`}`;
  yield `last trade          ${market.lastTradeId}, at slot ${market.lastSettledSlot}`;
  yield `next batch          ${market.nextSequence}`;
  yield `trades              ${market.tradesSettled} settled, ${market.tradesVoided} void, ${market.tradesSkipped} passed over`;
  const { baseLotsTotal, quoteAtomsTotal, quoteFees } = market;
  yield `owed                ${units.base(baseLotsTotal)}, ${units.quote(quoteAtomsTotal)}`;
  yield `                    (${baseLotsTotal} base lots, ${quoteAtomsTotal} quote atoms)`;
  yield `of it fees          ${units.quote(quoteFees)} (${quoteFees} quote atoms)`;
  yield `state root          ${Buffer.from(market.tree.root).toString('hex')} (${market.tree.leafCount} leaves)`;
}
