/** A line of a text file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined when the line is longer than MAX_LINE_CHARACTERS: it was dropped. */
  readonly text: string | undefined;
}

/** No trade needs more; a file without line ends must not fill memory. */
export const MAX_LINE_CHARACTERS = 65_536;
/** A line of more is no row that was spoilt: the file is none of lines. */
export const ENDLESS_CHARACTERS = 1_048_576;

export const neverEnds = (number?: number): Error =>
  new Error(`${number === undefined ? 'a line' : `line ${number}`} has no end within ${ENDLESS_CHARACTERS} characters`);

/** Splits text that arrives in pieces into lines ended by LF, CRLF or CR; drops a byte-order mark. Memory is one line. */
export class LineSplitter {
  #number = 1;
  #rest = '';
  /** Characters of the line that were dropped already. */
  #dropped = 0;
  #atFileStart = true;

  /** Lines that end within this piece. @throws Error when one has no end within ENDLESS_CHARACTERS */
  *push(piece: string): Generator<Line> {
    const text = this.#rest + this.#withoutMark(piece);
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + text.slice(whole.length);
    for (const line of lines) yield this.#ended(line);
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      const kept = this.#rest.endsWith('\r') ? '\r' : '';
      this.#dropped += this.#rest.length - kept.length;
      this.#rest = kept;
      if (this.#dropped > ENDLESS_CHARACTERS) throw neverEnds(this.#number);
    }
  }

  /** The last line, when the file does not end with a line end. */
  *end(): Generator<Line> {
    const last = this.#rest.replace(/\r$/, '');
    if (last !== '' || this.#dropped > 0) yield this.#ended(last);
  }

  #withoutMark(piece: string): string {
    if (!this.#atFileStart || piece === '') return piece;
    this.#atFileStart = false;
    return piece.replace(/^\uFEFF/, '');
  }

  #ended(text: string): Line {
    const number = this.#number;
    const length = this.#dropped + text.length;
    if (length > ENDLESS_CHARACTERS) throw neverEnds(number);
    this.#dropped = 0;
    this.#number += 1;
    return { number, text: length > MAX_LINE_CHARACTERS ? undefined : text };
  }
}
