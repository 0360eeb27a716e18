import type { PublicKey } from '@solana/web3.js';
import { Command } from 'commander';
import { U32_MAX } from '#client';
import { address, whole } from '../arguments.ts';
import { changeCommand } from '../operator/command.ts';
import type { FeeEdit } from '../operator/fees.ts';
import { feeEdit } from '../operator/fees.ts';
import type { FlagEdit } from '../operator/names.ts';
import { flagEdit, versions } from '../operator/names.ts';
import { scheduleCommand } from '../operator/schedule-command.ts';
import { showCommand } from '../operator/show-command.ts';
import type { Streams } from '../output.ts';

/** `lockstep config`: what settles, how, and whether at all. */
export function configCommand(streams: Streams): Command {
  return new Command('config')
    .description('show and change how trades settle: versions, batch size, pause, relayer, flags, fees, schedule')
    .addCommand(showCommand(streams))
    .addCommand(
      changeCommand<number>(streams, 'set-versions', 'allow exactly these batch versions', ({ changes, value }) =>
        changes.set('set-versions', 'allowedBatchVersions', value),
      ).argument('<versions>', 'V1, V2 or V1+V2', versions),
    )
    .addCommand(
      changeCommand<number>(
        streams,
        'set-min-batch',
        'set the smallest batch that need not wait',
        ({ changes, value }) => changes.set('set-min-batch', 'minBatchSize', value),
      ).argument('<trades>', 'trades', whole(0, U32_MAX)),
    )
    .addCommand(
      changeCommand(streams, 'pause', 'stop settlement; money keeps moving (admin or guardian)', ({ changes }) =>
        changes.setPaused('pause', true),
      ),
    )
    .addCommand(
      changeCommand(streams, 'unpause', 'resume settlement', ({ changes }) => changes.setPaused('unpause', false)),
    )
    .addCommand(
      changeCommand<PublicKey>(streams, 'set-relayer', 'let another key settle', ({ changes, value }) =>
        changes.set('set-relayer', 'activeRelayer', value),
      ).argument('<address>', 'the new relayer', address),
    )
    .addCommand(
      changeCommand<FlagEdit>(streams, 'set-flags', 'turn features on and off', ({ changes, value }) =>
        changes.setFlags('set-flags', value),
      )
        .argument('<flags...>', '+NAME turns on, -NAME off; the others stay', flagEdit)
        // -NAME looks like an option to commander; whatever is no flag is refused by the argument's reader.
        .allowUnknownOption(),
    )
    .addCommand(
      changeCommand<FeeEdit>(streams, 'set-fees', 'set the rates of one or more fee tiers', ({ changes, value }) =>
        changes.setFees('set-fees', value),
      ).argument('<tiers...>', 'TIER=MAKER/TAKER in bps, as in 0=2/10; the others stay', feeEdit),
    )
    .addCommand(scheduleCommand(streams))
    .addCommand(
      changeCommand(streams, 'cancel', 'cancel the scheduled change', ({ changes }) => changes.cancel('cancel')),
    );
}
