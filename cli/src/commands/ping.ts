import type { PublicKey } from '@solana/web3.js';
import { Command, Option } from 'commander';
import { InputError } from '#feeder/input-error';
import { marketOption, programOption, rpcOption } from '../arguments.ts';
import { CheckFailed, Interrupted } from '../failure.ts';
import { historyProgress } from '../history-progress.ts';
import type { Streams } from '../output.ts';
import { createOutput } from '../output.ts';
import { fly } from '../ping/flight.ts';
import { relayerKey } from '../ping/key.ts';
import { reportFlight } from '../ping/report.ts';
import { requireStill } from '../ping/still.ts';
import type { Site } from '../rollout/site.ts';
import { readSite } from '../rollout/site.ts';
import { connect } from '../rpc.ts';
import { catchInterrupts } from '../start/interrupt.ts';

interface PingOptions {
  readonly site?: string;
  readonly rpc: string;
  readonly program: PublicKey;
  readonly market?: PublicKey;
  readonly keypair?: string;
  readonly batch: boolean;
  readonly json: boolean;
}

/** `lockstep ping`: the test flight. Exit 0 when all of it is as computed here, 1 when something differs. */
export function pingCommand(streams: Streams): Command {
  return new Command('ping')
    .description(DESCRIPTION)
    .addOption(
      new Option('--site <file>', 'the site whose market it is, instead of the next three').env('LOCKSTEP_SITE'),
    )
    .addOption(rpcOption())
    .addOption(programOption())
    .addOption(marketOption())
    .option('--keypair <file>', "the active relayer's keypair file, mode 600 (default: the site's)")
    .option('--batch', 'send a V2 batch without trades instead; with --site, while its lane stands still', false)
    .option('--json', 'print the result as one line of JSON', false)
    .action(async (options: PingOptions) => {
      const output = createOutput(options.json, streams);
      const site = options.site === undefined ? undefined : await readSite(options.site, process.env);
      const { rpcUrl, program, market } = placeOf(options, site);
      if (options.batch) await requireStill(siteFor(site));
      const signer = await relayerKey(options.keypair, site, process.env);
      const { signal, release } = catchInterrupts();
      try {
        let isSigned = false;
        const say = (line: string) => {
          isSigned = true;
          output.say(line);
        };
        const kind = options.batch ? 'batch' : 'ping';
        const onRead = historyProgress(streams);
        const place = { connection: connect(rpcUrl), rpcUrl, program, market, signer, signal, say, onRead };
        const flight = await fly(place, kind).catch((error: unknown) => {
          if (error instanceof Interrupted && isSigned)
            output.say(`it was signed: the ${kind} may have landed all the same`);
          throw error;
        });
        reportFlight(flight, output);
        if (flight.differences.length > 0) throw differs(flight.differences.length);
      } finally {
        release();
      }
    });
}

function placeOf(options: PingOptions, site: Site | undefined) {
  if (site !== undefined) return { rpcUrl: site.rpc, program: site.program, market: site.market };
  const { rpc: rpcUrl, program, market } = options;
  if (market !== undefined) return { rpcUrl, program, market };
  throw new InputError('OPTION_MISSING', 'a heartbeat goes over a market', 'Give --site, or --market.');
}

function siteFor(site: Site | undefined): Site {
  if (site !== undefined) return site;
  throw new InputError('OPTION_MISSING', 'whether a lane stands still is in its Redis', 'Give --site with --batch.');
}

const differs = (count: number): CheckFailed =>
  new CheckFailed(
    'FLIGHT_DIFFERS',
    `${count} of what was looked at ${count === 1 ? 'differs' : 'differ'} from what is computed here, as listed above`,
    'Do not resume settlement. Ask another node with --rpc; if it says the same, compare the program with its release: `lockstep program show`.',
  );

const DESCRIPTION = `the test flight: send a heartbeat with the active relayer's key, and compare the root before, the signature, the event and the
root after with what is computed here from the market's transactions. It moves no balance, and lands while settlement is paused, too.`;
