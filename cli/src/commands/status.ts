import type { Connection, PublicKey } from '@solana/web3.js';
import { Command } from 'commander';
import type { EffectiveConfig, GlobalConfig, MarketHeader } from '#client';
import { effectiveConfig, MarketStatus, readConfig, readMarketHeader } from '#client';
import { marketOption, programOption, rpcOption } from '../arguments.ts';
import { versionsText } from '../operator/names.ts';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { connect, fromNode } from '../rpc.ts';
import type { MarketUnits } from '../units.ts';
import { readUnits } from '../units.ts';

interface StatusOptions {
  readonly rpc: string;
  readonly program: PublicKey;
  readonly market?: PublicKey;
  readonly json: boolean;
}

/** `lockstep status`: the config in effect and, for a market, its cursor, root and totals. */
export function statusCommand(streams: Streams): Command {
  return new Command('status')
    .description('show the config in effect and where a market stands')
    .addOption(rpcOption())
    .addOption(programOption())
    .addOption(marketOption())
    .option('--json', 'print one line of JSON', false)
    .action(async (options: StatusOptions) => {
      const output = createOutput(options.json, streams);
      const connection = connect(options.rpc);
      const { status, units } = await fromNode(options.rpc, async () => {
        const status = await readStatus(connection, options);
        return { status, units: status.market && (await readUnits(connection, status.market)) };
      });
      for (const line of linesOf(status, units)) output.say(line);
      output.result(status);
    });
}

interface Status {
  readonly slot: bigint;
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
    config: effectiveConfig(stored, slot),
    schedule: schedule.activationSlot > slot ? schedule : undefined,
    market,
  };
}

function* linesOf({ slot, config, schedule, market }: Status, units: MarketUnits | undefined): Generator<string> {
  const tier = config.feeTiers[0];
  yield `slot                ${slot}`;
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
  yield `market              ${market.address}${market.status === MarketStatus.Open ? '' : ' (migrated)'}`;
  yield `last trade          ${market.lastTradeId}, at slot ${market.lastSettledSlot}`;
  yield `next batch          ${market.nextSequence}`;
  yield `trades              ${market.tradesSettled} settled, ${market.tradesVoided} void, ${market.tradesSkipped} passed over`;
  const { baseLotsTotal, quoteAtomsTotal, quoteFees } = market;
  yield `owed                ${units.base(baseLotsTotal)}, ${units.quote(quoteAtomsTotal)}`;
  yield `                    (${baseLotsTotal} base lots, ${quoteAtomsTotal} quote atoms)`;
  yield `of it fees          ${units.quote(quoteFees)} (${quoteFees} quote atoms)`;
  yield `state root          ${Buffer.from(market.tree.root).toString('hex')} (${market.tree.leafCount} leaves)`;
}
