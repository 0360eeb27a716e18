import { fileURLToPath } from 'node:url';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '#feeder/input-error';
import { httpUrl } from '../arguments.ts';
import type { Streams } from '../output.ts';
import { releaseIn } from '../release/environments.ts';
import { SEMVER } from '../release/folder.ts';
import { emission } from '../rollout/emission.ts';
import { overview } from '../rollout/overview.ts';
import { rollback } from '../rollout/rollback.ts';
import { rollout } from '../rollout/rollout.ts';
import type { SiteOptions } from '../rollout/scene.ts';
import { atSite } from '../rollout/scene.ts';

const THRESHOLDS = fileURLToPath(new URL('../../../releases/thresholds.json', import.meta.url));

const withSite = (command: Command): Command =>
  command
    .addOption(new Option('--site <file>', 'where the market settles').env('LOCKSTEP_SITE').default('site.json'))
    .addOption(
      new Option('--keypair <file>', "the admin's keypair file, mode 600 (default: the site's)").env(
        'LOCKSTEP_OPERATOR_KEYPAIR_FILE',
      ),
    )
    .option('--thresholds <file>', 'what a rollout is judged by', THRESHOLDS)
    .option('-y, --yes', 'do not ask', false)
    .option('--json', 'print the operation as one line of JSON', false);

interface RolloutOptions extends SiteOptions {
  readonly program: string;
  readonly relayer: string;
  readonly engine: string;
  readonly through: string;
  readonly v2Only?: string;
  readonly yes: boolean;
  readonly show: boolean;
  readonly dryRun: boolean;
}

/** `lockstep rollout`: from V1 to V2 in three phases. */
export function rolloutCommand(streams: Streams): Command {
  const release = (name: string, what: string, value: string) =>
    new Option(`--${name} <semver>`, `${what} to roll out`).argParser(semver).default(value);
  return withSite(new Command('rollout').description(DESCRIPTION))
    .addOption(release('program', 'settlement release that must be running', releaseIn('staged', 'settlement')))
    .addOption(release('relayer', 'relayer release', releaseIn('staged', 'relayer')))
    .addOption(release('engine', 'engine release', releaseIn('staged', 'feeder')))
    .addOption(new Option('--through <phase>', 'the last phase to run').choices(['1', '2', '3']).default('3'))
    .addOption(
      new Option('--v2-only <semver>', 'deploy this release without V1 at the end of phase 3').argParser(semver),
    )
    .option('--prometheus <url>', "ask this Prometheus server instead of the relayer's own metrics", httpUrl)
    .option('--show', 'only print where the site stands, and the checklist', false)
    .option('--dry-run', 'only print what would be done; simulates the changes of the config', false)
    .action(async (options: RolloutOptions) => {
      const request = { ...options, through: Number(options.through), v2Only: options.v2Only };
      if (request.v2Only !== undefined && request.through < 3) throw v2OnlyMisplaced();
      const looksOnly = options.show || options.dryRun;
      await atSite(options, streams, !looksOnly && request.through > 1, (stage) =>
        looksOnly ? overview(stage, request) : rollout(stage, request),
      );
    });
}

const v2OnlyMisplaced = (): InputError =>
  new InputError('OPTION_INVALID', '--v2-only belongs to phase 3', 'Leave --through out, or leave --v2-only out.');

const DESCRIPTION = `roll V2 out in three phases, resumably: prove the program, switch relayer and engine and watch, switch V1 off.
It takes itself back on a breach of the thresholds. Run it again to go on after anything that stopped it.`;

interface RollbackOptions extends SiteOptions {
  readonly relayer?: string;
  readonly engine?: string;
  readonly asV1: boolean;
  readonly reason: string;
  readonly yes: boolean;
}

/** `lockstep rollback`: the emergency plan. */
export function rollbackCommand(streams: Streams): Command {
  return withSite(
    new Command('rollback').description(
      'take a rollout back: pause, the releases before, V1, unpause, proof. Run it again to go on after anything that stopped it.',
    ),
  )
    .option('--relayer <semver>', 'relayer release to go back to (default: what ran before the last rollout)', semver)
    .option('--engine <semver>', 'engine release to go back to (default: what ran before the last rollout)', semver)
    .option('--as-v1', 'settle trades that only V2 can say as V1: limit orders in the first fee tier', false)
    .option('--reason <text>', 'why, for the record', '')
    .action((options: RollbackOptions) =>
      atSite(options, streams, true, (stage) =>
        rollback(stage, { ...options, relayer: options.relayer, engine: options.engine }),
      ),
    );
}

/** `lockstep emission`: which schema the engine writes. */
export function emissionCommand(streams: Streams): Command {
  return withSite(
    new Command('emission').description(
      'have the engine write another schema from its next trade on. Before V2 is switched off: `emission 1 --drain`',
    ),
  )
    .addArgument(new Argument('<schema>', 'schema of trade events').choices(['1', '2']))
    .option('--drain', 'wait until every trade that V2 alone can say is settled', false)
    .action((schema: '1' | '2', { drain, ...options }: SiteOptions & { readonly drain: boolean }) =>
      atSite(options, streams, false, (stage) => emission(stage, { schema, drain })),
    );
}

function semver(text: string): string {
  if (SEMVER.test(text)) return text;
  throw new InvalidArgumentError('It must be a release like 0.2.0.');
}
