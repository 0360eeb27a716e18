import type { Output } from '../output.ts';
import type { SurveyedInput } from './input.ts';
import type { RunningParts } from './lane-parts.ts';
import { watchLane } from './lane-watch.ts';
import { inputChanged } from './parts/engine.ts';
import { showProgress } from './progress.ts';
import type { Venue } from './venue.ts';

export interface SettleWorld extends RunningParts {
  readonly venue: Venue;
  /** How often the market account is read. */
  readonly pollMs: number;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/**
 * Starts the engine and waits until it has written the accepted trades and the chain has settled them. Answers how long that took, in ms.
 * @throws the signal's reason, LockstepError INPUT_CHANGED, RPC_UNAVAILABLE, what ended the engine
 */
export async function publishAndSettle(
  { input, survey }: SurveyedInput,
  { relayer, startEngine, venue, pollMs, output, signal }: SettleWorld,
): Promise<number> {
  const start = performance.now();
  const engine = await startEngine();
  const lane = watchLane({ lane: venue, relayer, pollMs, signal });
  const progress = showProgress(output, survey.accepted, () => {
    const { lastTradeId, batches, blocked } = lane.now();
    const settled = Number(lastTradeId);
    return { published: Math.max(engine.published(), settled), settled, batches, blocked };
  });
  try {
    await Promise.all([
      lane.untilSettled(survey.accepted),
      requireAll(engine.exhausted, input.origin, survey.accepted),
    ]);
    return performance.now() - start;
  } finally {
    progress.end();
  }
}

/** @throws LockstepError INPUT_CHANGED */
async function requireAll(exhausted: Promise<number>, origin: string, accepted: number): Promise<void> {
  const total = await exhausted;
  if (total !== accepted) throw inputChanged(origin, accepted, total);
}
