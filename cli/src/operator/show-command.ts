import { Command } from 'commander';
import { readConfig } from '#client';
import type { Streams } from '../output.ts';
import { fromNode } from '../rpc.ts';
import { atDesk } from './command.ts';
import type { PlaceOptions } from './options.ts';
import { withPlace } from './options.ts';
import { jsonOf, linesOf } from './show.ts';
import { watchConfig } from './watch.ts';

/** `show`, of `lockstep config` and `lockstep admin` alike: it is one account. */
export function showCommand(streams: Streams): Command {
  return withPlace(new Command('show'))
    .description('show the config: in force, stored, and scheduled')
    .option('--watch', 'then say what changes, until stopped', false)
    .action((options: PlaceOptions & { readonly watch: boolean }) =>
      atDesk(options, streams, async (desk) => {
        const { connection, program, output, rpcUrl } = desk;
        const config = await fromNode(rpcUrl, () => readConfig(connection, program, 'confirmed'));
        for (const line of linesOf(config, program)) output.say(line);
        output.result(jsonOf(config, program));
        if (options.watch) await watchConfig(desk, config);
      }),
    );
}
