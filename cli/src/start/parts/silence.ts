/** From then on people are told. */
const TELL_AFTER_MS = 15_000;
/** From then on nobody expects an answer: a process that stands still holds its lane for ever. */
const END_AFTER_MS = 30_000;

/** What is to be done about a part that was asked and did not answer; `forMs` is how long it has been asked in vain. */
export interface Unanswered {
  readonly forMs: number;
  readonly isTold: boolean;
  readonly isOver: boolean;
}

/** How long a part of a lane that stands still has been asked in vain. */
export class Silence {
  #sinceMs: number | undefined;

  /** It answered, or was started again. */
  heard(): void {
    this.#sinceMs = undefined;
  }

  /** It did not; a lane that moved at `movedMs` was not silent until then. */
  unheard(nowMs: number, movedMs: number): Unanswered {
    this.#sinceMs = Math.max(this.#sinceMs ?? nowMs, movedMs);
    const forMs = nowMs - this.#sinceMs;
    return { forMs, isTold: forMs >= TELL_AFTER_MS, isOver: forMs >= END_AFTER_MS };
  }
}
