import { Command } from 'commander';
import { whole } from '../arguments.ts';
import type { Streams } from '../output.ts';
import { install, runService, want } from '../service/root.ts';
import { catchInterrupts } from '../start/interrupt.ts';

interface Flags {
  readonly root: string;
  readonly name: string;
  readonly stopTimeout: number;
  readonly install?: string;
  readonly want?: string;
}

const MS_PER_S = 1_000;
const DEFAULT_STOP_S = 30;
const MAX_STOP_S = 3_600;

/** `lockstep service`: keeps one release running, and changes it when another is wanted, until SIGINT or SIGTERM. */
export function serviceCommand(streams: Streams): Command {
  return new Command('service')
    .description('run the release that DIR/wanted names, from DIR/releases, and change it when another is wanted')
    .requiredOption('--root <dir>', 'folder of the service: releases/, wanted, state.json')
    .option('--name <name>', 'what runs, for the messages', 'relayer')
    .option('--stop-timeout <s>', 'what it may take to end, before it is killed', whole(1, MAX_STOP_S), DEFAULT_STOP_S)
    .option('--install <folder>', 'verify and unpack the package of a release (releases/relayer/0.2.0), and end')
    .option('--want <semver>', 'say which installed release is to run, or none, and end')
    .argument('[args...]', 'what every release is started with, behind --')
    .action(async (args: readonly string[], { root, name, stopTimeout, ...changes }: Flags) => {
      if (changes.install !== undefined || changes.want !== undefined) return change(root, changes, streams);
      const { signal, release } = catchInterrupts();
      const say = (line: string) => void streams.stderr.write(`service: ${line}\n`);
      await runService({ root, name, args, stopMs: stopTimeout * MS_PER_S, signal, say }).finally(release);
    });
}

/** What a running service on the folder then follows. @throws LockstepError what `install` and `want` refuse */
async function change(root: string, changes: Pick<Flags, 'install' | 'want'>, { stdout }: Streams): Promise<void> {
  if (changes.install !== undefined) {
    const { name, semver, sha256 } = await install(root, changes.install);
    stdout.write(`installed ${name} ${semver}, sha256 ${sha256}\n`);
  }
  if (changes.want !== undefined) {
    want(root, changes.want);
    stdout.write(`wanted: ${changes.want}\n`);
  }
}
