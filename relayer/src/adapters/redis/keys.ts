/** Bump when a key's type or meaning changes: an older relayer then simply does not see the new keys. */
const LAYOUT = 1;

/** The braces keep one lane's keys in one slot of a Redis cluster. */
const lanePrefix = (lane: string): string => `lockstep:${LAYOUT}:{${lane}}`;

/** Every key the relayer uses for one lane. The trade stream is the engine's; all others are the relayer's alone. */
export interface LaneKeys {
  /** Hash batch key → row as JSON: batches that are not finalised. */
  readonly rows: string;
  /** Hash trade id → dead letter as JSON: why it is settled as a void. The open ones; a closed one moves to `closed`. */
  readonly rejected: string;
  /** Sorted set of the ids in `rejected`, 20 digits each, all of one score: pages come in id order. */
  readonly letters: string;
  /** Hash trade id → where its void was settled for good, as JSON; only ids in `rejected`. */
  readonly voids: string;
  /** Stream of closed dead letters, the newest `CLOSED_KEPT`. */
  readonly closed: string;
  /** Stream of finalised batches, the newest `SETTLED_KEPT`. */
  readonly settled: string;
  /** Hash `reason`, `acknowledged`: a person has to look before the lane goes on. */
  readonly halt: string;
  /** Hash: what operators ask of the lane over the program's config; the relayer only reads it. */
  readonly control: string;
  /** Hash with an expiry: what of it is in effect, and how many rows of each batch version there are. */
  readonly lane: string;
  /** Hash: the maintenance that is on, while one is; operators and the relayer write it, each by comparing first. */
  readonly maintenance: string;
  /** String: id of the maintenance that ended last: one that is gone otherwise was forgotten by Redis. */
  readonly maintenanceEnded: string;
  /** Hash with an expiry: what the relayer says of the maintenance. */
  readonly flush: string;
  /** Set of trade ids: open dead letters that the maintenance passes over. */
  readonly waived: string;
  /** Stream: what becomes of batches, for people; about the newest `FEED_KEPT`. */
  readonly feed: string;
  /** String with an expiry: the token of the relayer that has the lane. */
  readonly lease: string;
  /** String: the token of the last relayer that took the lane; every write checks it. */
  readonly fence: string;
  /** String with an expiry: when a readiness probe last wrote. */
  readonly probe: string;
  /** Prefix and name of the BullMQ queue; what is below is BullMQ's. */
  readonly queue: { readonly prefix: string; readonly name: string };
}

/** @param lane the name of the lane: as a rule the address of its market (`laneName`) */
export function laneKeys(lane: string): LaneKeys {
  const prefix = lanePrefix(lane);
  return {
    rows: `${prefix}:rows`,
    rejected: `${prefix}:rejected`,
    letters: `${prefix}:letters`,
    voids: `${prefix}:voids`,
    closed: `${prefix}:closed`,
    settled: `${prefix}:settled`,
    halt: `${prefix}:halt`,
    control: `${prefix}:control`,
    lane: `${prefix}:lane`,
    maintenance: `${prefix}:maintenance`,
    maintenanceEnded: `${prefix}:maintenance-ended`,
    flush: `${prefix}:flush`,
    waived: `${prefix}:waived`,
    feed: `${prefix}:feed`,
    lease: `${prefix}:lease`,
    fence: `${prefix}:fence`,
    probe: `${prefix}:probe`,
    queue: { prefix, name: `outbox-${lane}` },
  };
}

/** String: the generation of the trade stream that is read now. The engine switches it, atomically. */
export const generationKey = (lane: string): string => `trades:${lane}:generation`;

/** Stream of one generation: entries `<trade_id>-0` with fields `v` (schema) and `p` (protobuf bytes). */
export const tradeStreamKey = (lane: string, generation: string): string => `trades:${lane}:${generation}`;

/** Counted from 1, as the engine does. */
export const isGeneration = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text);

/** Hash: what the relayer and operators want of the engine. */
export const controlKey = (lane: string): string => `control:${lane}`;

/** Hash: what the engine answers, and that it is alive. */
export const engineKey = (lane: string): string => `engine:${lane}`;
