import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { Command as CommanderCommand, InvalidArgumentError, Option } from 'commander';
import type { TradeId } from '#client';
import { id, whole } from '../arguments.ts';
import type { MaintenanceOptions } from '../maintenance/desk.ts';
import { atMaintenanceDesk, maintenanceSubcommand } from '../maintenance/desk.ts';
import type { ResumeOptions } from '../maintenance/resume.ts';
import { resume } from '../maintenance/resume.ts';
import type { StartOptions } from '../maintenance/start.ts';
import { start } from '../maintenance/start.ts';
import { status } from '../maintenance/status.ts';
import { waive } from '../maintenance/waive.ts';
import type { Streams } from '../output.ts';

const MAX_DEADLINE_S = 604_800;
const DEFAULT_TIMEOUT_S = 30;
const MAX_TIMEOUT_S = 3_600;
const MAX_TEXT = 1_024;

/** `lockstep maintenance`: flush a lane, look how it stands, let it go on. */
export function maintenanceCommand(streams: Streams): Command {
  return new CommanderCommand('maintenance')
    .description('flush a lane to zero and have it stand still, until it is told to go on')
    .addHelpText('after', EXIT_CODES)
    .addCommand(
      maintenanceSubcommand('start', 'pause the engine, settle all it has acknowledged, then stand still')
        .option('--reason <text>', 'why, for the record; with the --id of the one that is on it may be left out', text)
        .addOption(new Option('--owner <name>', 'who asks').argParser(text).default(userInfo().username, 'you'))
        .option('--id <id>', 'names it; given again it goes on waiting for the same one (default: a new UUID)')
        .option('--deadline <seconds>', 'when it should be over; only shown', whole(1, MAX_DEADLINE_S))
        .option('--wait', 'wait until the lane is ready, saying what it waits for', false)
        .action((options: MaintenanceOptions & StartOptions, command: Command) =>
          atMaintenanceDesk(options, command, streams, (desk) => start(desk, startOptions(options))),
        ),
    )
    .addCommand(
      maintenanceSubcommand(
        'status',
        'show the phase, the cut, what is pending and held, and what is waited for',
      ).action((options: MaintenanceOptions, command: Command) => atMaintenanceDesk(options, command, streams, status)),
    )
    .addCommand(
      maintenanceSubcommand('resume', 'end it, from any phase: the engine runs, the lane goes on')
        .option('--id <id>', 'only this one (default: the one that is on)')
        .addOption(
          new Option('--engine', 'while none is on: only have the engine run, whoever paused it')
            .conflicts('id')
            .default(false),
        )
        .option('--timeout <seconds>', 'how long the engine may take', whole(1, MAX_TIMEOUT_S), DEFAULT_TIMEOUT_S)
        .action((options: MaintenanceOptions & ResumeOptions, command: Command) =>
          atMaintenanceDesk(options, command, streams, (desk) => resume(desk, options)),
        ),
    )
    .addCommand(
      maintenanceSubcommand('waive', 'pass over open dead letters; they stay open')
        .argument('<ids...>', 'trades', ids)
        .action((tradeIds: readonly TradeId[], options: MaintenanceOptions, command: Command) =>
          atMaintenanceDesk(options, command, streams, (desk) => waive(desk, tradeIds)),
        ),
    );
}

const EXIT_CODES = `
Exit codes: 0 done; 1 refused, or the maintenance is gone; 2 wrong use, nothing was changed; 3 held: with start --wait the deadline is over and it
goes on draining, with resume the maintenance is over and the engine has not answered, or refuses.`;

const startOptions = ({ id: name, owner, reason, deadline, wait }: StartOptions): StartOptions => ({
  ...{ owner, wait },
  ...(reason === undefined ? {} : { reason }),
  ...(name === undefined ? {} : { id: name }),
  ...(deadline === undefined ? {} : { deadline }),
});

const ids = (value: string, before: readonly TradeId[] = []): readonly TradeId[] => [...before, id(value)];

function text(value: string): string {
  const trimmed = value.trim();
  if (trimmed === '' || trimmed.length > MAX_TEXT) {
    throw new InvalidArgumentError(`It must be a text of 1 to ${MAX_TEXT} characters.`);
  }
  return trimmed;
}
