import type { TradeId, TradeV1 } from '#client';
import { tradeId } from '#client';
import type { Asked } from '../control/wishes.ts';
import { Pace, pauseFor, stepOf } from '../pace.ts';
import { encodeTradeEvent } from '../stream/encode-event.ts';
import { MAX_TRADES_PER_WRITE } from '../stream/pen.ts';
import { conflict, isLost } from '../stream/refusals.ts';
import type { Position } from './attendant.ts';
import { Attendant } from './attendant.ts';
import type { EngineOptions } from './run-engine.ts';
import { changed, TradeCursor } from './trade-cursor.ts';

/** How often an engine with nothing to write looks at its control keys. */
const LOOK_MS = 50;

/** One engine at work: each turn looks at the control keys and does one step of whatever comes first. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #attendant: Attendant;
  readonly #pace: Pace;
  readonly #step: number;
  readonly #cursor: TradeCursor;
  readonly #log: (message: string) => void;
  /** The highest id ever written; ahead of the stream's last only while Redis has lost some. */
  #head = tradeId(0);
  /** Taken from the source, not written yet. */
  #pending: readonly TradeV1[] = [];
  #exhausted = false;

  constructor(options: EngineOptions) {
    const { control, rate = 'max', now = () => performance.now(), log = () => undefined } = options;
    this.#options = options;
    this.#log = log;
    this.#attendant = new Attendant(control, { now, log });
    this.#pace = new Pace(rate, now);
    this.#step = stepOf(rate, MAX_TRADES_PER_WRITE);
    this.#cursor = new TradeCursor(options.source);
  }

  /** Takes the market, and goes to where the stream ends. */
  async start(): Promise<void> {
    const { control, publisher, signal, source } = this.#options;
    await control.claim(signal);
    await publisher.resume();
    this.#head = publisher.lastId;
    await this.#attendant.takeOver(this.#position);
    if (this.#head === 0n) return;
    await this.#cursor.skipTo(tradeId(this.#head - 1n), () => this.#attend());
    const [last] = await this.#cursor.takeAll(1);
    const written = await publisher.lastPayload();
    if (last !== undefined && written !== undefined && !encodeTradeEvent(last).equals(written)) {
      throw changed(source.origin, `gives another trade ${this.#head} than the one that was published`);
    }
  }

  /** @throws the signal's reason */
  async turn(): Promise<void> {
    try {
      const replay = await this.#attend();
      if (replay !== undefined) await this.#replay(replay);
      else if (this.#options.publisher.lastId < this.#head) await this.#restore();
      else if (this.#attendant.isPaused || this.#exhausted) await this.#sleep(LOOK_MS);
      else await this.#emit();
    } catch (error) {
      if (!isLost(error)) throw error;
      await this.#recover(error);
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
    await this.#options.control.release().catch(() => undefined);
  }

  get #position(): Position {
    return { head: this.#head, generation: this.#options.publisher.generation };
  }

  #attend(): Promise<Asked<TradeId> | undefined> {
    this.#options.signal.throwIfAborted();
    return this.#attendant.attend(this.#position);
  }

  #sleep(ms: number): Promise<void> {
    return pauseFor(ms, this.#options.signal);
  }

  async #emit(): Promise<void> {
    const { publisher, onProgress, onExhausted } = this.#options;
    if (this.#pending.length === 0) this.#pending = await this.#cursor.take(this.#step);
    if (this.#pending.length === 0) {
      this.#exhausted = true;
      onExhausted?.(this.#head);
      return;
    }
    const early = this.#pace.wait();
    if (early > 0) return this.#sleep(Math.min(early, LOOK_MS));
    await publisher.publish(this.#pending);
    this.#pace.wrote(this.#pending.length);
    this.#pending = [];
    this.#head = publisher.lastId;
    onProgress?.(this.#head);
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
        await draft.publish(await cursor.takeAll(this.#chunkAfter(draft.lastId)));
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
      await cursor.skipTo(publisher.lastId, () => this.#attend());
      while (publisher.lastId < this.#head) {
        if ((await this.#attend()) !== undefined) return;
        await publisher.publish(await cursor.takeAll(this.#chunkAfter(publisher.lastId)));
      }
      this.#log(`restored up to trade ${this.#head}`);
    } finally {
      await cursor.close();
    }
  }

  #chunkAfter(id: TradeId): number {
    return Math.min(MAX_TRADES_PER_WRITE, Number(this.#head - id));
  }

  async #recover(cause: unknown): Promise<void> {
    const { control, publisher, signal } = this.#options;
    this.#log(`redis has lost writes: ${cause instanceof Error ? cause.message : String(cause)}`);
    await control.claim(signal);
    await publisher.resume();
    const highest = this.#pending.at(-1)?.tradeId ?? this.#head;
    if (publisher.lastId > highest)
      throw conflict(`the stream ends with ${publisher.lastId}; this engine wrote ${highest}`);
    if (publisher.lastId > this.#head) this.#head = publisher.lastId;
    this.#pending = this.#pending.filter((trade) => trade.tradeId > this.#head);
    await this.#attendant.reportAt(this.#position);
  }
}
