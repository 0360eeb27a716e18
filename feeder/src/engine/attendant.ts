import type { TradeId } from '#client';
import { tradeId } from '#client';
import type { Control } from '../control/control.ts';
import type { Answered, EngineStatus } from '../control/status.ts';
import { freshStatus } from '../control/status.ts';
import type { Asked, Wishes } from '../control/wishes.ts';
import type { Emission } from './emission.ts';

/** How far the engine is. */
export interface Position {
  /** The highest id it has ever written. */
  readonly head: TradeId;
  readonly generation: bigint;
}

export interface AttendantOptions {
  readonly emission: Emission;
  readonly now: () => number;
  readonly log: (message: string) => void;
}

/** A report without news; a third of the lease. */
const REPORT_MS = 1_000;

/** Obeys the control keys and says so in `engine:<market>`. Asked again and again by whatever the engine does. */
export class Attendant {
  readonly #control: Control;
  readonly #emission: Emission;
  readonly #now: () => number;
  readonly #log: (message: string) => void;
  #status: EngineStatus;
  #retry: Asked<TradeId> | undefined;
  #emittedOnce = tradeId(0);
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(control: Control, options: AttendantOptions) {
    this.#control = control;
    this.#emission = options.emission;
    this.#now = options.now;
    this.#log = options.log;
    this.#status = freshStatus({ head: tradeId(0), generation: 1n }, options.emission);
  }

  get isPaused(): boolean {
    return this.#status.mode === 'pause';
  }

  /** A request for a retry that has no answer yet, as of the last look. */
  get retry(): Asked<TradeId> | undefined {
    return isNew(this.#retry, this.#status.retryAnswer) ? this.#retry : undefined;
  }

  /** The highest id a replay was asked from: nobody asks so of trades that were never emitted, whatever Redis has forgotten. */
  get emittedOnce(): TradeId {
    return this.#emittedOnce;
  }

  /**
   * Reads the wishes; answers mode and emission at once, but for a pause that may not begin yet: nothing is written in one, so
   * what is matched comes first. What is returned is a request for a replay that has no answer yet.
   * @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST, JOURNAL_UNWRITABLE
   */
  async attend(position: Position, { mayPause }: { readonly mayPause: boolean }): Promise<Asked<TradeId> | undefined> {
    const found = await this.#control.wishes();
    const isTooEarly = !mayPause && found.mode !== undefined && 'wanted' in found.mode && found.mode.wanted === 'pause';
    const { mode: _, ...others } = found;
    const wishes: Wishes = isTooEarly ? others : found;
    this.#retry = wishes.retry;
    const { replay } = wishes;
    if (replay !== undefined && 'wanted' in replay && replay.wanted > this.#emittedOnce)
      this.#emittedOnce = replay.wanted;
    const obeyed = await this.#obeyed(wishes, position.head);
    const status = { ...obeyed, lastId: position.head, generation: position.generation };
    const hasNews = status.ignored !== this.#status.ignored || isAnswered(status, this.#status);
    if (hasNews || this.#now() - this.#reportedAt >= REPORT_MS) await this.#report(status);
    return isNew(replay, this.#status.replayAnswer) ? replay : undefined;
  }

  /** Continues what the engine before said, and says so. */
  async takeOver(position: Position): Promise<void> {
    await this.#report(await this.#control.previous(freshStatus(position, this.#emission)));
  }

  /** Says how far the engine is now. */
  async reportAt(position: Position): Promise<void> {
    await this.#report({ ...this.#status, lastId: position.head, generation: position.generation });
  }

  async refuseReplay(request: string, refused: string): Promise<void> {
    this.#log(`replay request ${request} refused: ${refused}`);
    await this.#report({ ...this.#status, replayAnswer: { request, refused } });
  }

  async refuseRetry(request: string, refused: string): Promise<void> {
    this.#log(`retry request ${request} refused: ${refused}`);
    await this.#report({ ...this.#status, retryAnswer: { request, refused } });
  }

  /** To be called when the retry is in the stream. */
  async fulfilRetry(request: string, as: TradeId, position: Position): Promise<void> {
    this.#log(`retry request ${request} done: trade ${as}`);
    const retryAnswer = { request, refused: '', as };
    await this.#report({
      ...this.#status,
      retryAnswer,
      lastId: position.head,
      generation: position.generation,
    });
  }

  /** `write` gets the hash that says the replay is done, to be written in one step with the pointer. */
  async fulfilReplay(
    request: string,
    position: Position,
    write: (status: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const replayAnswer = { request, refused: '' };
    const status = { ...this.#status, replayAnswer, lastId: position.head, generation: position.generation };
    await write(this.#control.encode(status));
    this.#status = status;
    this.#log(`replay request ${request} done: generation ${position.generation}`);
  }

  /** `write` gets the hash to be written in one step with a pointer to a generation that only then has its number. */
  async moveOn(head: TradeId, write: (status: readonly string[]) => Promise<void>): Promise<void> {
    await write(this.#control.encode({ ...this.#status, lastId: head }));
  }

  async #report(status: EngineStatus): Promise<void> {
    await this.#control.report(status);
    this.#status = status;
    this.#reportedAt = this.#now();
  }

  async #obeyed({ mode, emit, ignored }: Wishes, head: TradeId): Promise<EngineStatus> {
    let status = { ...this.#status, ignored };
    if (ignored !== '' && ignored !== this.#status.ignored) this.#log(`control keys ignored: ${ignored}`);
    if (mode !== undefined && isNew(mode, status.modeAnswer)) {
      const wanted = 'wanted' in mode ? mode.wanted : status.mode;
      status = { ...status, mode: wanted, modeAnswer: this.#answer(mode) };
    }
    if (emit !== undefined && isNew(emit, status.emitAnswer)) {
      const emitAnswer = this.#answer(emit, (wanted) => this.#emission.refusalOf(wanted));
      if (emitAnswer.refused === '' && 'wanted' in emit) await this.#emission.switchTo(emit.wanted, head);
      status = { ...status, emit: this.#emission.current, emitAnswer };
    }
    return status;
  }

  #answer<T>(asked: Asked<T>, refusalOf: (wanted: T) => string = () => ''): Answered {
    const refused = 'refused' in asked ? asked.refused : refusalOf(asked.wanted);
    this.#log(refused === '' ? `request ${asked.request} obeyed` : `request ${asked.request} refused: ${refused}`);
    return { request: asked.request, refused };
  }
}

const isNew = <T>(asked: Asked<T> | undefined, answered: Answered): boolean =>
  asked !== undefined && asked.request !== answered.request;

const isAnswered = (status: EngineStatus, before: EngineStatus): boolean =>
  status.modeAnswer !== before.modeAnswer || status.emitAnswer !== before.emitAnswer;
