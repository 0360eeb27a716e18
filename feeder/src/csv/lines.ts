/** A line of a text file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined when the line is longer than MAX_LINE_CHARACTERS: it was dropped. */
  readonly text: string | undefined;
}

/** No trade needs more; a file without line ends must not fill memory. */
export const MAX_LINE_CHARACTERS = 65_536;

/** Splits text that arrives in pieces into lines ended by LF, CRLF or CR; drops a byte-order mark. Memory is one line. */
export class LineSplitter {
  #number = 1;
  #rest = '';
  #tooLong = false;
  #atFileStart = true;

  /** Lines that end within this piece. */
  *push(piece: string): Generator<Line> {
    const text = this.#rest + this.#withoutMark(piece);
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + text.slice(whole.length);
    for (const line of lines) yield this.#ended(line);
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      this.#tooLong = true;
      this.#rest = this.#rest.endsWith('\r') ? '\r' : '';
    }
  }

  /** The last line, when the file does not end with a line end. */
  *end(): Generator<Line> {
    const last = this.#rest.replace(/\r$/, '');
    if (last !== '' || this.#tooLong) yield this.#ended(last);
  }

  #withoutMark(piece: string): string {
    if (!this.#atFileStart || piece === '') return piece;
    this.#atFileStart = false;
    return piece.replace(/^\uFEFF/, '');
  }

  #ended(text: string): Line {
    const tooLong = this.#tooLong || text.length > MAX_LINE_CHARACTERS;
    this.#tooLong = false;
    const number = this.#number;
    this.#number += 1;
    return { number, text: tooLong ? undefined : text };
  }
}
