import { Held } from '../failure.ts';
import { changesOf } from '../operator/changes.ts';
import { configNow, newestBatch, slotNow } from '../rollout/chain.ts';
import { enact } from '../rollout/enact.ts';
import type { Evidence } from '../rollout/journal.ts';
import { switchTo } from '../rollout/services.ts';
import { siteError, waitFor } from '../rollout/wait.ts';
import { comparedSums } from './balances.ts';
import { verified } from './flight.ts';
import { flushed, inPhase, resumed } from './maintenance.ts';
import type { ForkScene, ForkStep } from './scene.ts';
import { atNext, evidenceOf } from './scene.ts';
import { requireUp, servedAs } from './services-fit.ts';

/** The first step after which nothing is taken back: trades may have settled on the new side. */
export const RESUME = 'resume';

export const flush: ForkStep = {
  name: 'flush',
  title: 'nothing is pending: all the engine has acknowledged is final',
  run: flushed,
  undo: { title: 'the maintenance is over, the engine runs', run: goneOn },
};

export const pause: ForkStep = {
  name: 'pause',
  title: 'settlement is paused, and the balances are added up',
  async run(scene) {
    await inPhase(scene, 'ready');
    const evidence = await enact(scene, changesOf(scene.desk.program).setPaused('pause', true));
    const { sums, market, differences } = await comparedSums(scene, scene.old);
    const [first] = differences;
    if (first !== undefined) {
      throw siteError(
        'BALANCES_DIFFER',
        `${first.what}: expected ${first.expected}, got ${first.found}`,
        'The market is not sound, whatever is done to it: do not go on. Take it back with --abort, and find the reason.',
      );
    }
    const { nextSequence, lastTradeId, tree } = market.header;
    return {
      ...evidence,
      pausedSlot: await slotNow(scene),
      ...{
        nextSequence: `${nextSequence}`,
        lastTradeId: `${lastTradeId}`,
        root: Buffer.from(tree.root).toString('hex'),
      },
      ...{ traders: sums.traders, baseLots: `${sums.baseLots}`, quoteAtoms: `${sums.quoteAtoms}` },
    };
  },
  undo: {
    title: 'settlement is not paused',
    run: (scene) => enact(scene, changesOf(scene.desk.program).setPaused('unpause', false)),
  },
};

export const verify: ForkStep = {
  name: 'verify',
  title: 'test flight: a heartbeat, the root and the balances are as computed here',
  run: verified,
};

export const unpause: ForkStep = {
  name: 'unpause',
  title: 'settlement is allowed again, and the relayer still stands still',
  async run(scene) {
    // From here on people expect trades to settle, and after the next step nothing is taken back.
    await requireUp(atNext(scene));
    return enact(atNext(scene), changesOf(scene.next.program).setPaused('unpause', false));
  },
  undo: {
    title: 'settlement is paused',
    run: (scene) => enact(atNext(scene), changesOf(scene.next.program).setPaused('pause', true)),
  },
};

export const resume: ForkStep = {
  name: RESUME,
  title: 'the maintenance is over, the engine runs',
  run: resumed,
};

export const proof: ForkStep = { name: 'proof', title: 'trades settle again', run: proven };

/** An abort ends the maintenance last, also where Redis has forgotten it. */
async function goneOn(scene: ForkScene): Promise<Evidence> {
  return resumed(scene);
}

async function proven(scene: ForkScene): Promise<Evidence> {
  const since = Number(evidenceOf(scene.operation(), 'pause').pausedSlot);
  const place = atNext(scene);
  const wait = {
    timeoutMs: scene.patience.proofMs,
    error: (why: string) =>
      new Held(
        'FORK_UNPROVEN',
        why,
        `The fork is done and the lane is live. See that trades flow (\`lockstep status\`), then run the same command again. Another release of the relayer: \`lockstep service --root ${scene.site.relayer.root} --install FOLDER --want RELEASE\`.`,
      ),
  };
  return waitFor<Evidence>(place, wait, async () => {
    const batch = await newestBatch(
      place,
      (one) => one.slot > since && one.batch.trades.length > 0,
      (one) => one.slot <= since,
    );
    if (batch !== undefined) {
      return { found: { signature: batch.signature, slot: batch.slot, trades: batch.batch.trades.length } };
    }
    const { isPaused } = await configNow(place);
    if (isPaused) return { missing: 'somebody has paused settlement' };
    return { missing: `no trade has settled since slot ${since}; ${await servedAs(place, 'relayer')}` };
  });
}

/** The services run the releases of the plan; back, those of before. */
export const services: ForkStep = {
  name: 'services',
  title: 'relayer and engine run the releases of the plan',
  run: (scene) => switched(scene, scene.operation().target),
  undo: {
    title: 'relayer and engine run the releases before',
    run: (scene) => switched(scene, scene.operation().previous),
  },
};

async function switched(scene: ForkScene, releases: Readonly<Record<string, string | boolean>>): Promise<Evidence> {
  const { target, previous } = scene.operation();
  const evidence: Record<string, unknown> = {};
  for (const service of ['relayer', 'engine'] as const) {
    const isSame = target[service] === previous[service];
    evidence[service] = isSame ? 'as before' : (await switchTo(scene, service, `${releases[service]}`))[service];
  }
  return evidence;
}
