import type { PublicKey } from '@solana/web3.js';
import { Command } from 'commander';
import { address } from '../arguments.ts';
import { changeCommand } from '../operator/command.ts';
import { addressOrNone, amount } from '../operator/options.ts';
import { showCommand } from '../operator/show-command.ts';
import type { Streams } from '../output.ts';

/** `lockstep admin`: who decides, and the limits only the admin moves. */
export function adminCommand(streams: Streams): Command {
  return new Command('admin')
    .description('show and change who decides: admin, guardian, attestor, and the delays traders rely on')
    .addCommand(showCommand(streams))
    .addCommand(
      changeCommand<PublicKey>(streams, 'nominate', 'nominate the next admin', ({ changes, value }) =>
        changes.nominate('nominate', value),
      ).argument('<address>', 'who may accept, or none to withdraw a nomination', addressOrNone),
    )
    .addCommand(
      changeCommand(streams, 'accept', 'become the admin; the nominated one signs', ({ changes }) =>
        changes.accept('accept'),
      ),
    )
    .addCommand(
      changeCommand<PublicKey>(streams, 'set-guardian', 'replace the guardian', ({ changes, value }) =>
        changes.setGuardian('set-guardian', value),
      ).argument('<address>', 'the new guardian', address),
    )
    .addCommand(
      changeCommand<PublicKey>(streams, 'set-attestor', 'replace the attestor', ({ changes, value }) =>
        changes.set('set-attestor', 'attestor', value),
      ).argument('<address>', 'the new attestor, or none', addressOrNone),
    )
    .addCommand(
      changeCommand<bigint>(streams, 'set-withdrawal-delay', 'set the delay of withdrawals', ({ changes, value }) =>
        changes.set('set-withdrawal-delay', 'withdrawalDelaySlots', value),
      ).argument('<slots>', 'slots from request to execution', amount),
    )
    .addCommand(
      changeCommand<bigint>(streams, 'set-max-batch-age', 'set when a small batch may settle', ({ changes, value }) =>
        changes.set('set-max-batch-age', 'maxBatchAgeSlots', value),
      ).argument('<slots>', 'slots after the last batch', amount),
    );
}
