import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { InputError } from '#feeder/input-error';
import { abortFork, finalizeFork, hardfork, showFork } from '../hardfork/hardfork.ts';
import { readPlan } from '../hardfork/plan.ts';
import type { Streams } from '../output.ts';
import { atSite } from '../rollout/scene.ts';

const THRESHOLDS = fileURLToPath(new URL('../../../releases/thresholds.json', import.meta.url));

interface HardforkOptions {
  readonly plan: string;
  readonly keypair?: string;
  readonly dryRun: boolean;
  readonly show: boolean;
  readonly abort: boolean;
  readonly finalize: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `lockstep hardfork`: a change that old and new cannot share, with settlement stopped and nothing pending. */
export function hardforkCommand(streams: Streams): Command {
  return new Command('hardfork')
    .description(DESCRIPTION)
    .requiredOption('--plan <file>', 'what is to be done; docs/reference/hardfork.md')
    .addOption(
      new Option('--keypair <file>', "the admin's keypair file, mode 600 (default: the site's)").env(
        'LOCKSTEP_OPERATOR_KEYPAIR_FILE',
      ),
    )
    .option('--dry-run', 'only print the steps, accounts, rent, transactions and the expected downtime', false)
    .option('--show', 'only print where the last hard fork of the site stands', false)
    .option('--abort', 'take it back, as long as nothing was resumed', false)
    .option('--finalize', 'once it is done: give up the state tree that was kept for an abort', false)
    .option('-y, --yes', 'do not ask', false)
    .option('--json', 'print the operation as one line of JSON', false)
    .addHelpText('after', EXIT_CODES)
    .action(async (options: HardforkOptions) => {
      const { keypair, yes, json, dryRun, show, abort, finalize } = options;
      if ([dryRun, show, abort, finalize].filter(Boolean).length > 1) throw oneOf();
      const plan = await readPlan(options.plan);
      const site = { site: plan.site, thresholds: THRESHOLDS, json, ...(keypair === undefined ? {} : { keypair }) };
      const looksOnly = dryRun || show;
      await atSite(site, streams, !looksOnly, (stage) => {
        const request = { plan, siteFile: plan.site, yes };
        if (looksOnly) return showFork(stage, request, dryRun);
        if (finalize) return finalizeFork(stage, request);
        return abort ? abortFork(stage, request) : hardfork(stage, request);
      });
    });
}

const oneOf = (): InputError =>
  new InputError(
    'OPTION_INVALID',
    '--dry-run, --show, --abort and --finalize do different things',
    'Give one of them at most.',
  );

const EXIT_CODES = `
Exit codes: 0 done, or taken back; 1 refused or failed: the same command goes on, or --abort takes it back; 2 wrong use, nothing was changed;
3 held: it waits for what it has named, and the same command goes on.`;

const DESCRIPTION = `stop the world: flush what is pending, pause, upgrade the program in place or move the market to a new one, fly a test, resume. Run it
again to go on after anything that stopped it; --abort takes it back as long as nothing was resumed.`;
