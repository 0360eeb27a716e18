import type { FeedEntry } from '#relayer';

/** A batch at one stage, as the relayer wrote it. A hint for people: the chain is the truth, and `signature` and `sequence` say where to look. */
export interface FeedBatch extends FeedEntry {
  /** Cursor: id of the entry in the feed. */
  readonly id: string;
}

/** The engine's word on an order. */
export interface OrderAnswer {
  readonly order: string;
  readonly state: string;
  readonly code?: string;
  readonly reason?: string;
  /** Ids of its trades, decimal. */
  readonly trades: readonly string[];
  readonly atMs: number;
}

function common({ id, stage, sequence, version, signature, slot, atMs, code, reason }: FeedBatch) {
  return {
    id,
    stage,
    ...(sequence === undefined ? {} : { sequence: `${sequence}` }),
    ...(version === undefined ? {} : { version }),
    ...(signature === undefined ? {} : { signature }),
    ...(slot === undefined ? {} : { slot: `${slot}` }),
    at: new Date(atMs).toISOString(),
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What everybody may see of a batch: no traders. */
export function publicMessage(batch: FeedBatch): object {
  const { first, last, trades } = batch;
  return { type: 'batch', ...common(batch), first: `${first}`, last: `${last}`, trades: trades.length };
}

/** What the owner of these entries sees of a batch; undefined when none of them traded in it. */
export function traderMessage(batch: FeedBatch, mine: ReadonlySet<number>): object | undefined {
  const trades = batch.trades.flatMap(({ id, buyer, seller, code }) => [
    ...(mine.has(buyer) ? [{ tradeId: `${id}`, trader: buyer, side: 'buy', code }] : []),
    ...(mine.has(seller) ? [{ tradeId: `${id}`, trader: seller, side: 'sell', code }] : []),
  ]);
  return trades.length === 0 ? undefined : { type: 'trades', ...common(batch), trades };
}

export function answerMessage({ order, state, code, reason, trades, atMs }: OrderAnswer): object {
  return {
    type: 'answer',
    order,
    state,
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    trades,
    at: new Date(atMs).toISOString(),
  };
}
