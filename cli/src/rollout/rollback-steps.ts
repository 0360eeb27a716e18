import type { TradeId } from '#client';
import { BatchVersion, type LockstepError, tradeId, U64_MAX, VersionBit } from '#client';
import { readLaneState, setLaneControl } from '#relayer';
import { Held } from '../failure.ts';
import { changesOf } from '../operator/changes.ts';
import { configNow, newestBatch, routes, slotNow } from './chain.ts';
import { enact } from './enact.ts';
import { askEngine, engineNow } from './engine.ts';
import type { Evidence, Operation } from './journal.ts';
import { isLocked } from './lock.ts';
import { installTargets, switchTo, targetOf } from './services.ts';
import { laneOf } from './site.ts';
import type { Scene, Step } from './step.ts';
import type { InTheWay } from './stream.ts';
import { inTheWay } from './stream.ts';
import { siteError, waitFor } from './wait.ts';

const isAsV1 = (scene: Scene): boolean => scene.operation().target.asV1 === true;

/** The first step that changes anything. */
const FIRST_CHANGE = 'pause';

/** A rollback that is to be finished. One that was refused before it changed anything is as good as never begun. */
export const isUnderWay = ({ kind, state, steps }: Operation): boolean =>
  kind === 'rollback' && state !== 'done' && steps.some(({ name }) => name === FIRST_CHANGE);

/**
 * The emergency plan. Settlement is paused first; then whatever only V2 can read or say is taken out of the way, by those whose it is:
 * the engine writes its stream again, the relayer its batches. So the releases before find nothing they do not know.
 */
export const rollbackSteps: readonly Step[] = [
  {
    name: 'prove',
    title: 'the running bytecode still routes V1, and nothing is lost on the way back',
    async run(scene) {
      if (!(await routes(scene, BatchVersion.V1))) {
        throw siteError(
          'V1_GONE',
          'the running program does not route V1 any more: it is a build without it',
          'Nothing was changed. Upgrade to a release that settles V1 first: `lockstep program upgrade --release 0.2.0`; meanwhile `lockstep config pause` stops settlement.',
        );
      }
      const found = await inTheWay(scene, 'confirmed');
      if (found.v2Only > 0 && !isAsV1(scene)) throw v2Only(found, WAIT_OR_AS_V1);
      return { v2OnlyTrades: found.v2Only, asV1: isAsV1(scene) };
    },
  },
  {
    name: 'packages',
    title: 'the packages of the releases before are installed and unaltered',
    run: (scene) => installTargets(scene, BatchVersion.V1),
  },
  {
    name: FIRST_CHANGE,
    title: 'settlement is paused, a scheduled change cancelled',
    async run(scene) {
      const evidence = await enact(scene, changesOf(scene.desk.program).setPaused('pause', true));
      // Nothing settles from here on until it is unpaused: whatever of V1 lands above this slot is the proof.
      return { ...evidence, pausedSlot: await slotNow(scene) };
    },
  },
  {
    name: 'step-down',
    title: 'the relayer is told to write V1 alone',
    async run(scene) {
      await rolloutStopped(scene);
      await controlLane(scene, undefined);
      return { maxVersion: 1 };
    },
  },
  {
    name: 'engine',
    title: 'the engine runs the release before',
    run: (scene) => switchTo(scene, 'engine', targetOf(scene, 'engine')),
  },
  {
    name: 'stream',
    title: 'what is not settled stands in the stream as V1 reads it',
    async run(scene) {
      // Also where nothing is to be written again: a release that speaks both goes on in the schema it had.
      if ((await engineNow(scene)).emit !== '1') await askEngine(scene, 'emit', '1');
      const found = await inTheWay(scene, 'finalized');
      if (found.ofNewSchema === 0) return { entries: 0 };
      if (found.v2Only > 0 && !isAsV1(scene)) {
        const unsettled = await inTheWay(scene, 'confirmed');
        if (unsettled.v2Only > 0) throw v2Only(unsettled, PAUSED_AS_V1);
      }
      await askEngine(scene, 'replay', `${found.after}`);
      const left = await inTheWay(scene, 'finalized');
      if (left.ofNewSchema === 0)
        return { entries: found.ofNewSchema, replayedAbove: `${found.after}`, asV1: found.v2Only };
      throw siteError(
        'STREAM_STILL_V2',
        `${left.ofNewSchema} entries of the engine's new stream are still of the new schema`,
        'See the log of the engine, which was asked for schema 1; then run the same command again. Settlement is paused.',
      );
    },
  },
  {
    name: 'lane',
    title: 'the relayer has no V2 batch left',
    async run(scene) {
      // No id bounds it: an engine that is writing an emptied stream again does not say yet how far it was.
      const request = await controlLane(scene, isAsV1(scene) ? tradeId(U64_MAX) : undefined);
      const wait = {
        timeoutMs: scene.patience.clearMs,
        error: (why: string) =>
          siteError(
            'LANE_NOT_CLEAR',
            `the relayer still has V2 batches: ${why}`,
            'See its log and `GET /status`; it must run for this. Then run the same command again.',
          ),
      };
      return waitFor<Evidence>(scene, wait, async () => {
        const { inEffect, rows } = await readLaneState(scene.redis, laneOf(scene.site));
        if (inEffect?.control?.request !== request) return { missing: 'it has not taken the request up yet' };
        const left = rows[BatchVersion.V2] ?? 0;
        return left === 0 ? { found: { rows } } : { missing: `${left} batches` };
      });
    },
  },
  {
    name: 'relayer',
    title: 'the relayer runs the release before',
    run: (scene) => switchTo(scene, 'relayer', targetOf(scene, 'relayer')),
  },
  {
    name: 'allow-v1',
    title: 'V1 is allowed, and V2 is not',
    run: (scene) =>
      enact(scene, changesOf(scene.desk.program).set('set-versions', 'allowedBatchVersions', VersionBit.V1)),
  },
  {
    name: 'unpause',
    title: 'settlement goes on',
    run: (scene) => enact(scene, changesOf(scene.desk.program).setPaused('unpause', false)),
  },
  { name: 'proof', title: 'V1 settles again', run: proof },
];

/** A rollout that still runs finds out before its next step that it is not in charge any more; what it had begun has to end first. */
async function rolloutStopped(scene: Scene): Promise<void> {
  const wait = {
    timeoutMs: scene.patience.stoppedMs,
    error: (why: string) =>
      siteError('ROLLOUT_RUNNING', why, 'End that process, then run the same command again. Settlement is paused.'),
  };
  await waitFor(scene, wait, async () =>
    (await isLocked(scene.site.folder, 'rollout')) ? { missing: 'the rollout has not stopped' } : { found: true },
  );
}

async function proof(scene: Scene): Promise<Evidence> {
  const config = await configNow(scene);
  if (config.isPaused || config.allowedBatchVersions !== VersionBit.V1) {
    throw siteError(
      'CONFIG_MOVED',
      'the config was changed meanwhile',
      'Find out by whom. Put it back (`lockstep config set-versions V1`, `lockstep config unpause`), then run the same command again.',
    );
  }
  const paused = scene.operation().steps.find(({ name }) => name === FIRST_CHANGE);
  const since = Number(paused?.evidence.pausedSlot);
  const wait = {
    timeoutMs: scene.patience.proofMs,
    error: (why: string) =>
      new Held(
        'V1_UNPROVEN',
        why,
        'Everything is as before the rollout. See that trades flow (`lockstep status`), then run the same command again.',
      ),
  };
  return waitFor<Evidence>(scene, wait, async () => {
    const batch = await newestBatch(
      scene,
      (one) => one.slot > since && one.batch.version === BatchVersion.V1,
      (one) => one.slot <= since,
    );
    if (batch === undefined) return { missing: `no V1 batch has settled since settlement was paused at slot ${since}` };
    return { found: { signature: batch.signature, slot: batch.slot, trades: batch.batch.trades.length } };
  });
}

/** Answers the request's id. The same operation asks for the same under the same id. */
async function controlLane(scene: Scene, asV1To: TradeId | undefined): Promise<string> {
  const { by, startedAt } = scene.operation();
  const request = `rollback:${Date.parse(startedAt)}:${asV1To ?? 'v1'}`;
  await setLaneControl(scene.redis, laneOf(scene.site), {
    ...{ maxVersion: BatchVersion.V1, request, by, reason: scene.operation().reason },
    ...(asV1To === undefined ? {} : { asV1To }),
  });
  return request;
}

const WAIT_OR_AS_V1 =
  'Nothing was changed. Have them settle first (`lockstep emission 1 --drain`), or add --as-v1: they settle with the same parties, price and quantity, as limit orders in the first fee tier.';
const PAUSED_AS_V1 =
  'They came while it began; settlement is paused. Run it again with --as-v1: they settle with the same parties, price and quantity, as limit orders in the first fee tier.';

const v2Only = ({ v2Only: count, firstV2Only }: InTheWay, advice: string): LockstepError =>
  siteError(
    'V2_ONLY_TRADES',
    `${count} trades that are not settled yet, the first is ${firstV2Only}, can be expressed in V2 alone`,
    advice,
  );
