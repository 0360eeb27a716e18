import { Command, Option } from 'commander';
import { atDesk } from '../operator/command.ts';
import type { PlaceOptions } from '../operator/options.ts';
import { withPlace } from '../operator/options.ts';
import type { Streams } from '../output.ts';
import { upgradeKeys } from '../program-upgrade/keys.ts';
import { showProgram } from '../program-upgrade/show.ts';
import type { UpgradeOptions } from '../program-upgrade/upgrade.ts';
import { upgradeProgram } from '../program-upgrade/upgrade.ts';
import { wantedObject } from '../program-upgrade/wanted.ts';

interface Flags extends PlaceOptions, UpgradeOptions {
  readonly release?: string;
  readonly object?: string;
  readonly keypair?: string;
}

/** `lockstep program`: which object runs, and another in its place. */
export function programCommand(streams: Streams): Command {
  return new Command('program')
    .description('show which release of the settlement program runs, and upgrade it')
    .addCommand(
      withPlace(new Command('show'))
        .description('release, hash, batch versions, upgrade authority and slot of the program on-chain')
        .action((options: PlaceOptions) => atDesk(options, streams, showProgram)),
    )
    .addCommand(
      withPlace(new Command('upgrade'))
        .description('put another object in its place; ended in the middle, the same command goes on')
        .option('--release <semver>', 'release to run, deployed and staged included (default: staged)')
        .addOption(new Option('--object <file>', 'an object of your own instead').conflicts('release'))
        .addOption(
          new Option('--keypair <file>', 'pays, and signs as upgrade authority; a keypair file of mode 600').env(
            'LOCKSTEP_OPERATOR_KEYPAIR_FILE',
          ),
        )
        .option('--dry-run', 'only say what would be done; needs no key', false)
        .option('--export', 'fill the buffer, then print the unsigned upgrade for a multisig', false)
        .option('-y, --yes', 'do not ask', false)
        .addOption(
          new Option('--commitment <level>', 'when it counts as done')
            .choices(['confirmed', 'finalized'])
            .default('confirmed'),
        )
        .action((options: Flags) =>
          atDesk(options, streams, async (desk) => {
            const wanted = wantedObject(options);
            await upgradeProgram(desk, wanted, await upgradeKeys(options.keypair, process.env), options);
          }),
        ),
    );
}
