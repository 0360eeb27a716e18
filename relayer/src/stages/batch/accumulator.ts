import type { Clock } from '../../ports.ts';

/** When a batch closes; whichever is reached first. */
export interface BatchLimits {
  /** Trades. */
  readonly maxTrades: number;
  /** Bytes of the encoded payload, header included. */
  readonly maxBytes: number;
  /** Milliseconds from the first trade's arrival. */
  readonly maxAgeMs: number;
}

/** How big a payload gets; the batch version's codec knows. */
export interface PayloadSize<Trade> {
  readonly headerBytes: number;
  /** No trade is smaller, so less room than this means full. */
  readonly minTradeBytes: number;
  sizeOf(trade: Trade): number;
}

/** Collects trades into batches, in order. Holds at most one open batch. */
export interface Accumulator<Trade> {
  /** Batches this trade closed: the one before it when it no longer fitted, its own when it filled it. */
  add(trade: Trade): readonly (readonly Trade[])[];
  /** The open batch when it is old enough and has at least `minTrades`. */
  takeDue(minTrades: number): readonly Trade[] | undefined;
  /** Milliseconds until the open batch is old enough; undefined without one. */
  dueInMs(): number | undefined;
  /** Trades waiting. */
  readonly size: number;
}

export function createAccumulator<Trade>(
  limits: BatchLimits,
  payload: PayloadSize<Trade>,
  clock: Pick<Clock, 'now'>,
): Accumulator<Trade> {
  let open: Trade[] = [];
  let bytes = payload.headerBytes;
  let since = 0;

  const take = (): readonly Trade[] => {
    const batch = open;
    open = [];
    bytes = payload.headerBytes;
    return batch;
  };
  const isFull = () => open.length >= limits.maxTrades || bytes + payload.minTradeBytes > limits.maxBytes;
  const age = () => clock.now() - since;

  return {
    add(trade) {
      const closed: (readonly Trade[])[] = [];
      const size = payload.sizeOf(trade);
      if (open.length > 0 && bytes + size > limits.maxBytes) closed.push(take());
      if (open.length === 0) since = clock.now();
      open.push(trade);
      bytes += size;
      if (isFull()) closed.push(take());
      return closed;
    },
    takeDue(minTrades) {
      if (open.length === 0 || age() < limits.maxAgeMs || open.length < minTrades) return undefined;
      return take();
    },
    dueInMs() {
      return open.length === 0 ? undefined : Math.max(0, limits.maxAgeMs - age());
    },
    get size() {
      return open.length;
    },
  };
}
