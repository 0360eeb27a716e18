import type { Redis } from 'ioredis';
import { LockstepError, tradeId } from '#client';
import { acceptedRows, feed, openPublisher } from '#feeder';
import type { Relayer } from '#relayer';
import type { Output } from '../output.ts';
import type { SurveyedInput } from './input.ts';
import type { StartOptions } from './options.ts';
import { showProgress } from './progress.ts';
import { marketTerms } from './terms.ts';

export interface SettleWorld {
  readonly redis: Redis;
  readonly relayer: Relayer;
  /** Address of the market. */
  readonly market: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/**
 * Plays the engine: publishes the accepted trades and waits until the chain has settled them. Answers how long that took, in ms.
 * @throws what the relayer halted with, the signal's reason, LockstepError INPUT_CHANGED
 */
export async function publishAndSettle(
  { input, survey }: SurveyedInput,
  options: Pick<StartOptions, 'rate' | 'traders'>,
  { redis, relayer, market, output, signal }: SettleWorld,
): Promise<number> {
  const start = performance.now();
  let published = 0;
  const progress = showProgress(output, survey.accepted, () => {
    const { confirmed, batches, blocked } = relayer.status();
    return { published, settled: confirmed, batches, blocked: blocked?.reason };
  });
  try {
    const publisher = await openPublisher(redis, market);
    const onProgress = (written: number) => {
      published = written;
    };
    const total = await feed(acceptedRows(input, marketTerms(options.traders)), publisher, {
      rate: options.rate,
      signal,
      onProgress,
    });
    if (total !== survey.accepted) throw changed(input.origin, survey.accepted, total);
    await relayer.waitUntilSettled(tradeId(total), { signal });
    return performance.now() - start;
  } finally {
    progress.end();
  }
}

const changed = (origin: string, before: number, now: number): LockstepError =>
  new LockstepError(
    'INPUT_CHANGED',
    `${origin} had ${before} usable rows at the start and ${now} now`,
    'Leave the file alone while it is being settled, or give a copy of it.',
  );
