import type { PublicKey } from '@solana/web3.js';
import { Command } from 'commander';
import type { TradeId } from '#client';
import { readMarketHeader } from '#client';
import { id, marketOption, programOption, rpcOption } from '../arguments.ts';
import { historyProgress } from '../history-progress.ts';
import { provenLaneTree, treePoint } from '../lane-tree.ts';
import type { Streams } from '../output.ts';
import { createOutput, toJson } from '../output.ts';
import { connect, fromNode } from '../rpc.ts';
import { describeOutcome, proveFrom } from '../trade-proof.ts';
import { readUnits } from '../units.ts';

interface ProveOptions {
  readonly rpc: string;
  readonly program: PublicKey;
  readonly market: PublicKey;
  readonly tradeId: TradeId;
  readonly json: boolean;
}

/** `lockstep prove`: the proof of one trade, as JSON on standard output. */
export function proveCommand(streams: Streams): Command {
  return new Command('prove')
    .description("prove what became of a trade, against the market's root, from on-chain data alone")
    .addOption(rpcOption())
    .addOption(programOption())
    .addOption(marketOption().makeOptionMandatory())
    .requiredOption('--trade-id <id>', 'lane id of the trade', id)
    .option('--json', 'the proof in one line', false)
    .action(async (options: ProveOptions) => {
      const output = createOutput(true, streams);
      const { rpc, program, market, tradeId } = options;
      const lane = { connection: connect(rpc), program, market };
      const { file, units } = await fromNode(rpc, async () => {
        const { value: header } = await readMarketHeader(lane.connection, market, 'confirmed', program);
        const file = proveFrom(
          lane,
          await provenLaneTree(lane, treePoint(header), undefined, historyProgress(streams)),
          tradeId,
        );
        return { file, units: await readUnits(lane.connection, header) };
      });
      output.say(describeOutcome(file.outcome, units));
      if (options.json) output.result(file);
      else streams.stdout.write(`${toJson(file, 2)}\n`);
    });
}
