import type { Comparison } from './difference.ts';
import type { Encoding, Leaf } from './encoding.ts';

/** How two layouts are compared. */
export interface Terms {
  readonly encoding: Encoding;
  /** Whether nothing follows: then what is behind the shorter one is an end, and no shift. */
  readonly isTail: boolean;
  /** Compares what is inside of a part. */
  readonly compare: (old: readonly Leaf[], next: readonly Leaf[], terms: Terms) => Comparison;
}
