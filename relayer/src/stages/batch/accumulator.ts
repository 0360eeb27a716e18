import { MAX_TRADES_V2 } from '#client';
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

/** How big a payload is, and gets: in some batch versions a trade's size depends on those before it. */
export interface PayloadSize<Trade> {
  readonly bytes: number;
  plus(trade: Trade): PayloadSize<Trade>;
}

/** What an open batch is written in. */
export interface BatchFormat<Trade> {
  readonly version: number;
  readonly empty: PayloadSize<Trade>;
  /** No trade is smaller, so less room than this means full. */
  readonly minTradeBytes: number;
  /** The trade as it is written; undefined when it can't be. */
  as(trade: Trade): Trade | undefined;
}

/** Trades that go on-chain together, and how. */
export interface ClosedBatch<Trade> {
  readonly version: number;
  readonly trades: readonly Trade[];
}

/** Collects trades into batches, in order. Holds at most one open batch. */
export interface Accumulator<Trade> {
  /** Batches this trade closed: the one before it when it no longer fitted, its own when it filled it. */
  add(trade: Trade): readonly ClosedBatch<Trade>[];
  /** The open batch when it is old enough and has at least `minTrades`. */
  takeDue(minTrades: number): ClosedBatch<Trade> | undefined;
  /** Milliseconds until the open batch is old enough; undefined without one. */
  dueInMs(): number | undefined;
  /** Trades waiting. */
  readonly size: number;
}

interface OpenBatch<Trade> {
  readonly format: BatchFormat<Trade>;
  readonly trades: Trade[];
  readonly sinceMs: number;
  size: PayloadSize<Trade>;
}

/** @param formatOf what a batch that begins with this trade is written in now */
export function createAccumulator<Trade>(
  limits: BatchLimits,
  formatOf: (first: Trade) => BatchFormat<Trade>,
  clock: Pick<Clock, 'now'>,
): Accumulator<Trade> {
  let open: OpenBatch<Trade> | undefined;

  const close = ({ format, trades }: OpenBatch<Trade>): ClosedBatch<Trade> => {
    open = undefined;
    return { version: format.version, trades };
  };
  const fits = ({ format, size }: OpenBatch<Trade>, trade: Trade) => {
    const said = format.as(trade);
    return said !== undefined && size.plus(said).bytes <= limits.maxBytes;
  };
  const isFull = ({ format, trades, size }: OpenBatch<Trade>) =>
    trades.length >= Math.min(limits.maxTrades, MAX_TRADES_V2) || size.bytes + format.minTradeBytes > limits.maxBytes;
  const begin = (trade: Trade): OpenBatch<Trade> => {
    const format = formatOf(trade);
    return { format, trades: [], sinceMs: clock.now(), size: format.empty };
  };
  const age = ({ sinceMs }: OpenBatch<Trade>) => clock.now() - sinceMs;

  return {
    add(trade) {
      const closed: ClosedBatch<Trade>[] = [];
      if (open !== undefined && !fits(open, trade)) closed.push(close(open));
      open ??= begin(trade);
      const said = open.format.as(trade) ?? trade;
      open.trades.push(said);
      open.size = open.size.plus(said);
      if (isFull(open)) closed.push(close(open));
      return closed;
    },
    takeDue(minTrades) {
      if (open === undefined || age(open) < limits.maxAgeMs || open.trades.length < minTrades) return undefined;
      return close(open);
    },
    dueInMs() {
      return open === undefined ? undefined : Math.max(0, limits.maxAgeMs - age(open));
    },
    get size() {
      return open?.trades.length ?? 0;
    },
  };
}
