import { askEngine, engineNow } from './engine.ts';
import type { Stage } from './scene.ts';
import { inTheWay } from './stream.ts';
import { siteError, waitFor } from './wait.ts';

export interface EmissionRequest {
  readonly schema: '1' | '2';
  /** Return only when every trade that V2 alone can say is settled. */
  readonly drain: boolean;
}

const DRAIN_MS = 60_000;

/**
 * Has the engine write another schema from its next trade on.
 * @throws LockstepError ENGINE_REFUSED, ENGINE_SILENT, ENGINE_OVERTAKEN; V2_ONLY_TRADES when they did not settle in time
 */
export async function emission(stage: Stage, { schema, drain }: EmissionRequest): Promise<void> {
  const place = { ...stage, requireInCharge: async () => undefined };
  const { output } = stage.desk;
  const { emit: before, lastId } = await engineNow(place);
  if (before === schema) output.say(`the engine emits V${schema} already`);
  else {
    await askEngine(place, 'emit', schema);
    output.say(`the engine emits V${schema} from its next trade on; trade ${lastId} was written before`);
  }
  if (drain) {
    const error = (why: string) =>
      siteError(
        'V2_ONLY_TRADES',
        why,
        'See `lockstep status`: V2 must be allowed and settlement running until they are settled.',
      );
    await waitFor(place, { timeoutMs: DRAIN_MS, error }, async () => {
      const { v2Only, firstV2Only } = await inTheWay(place, 'confirmed');
      if (v2Only === 0) return { found: true };
      return { missing: `${v2Only} trades that V2 alone can say are not settled, the first is ${firstV2Only}` };
    });
    output.say('no trade that V2 alone can say is left: V2 can be switched off');
  }
  output.result({ emit: schema, before: before ?? null, lastId });
}
