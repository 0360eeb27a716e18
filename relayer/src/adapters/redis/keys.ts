/** Bump when a key's type or meaning changes: an older relayer then simply does not see the new keys. */
const LAYOUT = 1;

/** The braces keep one lane's keys in one slot of a Redis cluster. */
const lanePrefix = (market: string): string => `lockstep:${LAYOUT}:{${market}}`;

/** Every key the relayer uses for one market. The trade stream is the engine's; all others are the relayer's alone. */
export interface LaneKeys {
  /** Hash batch key → row as JSON: batches that are not finalised. */
  readonly rows: string;
  /** Hash trade id → why it was settled as a void, as JSON. */
  readonly rejected: string;
  /** Stream of finalised batches, the newest `SETTLED_KEPT`. */
  readonly settled: string;
  /** Hash `reason`, `acknowledged`: a person has to look before the lane goes on. */
  readonly halt: string;
  /** String with an expiry: the token of the relayer that has the lane. */
  readonly lease: string;
  /** String: the token of the last relayer that took the lane; every write checks it. */
  readonly fence: string;
  /** Prefix and name of the BullMQ queue; what is below is BullMQ's. */
  readonly queue: { readonly prefix: string; readonly name: string };
}

export function laneKeys(market: string): LaneKeys {
  const prefix = lanePrefix(market);
  return {
    rows: `${prefix}:rows`,
    rejected: `${prefix}:rejected`,
    settled: `${prefix}:settled`,
    halt: `${prefix}:halt`,
    lease: `${prefix}:lease`,
    fence: `${prefix}:fence`,
    queue: { prefix, name: `outbox-${market}` },
  };
}

/** String: the generation of the trade stream that is read now. The engine switches it, atomically. */
export const generationKey = (market: string): string => `trades:${market}:generation`;

/** Stream of one generation: entries `<trade_id>-0` with fields `v` (schema) and `p` (protobuf bytes). */
export const tradeStreamKey = (market: string, generation: string): string => `trades:${market}:${generation}`;
