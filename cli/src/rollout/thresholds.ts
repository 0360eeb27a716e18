import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InputError } from '#feeder/input-error';

const ratio = z.number().min(0).max(1);
const seconds = z.number().positive().max(86_400);

const thresholdsSchema = z.strictObject({
  windowSeconds: seconds,
  holdSeconds: seconds,
  minTrades: z.number().int().min(1),
  minBatches: z.number().int().min(1),
  maxErrorRate: ratio,
  maxRejectedRatio: ratio,
  maxLatencyP95Seconds: seconds,
  maxBlockedSeconds: seconds,
  maxRestarts: z.number().int().min(0),
  revertAsV1: z.boolean(),
});

/**
 * What a rollout is judged by. `windowSeconds` is watched at least; without enough to judge after `holdSeconds` it holds. `minTrades` and
 * `minBatches` are needed for a verdict. The rates are of attempts that failed, and of trades that were rejected; `maxRestarts` of
 * the relayer while it is watched. `revertAsV1` lets a revert settle trades that only V2 can say as V1.
 */
export type Thresholds = Readonly<z.infer<typeof thresholdsSchema>>;

/** @throws InputError THRESHOLDS_UNREADABLE */
export async function readThresholds(file: string): Promise<Thresholds> {
  const unreadable = (why: string) =>
    new InputError(
      'THRESHOLDS_UNREADABLE',
      `${file}: ${why}`,
      'Correct the file, or leave --thresholds out for releases/thresholds.json; docs/reference/rollout.md lists what it holds.',
    );
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : `${error}`);
  }
  const read = thresholdsSchema.safeParse(content);
  if (!read.success) throw unreadable(z.prettifyError(read.error).replaceAll('\n', ' '));
  if (read.data.holdSeconds < read.data.windowSeconds) throw unreadable('holdSeconds is shorter than windowSeconds');
  return read.data;
}
