import { inputSource } from '#feeder';
import type { Output } from '../output.ts';
import type { Cleanup } from './cleanup.ts';
import type { SurveyedInput } from './input.ts';
import { watchLane } from './lane-watch.ts';
import type { StartOptions } from './options.ts';
import { inputChanged, startEngine } from './parts/engine.ts';
import type { RunningRelayer } from './parts/relayer.ts';
import { showProgress } from './progress.ts';
import { marketTerms } from './terms.ts';
import type { Venue } from './venue.ts';

export interface SettleWorld {
  readonly redisUrl: string;
  readonly relayer: RunningRelayer;
  readonly venue: Venue;
  /** How often the market account is read. */
  readonly pollMs: number;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
  readonly say: (line: string) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Starts the engine and waits until it has written the accepted trades and the chain has settled them. Answers how long that took, in ms.
 * @throws the signal's reason, LockstepError INPUT_CHANGED, RPC_UNAVAILABLE, what ended the engine
 */
export async function publishAndSettle(
  { input, survey }: SurveyedInput,
  options: Pick<StartOptions, 'rate' | 'traders'>,
  { redisUrl, relayer, venue, pollMs, output, signal, ...world }: SettleWorld,
): Promise<number> {
  const start = performance.now();
  const source = inputSource(input, marketTerms(options.traders));
  const engine = await startEngine({ redisUrl, market: venue.market, source, rate: options.rate, ...world });
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
