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

interface ReplayOptions extends Forms {
  readonly releases: string;
  readonly idl?: string;
  readonly waivers?: string;
}

const WAIVERS = 'ci/waivers.json';

/** `lockstep gate`: whether a change may ship. */
export function gateCommand(world: CommandWorld): Command {
  return new Command('gate')
    .description('judge whether what changed fits what exists')
    .addCommand(checkCommand(world))
    .addCommand(replayCommand(world))
    .addCommand(canShipCommand(world));
}

function checkCommand(world: CommandWorld): Command {
  const command = new Command('check')
    .description('compare IDLs, account layouts, protobuf and versions; every rule: docs/reference/gate.md')
    .argument('<old>', 'IDL (.json), .proto, release, folder of releases, or folder with idl/ and proto/')
    .argument('<new>', 'the same, as it is going to be');
  return withForms(command)
    .option(
      '--sizes <file>',
      'JSON of account type to allocated bytes, discriminator included; zeros where nothing was written',
    )
    .action((old: string, next: string, options: Options) => asToolError(() => judge(old, next, options, world)));
}

function replayCommand(world: CommandWorld): Command {
  const command = new Command('replay')
    .description('play what every released program was recorded doing on a candidate, in an SVM in this process')
    .argument('<candidate>', 'object of the program (.so), or a release')
    .option('--releases <folder>', 'releases of the program, with their recordings', 'releases/settlement')
    .option('--idl <file>', 'IDL of a candidate that is an object alone; accounts of releases are read by it');
  return withForms(command).action((candidate: string, options: ReplayOptions) =>
    asToolError(() => replay(candidate, options, world)),
  );
}

/** What every judgement takes beside its inputs. */
const withForms = (command: Command): Command =>
  command
    .option('--json', 'one line of JSON')
    .option('--sarif [file]', 'SARIF 2.1.0, to a file or instead of the text')
    .option('--github', 'annotations for a GitHub workflow, after the text')
    .option('--all', 'list safe changes too')
    .addOption(
      new Option('--waivers <file>', `what is let pass, by whom and until when (default: ${WAIVERS}, if there)`),
    )
    .addHelpText('after', '\nExit codes: 0 fits, 1 breaks, 2 tool or input error, 3 unknown (which never passes).');

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
  const waivers = waiversOf(options);
  const report = await judgeSides(old, next, { waivers, sizes: options.sizes, today: world.today() });
  await writeReport(report, options, world);
  world.finish(EXIT[report.verdict]);
}

async function replay(candidate: string, options: ReplayOptions, world: CommandWorld): Promise<void> {
  const [{ replayReleases }, { writeReport }, { EXIT }] = await Promise.all([
    import('./replay/replay.ts'),
    import('./report/write.ts'),
    import('./verdict.ts'),
  ]);
  const { releases, idl } = options;
  const report = replayReleases(candidate, { releases, idl, waivers: waiversOf(options), today: world.today() });
  await writeReport(report, options, world);
  world.finish(EXIT[report.verdict]);
}

const waiversOf = ({ waivers }: { readonly waivers?: string }): string | undefined =>
  waivers ?? (existsSync(WAIVERS) ? WAIVERS : undefined);
