import type { TradeId } from '#client';
import { SPOKEN_VERSIONS, tradeId } from '#client';
import type { Asked } from '../control/wishes.ts';
import { Pace, pauseFor, stepOf } from '../pace.ts';
import { MAX_TRADES_PER_WRITE } from '../stream/pen.ts';
import { disturbed, isDisturbed, isLost } from '../stream/refusals.ts';
import type { Position } from './attendant.ts';
import { Attendant } from './attendant.ts';
import { Emission } from './emission.ts';
import type { EngineOptions } from './run-engine.ts';
import type { EngineTrade } from './source.ts';
import { changed, TradeCursor } from './trade-cursor.ts';

/** How often an engine with nothing to write looks at its control keys. */
const LOOK_MS = 50;
/** How often one that takes orders looks for them: a trader waits for it. */
const ORDERS_LOOK_MS = 5;

/** One engine at work: each turn looks at the control keys and does one step of whatever comes first. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #emission: Emission;
  readonly #attendant: Attendant;
  readonly #pace: Pace;
  readonly #step: number;
  readonly #cursor: TradeCursor;
  readonly #log: (message: string) => void;
  /** The highest id ever written; ahead of the stream's last only while Redis has lost some. */
  #head = tradeId(0);
  /** Taken from the source, not written yet. */
  #pending: readonly EngineTrade[] = [];
  #exhausted = false;
  /** What the last turn came upon; dealt with first. */
  #trouble: { readonly error: unknown } | undefined;

  constructor(options: EngineOptions) {
    const { control, rate = 'max', now = () => performance.now(), log = () => undefined } = options;
    this.#options = options;
    this.#log = log;
    this.#emission = new Emission(options.source.journal, options.spoken ?? SPOKEN_VERSIONS);
    this.#attendant = new Attendant(control, { emission: this.#emission, now, log });
    this.#pace = new Pace(rate, now);
    this.#step = stepOf(rate, MAX_TRADES_PER_WRITE);
    this.#cursor = new TradeCursor(options.source);
  }

  /** Takes the market, and goes to where the stream ends. */
  async start(): Promise<void> {
    const { control, publisher, signal, source } = this.#options;
    await control.claim(signal);
    // A long journal takes longer to read than a silent engine keeps its market.
    await source.orders?.open(() => control.claim(signal));
    await source.journal?.open();
    await publisher.resume();
    this.#head = publisher.lastId;
    await this.#emission.takeOver(this.#head);
    await this.#attendant.takeOver(this.#position);
    if (this.#head === 0n) return;
    if (!(await this.#isOwnLast(this.#cursor))) {
      throw changed(source.origin, `gives another trade ${this.#head} than the one that was published`);
    }
  }

  /** @throws the signal's reason */
  async turn(): Promise<void> {
    const trouble = this.#trouble;
    try {
      if (trouble !== undefined) return await this.#overcome(trouble.error);
      const replay = await this.#attend();
      if (replay !== undefined) await this.#replay(replay);
      else if (this.#options.publisher.lastId < this.#head) await this.#restore();
      else if (this.#isBehind) await this.#emit();
      else if (this.#attendant.isPaused) await this.#serve();
      else if (this.#pending.length === 0 && (await this.#retry())) return;
      else if (this.#exhausted) await this.#serve();
      else await this.#emit();
    } catch (error) {
      if (!isLost(error) && !isDisturbed(error)) throw error;
      this.#trouble = { error };
      if (trouble !== undefined) await this.#sleep(LOOK_MS);
    }
  }

  /** After an abort: the last word, and the market given up. */
  async stop(): Promise<TradeId> {
    await this.#attendant.reportAt(this.#position).catch(() => undefined);
    return this.#head;
  }

  /** A Redis that is gone gives the market up by itself, when the lease runs out. */
  async close(): Promise<void> {
    await this.#cursor.close();
    await this.#options.source.journal?.close().catch(() => undefined);
    await this.#options.source.orders?.close().catch(() => undefined);
    await this.#options.control.release().catch(() => undefined);
  }

  get #position(): Position {
    return { head: this.#head, generation: this.#options.publisher.generation };
  }

  #attend(): Promise<Asked<TradeId> | undefined> {
    this.#options.signal.throwIfAborted();
    return this.#attendant.attend(this.#position, { mayPause: !this.#isBehind });
  }

  /** Orders were matched whose trades are not all written: they come first, also in a pause that Redis has lost some of. */
  get #isBehind(): boolean {
    const { orders } = this.#options.source;
    return orders !== undefined && orders.lastTrade > 0n && this.#idOf(orders.lastTrade) > this.#head;
  }

  #idOf = (own: TradeId): TradeId => this.#options.source.journal?.idOf(own) ?? own;

  /** With nothing left to write: answers the orders taken before, and takes the next ones. */
  async #serve(): Promise<void> {
    const { orders } = this.#options.source;
    if (orders === undefined) return this.#sleep(LOOK_MS);
    await orders.answer(this.#idOf);
    if (!(await orders.take(this.#attendant.isPaused, this.#idOf))) await this.#sleep(ORDERS_LOOK_MS);
  }

  #sleep(ms: number): Promise<void> {
    return pauseFor(ms, this.#options.signal);
  }

  /** Up to here trades are no news, though an engine that starts on an empty Redis finds none of them. */
  get #emittedOnce(): TradeId {
    const journaled = higher(this.#emission.lastId, this.#options.source.journal?.lastRetry ?? tradeId(0));
    return higher(this.#attendant.emittedOnce, journaled);
  }

  async #emit(): Promise<void> {
    const { publisher, onProgress, onExhausted } = this.#options;
    if (this.#pending.length === 0) {
      await this.#cursor.skipTo(this.#head, () => this.#attend());
      this.#pending = await this.#cursor.take(Math.max(this.#step, this.#chunkBetween(this.#head, this.#emittedOnce)));
    }
    if (this.#pending.length === 0) {
      this.#exhausted = true;
      onExhausted?.(this.#head);
      return;
    }
    const isNew = (this.#pending.at(-1)?.tradeId ?? 0n) > this.#emittedOnce;
    const early = isNew ? this.#pace.wait() : 0;
    if (early > 0) return this.#sleep(Math.min(early, LOOK_MS));
    await publisher.publish(await this.#emission.inSchema(this.#pending));
    if (isNew) this.#pace.wrote(this.#pending.length);
    this.#pending = [];
    this.#head = publisher.lastId;
    onProgress?.(this.#head);
  }

  /**
   * Does one step of a retry: refuses it, or writes it down as the next trade, or answers when that is in the stream. Answers
   * whether there was such a step; otherwise what the source has next comes first, the retry in its turn.
   */
  async #retry(): Promise<boolean> {
    const { source } = this.#options;
    if (source.journal !== undefined && source.journal.lastRetry > this.#head) {
      this.#exhausted = false;
      return false;
    }
    const asked = this.#attendant.retry;
    if (asked === undefined) return false;
    const wanted = 'wanted' in asked ? asked.wanted : undefined;
    const as = wanted === undefined ? undefined : source.journal?.retriedAs(wanted);
    if (as !== undefined) {
      await this.#attendant.fulfilRetry(asked.request, as, this.#position);
      return true;
    }
    const refused = 'refused' in asked ? asked.refused : refusalOfRetry(asked.wanted, this.#head, source);
    if (refused !== '') await this.#attendant.refuseRetry(asked.request, refused);
    else if (wanted !== undefined) await this.#writeDown(wanted);
    return true;
  }

  /** From here on every pass over the source has the retry as its next trade, the one under way included. */
  async #writeDown(wanted: TradeId): Promise<void> {
    const { source } = this.#options;
    const cursor = new TradeCursor(source);
    try {
      await cursor.skipTo(tradeId(wanted - 1n), () => this.#attend());
      const [trade] = await cursor.takeAll(1);
      if (trade === undefined) return;
      await source.journal?.addRetry({ ...trade, tradeId: tradeId(this.#head + 1n), replaces: wanted });
    } finally {
      await cursor.close();
    }
  }

  /** Builds the next generation; a newer request ends it, and what it built is never pointed at. */
  async #replay(asked: Asked<TradeId>): Promise<void> {
    const { publisher, source } = this.#options;
    if ('refused' in asked) return this.#attendant.refuseReplay(asked.request, asked.refused);
    if (asked.wanted > this.#head) {
      const reason = `${asked.wanted} is above the last id ${this.#head}`;
      return this.#attendant.refuseReplay(asked.request, reason);
    }
    const draft = await publisher.openDraft(asked.wanted);
    const cursor = new TradeCursor(source);
    try {
      await cursor.skipTo(draft.lastId, () => this.#attend());
      while (draft.lastId < this.#head) {
        const newer = await this.#attend();
        if (newer !== undefined && newer.request !== asked.request) return;
        const trades = await cursor.takeAll(this.#chunkBetween(draft.lastId, this.#head));
        await draft.publish(await this.#emission.inSchema(trades));
      }
      const position = { head: this.#head, generation: draft.generation };
      await this.#attendant.fulfilReplay(asked.request, position, (status) =>
        publisher.switchTo(draft, this.#head, status),
      );
    } finally {
      await cursor.close();
    }
  }

  /** Writes again what Redis lost of this generation; even while paused, since none of it is new. */
  async #restore(): Promise<void> {
    const { publisher, source } = this.#options;
    const cursor = new TradeCursor(source);
    try {
      if (publisher.lastId > 0n && !(await this.#isOwnLast(cursor))) {
        throw disturbed(`entry ${publisher.lastId} of the stream is not what this engine wrote`);
      }
      while (publisher.lastId < this.#head) {
        if ((await this.#attend()) !== undefined) return;
        const trades = await cursor.takeAll(this.#chunkBetween(publisher.lastId, this.#head));
        await publisher.publish(await this.#emission.inSchema(trades));
      }
      this.#log(`restored up to trade ${this.#head}`);
    } finally {
      await cursor.close();
    }
  }

  /** Takes `cursor` to the stream's last id; answers whether its entry there, if it was not trimmed, is this engine's. */
  async #isOwnLast(cursor: TradeCursor): Promise<boolean> {
    const { publisher } = this.#options;
    await cursor.skipTo(tradeId(publisher.lastId - 1n), () => this.#attend());
    const [last] = await cursor.takeAll(1);
    const written = await publisher.lastEntry();
    return last === undefined || written === undefined || this.#emission.isKnown(last, written);
  }

  /** Trades of one write on the way from `id` to `end`; 0 or less when that is reached. */
  #chunkBetween(id: TradeId, end: TradeId): number {
    return Math.min(MAX_TRADES_PER_WRITE, Number(end - id));
  }

  async #overcome(cause: unknown): Promise<void> {
    if (isLost(cause)) await this.#recover(cause);
    else await this.#moveOn(cause);
    this.#trouble = undefined;
  }

  async #recover(cause: unknown): Promise<void> {
    const { control, publisher, signal } = this.#options;
    this.#log(`redis has lost writes: ${textOf(cause)}`);
    await control.claim(signal);
    await publisher.resume();
    const highest = this.#pending.at(-1)?.tradeId ?? this.#head;
    if (publisher.lastId > highest)
      throw disturbed(`the stream ends with ${publisher.lastId}; this engine wrote ${highest}`);
    if (publisher.lastId > this.#head) await this.#takeForWritten(publisher.lastId);
    this.#pending = this.#pending.filter((trade) => trade.tradeId > this.#head);
    await this.#attendant.reportAt(this.#position);
  }

  /** The write that was under way may have arrived; or somebody else took its id. */
  async #takeForWritten(last: TradeId): Promise<void> {
    const written = await this.#options.publisher.lastEntry();
    const own = this.#pending.find(({ tradeId: id }) => id === last);
    if (own === undefined || written === undefined || !this.#emission.isOwn(own, written)) {
      throw disturbed(`entry ${last} of the stream is not what this engine wrote`);
    }
    this.#head = last;
  }

  /** Somebody else's entries, pointer or keys are left behind; a reader that had not come so far asks for a replay. */
  async #moveOn(cause: unknown): Promise<void> {
    const { publisher } = this.#options;
    await this.#attendant.moveOn(this.#head, (status) => publisher.moveOn(this.#head, status));
    this.#log(`somebody else wrote here, going on in generation ${publisher.generation}: ${textOf(cause)}`);
  }
}

/** Math.max takes no bigint. */
const higher = (one: TradeId, other: TradeId): TradeId => {
  if (one > other) return one;
  return other;
};

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const refusalOfRetry = (wanted: TradeId, head: TradeId, { journal }: EngineOptions['source']): string => {
  if (journal === undefined) return 'this engine keeps no journal of retries';
  return wanted === 0n || wanted > head ? `there is no trade ${wanted}; the last one is ${head}` : '';
};
