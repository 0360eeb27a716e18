import type { TradeId } from '#client';
import { SPOKEN_VERSIONS, tradeId } from '#client';

/** What operators ask of a lane, over the program's config; docs/reference/relayer.md has the hash. */
export interface LaneControl {
  /** Names this wish; the lane answers it. */
  readonly request: string;
  /** Batches are written in at most this version. */
  readonly maxVersion?: number;
  /** Trades up to this one may lose what V1 can't say: order type and fee tier. */
  readonly asV1To?: TradeId;
  /** Who asks, and why: for people. */
  readonly by: string;
  readonly reason: string;
}

/** What stands in the control hash; nothing of both when it is empty. */
export interface ControlReading {
  readonly control?: LaneControl;
  /** Why what stands there is no control. */
  readonly ignored?: string;
}

/** A control that makes no sense changes nothing: what was in effect stays. */
export const inEffect = (before: ControlReading, read: ControlReading): ControlReading =>
  read.ignored === undefined ? read : { ...before, ignored: read.ignored };

/** What new batches are written in. */
export interface Cutting {
  /** Batch versions. */
  readonly versions: readonly number[];
  /** Rows of a higher version are written anew, also while nothing may be sent. */
  readonly maxVersion: number;
  /** Trades up to this one may lose what V1 can't say; 0: none. */
  readonly asV1To: TradeId;
}

/**
 * What config and control make of it together. Where the config allows none of what the control leaves, batches are written all the
 * same, and wait for the config: it alone decides what is sent.
 * @param allowed batch versions the config allows
 */
export function cuttingOf(allowed: readonly number[], control: LaneControl | undefined): Cutting {
  const { maxVersion = Number.POSITIVE_INFINITY, asV1To = tradeId(0n) } = control ?? {};
  const isLow = (version: number) => version <= maxVersion;
  const left = allowed.filter(isLow);
  const versions = left.length > 0 || control?.maxVersion === undefined ? left : SPOKEN_VERSIONS.filter(isLow);
  return { versions, maxVersion, asV1To };
}

/** By batch version, how many rows are not retired. */
export type RowsByVersion = Readonly<Record<number, number>>;

/** Each version spoken here is named, also with none. */
export function countVersions(versions: readonly number[]): RowsByVersion {
  const counts: Record<number, number> = Object.fromEntries(SPOKEN_VERSIONS.map((version) => [version, 0]));
  for (const version of versions) counts[version] = (counts[version] ?? 0) + 1;
  return counts;
}
