import type { TradeId } from '#client';
import type { Control } from '../control/control.ts';
import type { Rate } from '../pace.ts';
import type { Publisher } from '../stream/publisher.ts';
import { Engine } from './engine.ts';
import type { EngineSource } from './source.ts';

export interface EngineOptions {
  readonly source: EngineSource;
  /** Opened with the token of `control`. */
  readonly publisher: Publisher;
  readonly control: Control;
  /** Ends the engine after the write under way. */
  readonly signal: AbortSignal;
  /** Default: `max`. A replay goes as fast as Redis takes it. */
  readonly rate?: Rate;
  /** Schemas of trade events it may write. Default: what this build speaks. */
  readonly spoken?: readonly number[];
  /** Called after each write of new trades. */
  readonly onProgress?: (lastId: TradeId) => void;
  /** The source has no more trades; the engine stays, to pause and to replay. */
  readonly onExhausted?: (lastId: TradeId) => void;
  /** For what is ignored, refused, obeyed, lost: one line each. */
  readonly log?: (message: string) => void;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/**
 * Keeps the engine contract (docs/reference/engine.md) for one market until the signal is aborted; answers the last id written. It
 * continues after the last id in the stream, and writes again what Redis lost. Memory does not grow with the number of trades,
 * beyond what the source takes for a pass.
 * @throws LockstepError ENGINE_RUNNING, PUBLISH_CONFLICT, SOURCE_CHANGED, GENERATION_INVALID, REDIS_REFUSED
 */
export async function runEngine(options: EngineOptions): Promise<TradeId> {
  const engine = new Engine(options);
  try {
    await engine.start();
    for (;;) await engine.turn();
  } catch (error) {
    if (!options.signal.aborted) throw error;
    return await engine.stop();
  } finally {
    await engine.close();
  }
}
