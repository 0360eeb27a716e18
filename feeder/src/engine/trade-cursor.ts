import type { TradeId } from '#client';
import { LockstepError, tradeId } from '#client';
import type { EngineSource, EngineTrade } from './source.ts';

/** Trades passed over between two looks at the control keys. */
const SKIP_STEP = 2_000;

/** One pass over a source, from its first trade on. */
export class TradeCursor {
  readonly #origin: string;
  readonly #trades: AsyncIterator<EngineTrade>;
  #lastId = tradeId(0);

  constructor(source: EngineSource) {
    this.#origin = source.origin;
    this.#trades = source.trades()[Symbol.asyncIterator]();
  }

  /** The next trades, fewer than `count` only at the source's end. @throws LockstepError SOURCE_CHANGED for an id out of turn */
  async take(count: number): Promise<EngineTrade[]> {
    const taken: EngineTrade[] = [];
    while (taken.length < count) {
      const { done, value } = await this.#trades.next();
      if (done === true) break;
      if (value.tradeId !== this.#lastId + 1n)
        throw changed(this.#origin, `gives ${value.tradeId} after ${this.#lastId}`);
      this.#lastId = value.tradeId;
      taken.push(value);
    }
    return taken;
  }

  /** The next `count` trades, all of them. @throws LockstepError SOURCE_CHANGED */
  async takeAll(count: number): Promise<EngineTrade[]> {
    const taken = await this.take(count);
    if (taken.length < count) throw changed(this.#origin, `ends after ${this.#lastId}, and more was published from it`);
    return taken;
  }

  /** Passes trades over until the next one is the one after `id`. @throws LockstepError SOURCE_CHANGED, what `onStep` throws */
  async skipTo(id: TradeId, onStep: () => Promise<unknown>): Promise<void> {
    while (this.#lastId < id) {
      await this.takeAll(Math.min(SKIP_STEP, Number(id - this.#lastId)));
      await onStep();
    }
  }

  async close(): Promise<void> {
    await this.#trades.return?.();
  }
}

export const changed = (origin: string, what: string): LockstepError =>
  new LockstepError(
    'SOURCE_CHANGED',
    `${origin} ${what}`,
    'Start the engine with the very input, seed, market terms and journal it had before: what an id means never changes.',
  );
