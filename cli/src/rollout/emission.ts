import { LockstepError, VersionBit } from '#client';
import { configNow } from './chain.ts';
import { askEngine, engineNow } from './engine.ts';
import { Journal } from './journal.ts';
import { isUnderWay } from './rollback-steps.ts';
import type { Stage } from './scene.ts';
import { relayerStatus } from './services.ts';
import type { Place } from './step.ts';
import { inTheWay } from './stream.ts';
import { siteError, waitFor } from './wait.ts';

export interface EmissionRequest {
  readonly schema: '1' | '2';
  /** Return only when every trade that V2 alone can say is settled. */
  readonly drain: boolean;
}

/**
 * Has the engine write another schema from its next trade on.
 * @throws LockstepError V2_NOT_SETTLED, ROLLBACK_UNFINISHED before anything is asked; ENGINE_REFUSED, ENGINE_SILENT, ENGINE_OVERTAKEN;
 *   V2_ONLY_TRADES when they did not settle in time
 */
export async function emission(stage: Stage, { schema, drain }: EmissionRequest): Promise<void> {
  const { output } = stage.desk;
  if (schema === '2') await requireSettledV2(stage);
  const { before, lastId } = await emitted(stage, schema);
  output.say(
    before === schema
      ? `the engine emits V${schema} already`
      : `the engine emits V${schema} from its next trade on; trade ${lastId} was written before`,
  );
  if (drain) {
    await drained(stage);
    output.say('no trade that V2 alone can say is left: V2 can be switched off');
  }
  output.result({ emit: schema, before: before ?? null, lastId });
}

/** For what is no operation, so that nobody can take over from it. */
const alone = (stage: Stage): Place => ({ ...stage, requireInCharge: async () => undefined });

/** Has the engine write a schema, and answers what it wrote before, and its last trade then. @throws LockstepError ENGINE_* */
export async function emitted(stage: Stage, schema: '1' | '2') {
  const place = alone(stage);
  const { emit: before, lastId } = await engineNow(place);
  if (before !== schema) await askEngine(place, 'emit', schema);
  return { before, lastId };
}

/** Waits until every trade that V2 alone can say is settled. @throws LockstepError V2_ONLY_TRADES */
export async function drained(stage: Stage): Promise<void> {
  const place = alone(stage);
  const error = (why: string) =>
    siteError(
      'V2_ONLY_TRADES',
      why,
      'See `lockstep status`: V2 must be allowed and settlement running until they are settled.',
    );
  await waitFor(place, { timeoutMs: stage.patience.drainMs, error }, async () => {
    const { v2Only, firstV2Only } = await inTheWay(place, 'confirmed');
    if (v2Only === 0) return { found: true };
    return { missing: `${v2Only} trades that V2 alone can say are not settled, the first is ${firstV2Only}` };
  });
}

/** An engine that says what nobody settles stops its market. */
async function requireSettledV2(stage: Stage): Promise<void> {
  const newest = await new Journal(stage.site.folder).newest();
  if (newest !== undefined && isUnderWay(newest.operation)) {
    throw new LockstepError('ROLLBACK_UNFINISHED', 'a rollback is under way', 'Finish it first: `lockstep rollback`.');
  }
  const advice = 'Nothing was asked of the engine. `lockstep rollout` switches everything in its order.';
  const { allowedBatchVersions } = await configNow(stage);
  if ((allowedBatchVersions & VersionBit.V2) === 0)
    throw siteError('V2_NOT_SETTLED', 'the config does not allow V2', advice);
  const status = await relayerStatus(stage);
  if (status?.speaks?.includes(2) === false) {
    throw siteError('V2_NOT_SETTLED', `relayer ${status.release} does not speak V2`, advice);
  }
}
