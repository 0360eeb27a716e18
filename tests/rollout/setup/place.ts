import type { Operation } from '../../../cli/src/rollout/journal.ts';
import type { Patience } from '../../../cli/src/rollout/patience.ts';
import { PATIENCE } from '../../../cli/src/rollout/patience.ts';
import type { Scene } from '../../../cli/src/rollout/step.ts';
import type { World } from '../../relayer/venue.ts';

/** Waits that a test wants to see run out. */
export const IMPATIENT: Patience = { ...PATIENCE, switchMs: 200, answerMs: 200, drainMs: 200 };

/** A scene at a chain and a Redis of a test's own; nothing is signed, and no service runs. */
export function sceneOf(world: World, site: Partial<Scene['site']> = {}, target: Operation['target'] = {}): Scene {
  const { chain, venue, redis } = world;
  const connection = chain.connection('confirmed');
  const signal = new AbortController().signal;
  const scene: Partial<Scene> = {
    desk: { connection, program: venue.program, rpcUrl: chain.rpcUrl, signal } as Scene['desk'],
    site: { market: venue.market, ...site } as Scene['site'],
    ...{ redis, patience: IMPATIENT },
    operation: () => ({ target }) as Operation,
    requireInCharge: async () => undefined,
  };
  return scene as Scene;
}
