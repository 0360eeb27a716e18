import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { LockstepError } from '#client/errors';
import { canShipCommand } from './can-ship/command.ts';
import { gateError } from './errors.ts';
import type { Forms } from './report/write.ts';

/** What the command needs from its process. */
export interface CommandWorld {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Takes the exit code of a judgement. */
  finish(code: number): void;
  /** `YYYY-MM-DD`, UTC. */
  today(): string;
}

interface Options extends Forms {
  readonly waivers?: string;
  readonly sizes?: string;
}

const WAIVERS = 'ci/waivers.json';

/** `lockstep gate`: whether a change may ship. */
export function gateCommand(world: CommandWorld): Command {
  return new Command('gate')
    .description('judge whether what changed fits what exists')
    .addCommand(checkCommand(world))
    .addCommand(canShipCommand(world));
}

function checkCommand(world: CommandWorld): Command {
  return new Command('check')
    .description('compare IDLs, account layouts, protobuf and versions; every rule: docs/reference/gate.md')
    .argument('<old>', 'IDL (.json), .proto, release, folder of releases, or folder with idl/ and proto/')
    .argument('<new>', 'the same, as it is going to be')
    .option('--json', 'one line of JSON')
    .option('--sarif [file]', 'SARIF 2.1.0, to a file or instead of the text')
    .option('--github', 'annotations for a GitHub workflow, after the text')
    .option('--all', 'list safe changes too')
    .addOption(
      new Option('--waivers <file>', `what is let pass, by whom and until when (default: ${WAIVERS}, if there)`),
    )
    .option(
      '--sizes <file>',
      'JSON of account type to allocated bytes, discriminator included; zeros where nothing was written',
    )
    .addHelpText('after', '\nExit codes: 0 fits, 1 breaks, 2 tool or input error, 3 unknown (which never passes).')
    .action((old: string, next: string, options: Options) => asToolError(() => judge(old, next, options, world)));
}

/** A fault of the gate itself must not look like a verdict. */
async function asToolError(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LockstepError) throw error;
    throw gateError('GATE_FAILED', 'the gate failed', error);
  }
}

async function judge(old: string, next: string, options: Options, world: CommandWorld): Promise<void> {
  // Only now: what asks for help, or mistypes an option, does not wait for the rules.
  const [{ judgeSides }, { writeReport }, { EXIT }] = await Promise.all([
    import('./judge.ts'),
    import('./report/write.ts'),
    import('./verdict.ts'),
  ]);
  const waivers = options.waivers ?? (existsSync(WAIVERS) ? WAIVERS : undefined);
  const report = await judgeSides(old, next, { waivers, sizes: options.sizes, today: world.today() });
  await writeReport(report, options, world);
  world.finish(EXIT[report.verdict]);
}
