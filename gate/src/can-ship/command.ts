import { Command, Option } from 'commander';
import type { CommandWorld } from '../command.ts';
import type { CanShipOptions } from './can-ship.ts';

/** `lockstep gate can-ship`: whether an engine was seen to fit what runs, or runs next. */
export function canShipCommand(world: CommandWorld): Command {
  return new Command('can-ship')
    .description('whether an engine’s trades settle on an environment’s program, by the matrix of ci/sim-test')
    .requiredOption(
      '--engine <x>',
      'NAME@SEMVER of releases/, a folder with package and manifest, a program (the candidate: engine/build/lockstep-engine), or a command',
    )
    .addOption(
      new Option('--environment <name>', 'whose program and relayer')
        .choices(['deployed', 'staged'])
        .makeOptionMandatory(),
    )
    .option('--relayer <version>', 'another relayer than the environment’s: a version, or `source` for this checkout')
    .option('--matrix <file>', 'what ci/sim-test wrote (default: can-ship.json, and unknown when it is not there)')
    .option('--rpc <url>', 'read the program’s bytes again from this cluster')
    .option('--program <address>', 'the program there')
    .option('--json', 'one line of JSON')
    .addHelpText('after', '\nExit codes: 0 pass, 1 fail, 2 input error, 3 unknown (which never passes).')
    .action(async (options: CanShipOptions) => {
      // Only now: what asks for help does not wait for it.
      const { canShip } = await import('./can-ship.ts');
      await canShip(options, world);
    });
}
