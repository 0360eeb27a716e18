// Proves: lines come out the same however the text is cut into pieces, with every kind of line end, with bounded memory.
// Does not prove: what is in a line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ENDLESS_CHARACTERS, LineSplitter, MAX_LINE_CHARACTERS } from './lines.ts';

function linesOf(pieces: readonly string[]): (string | undefined)[] {
  const splitter = new LineSplitter();
  const lines = [...pieces.flatMap((piece) => [...splitter.push(piece)]), ...splitter.end()];
  assert.deepEqual(
    lines.map((line) => line.number),
    lines.map((_, i) => i + 1),
  );
  return lines.map((line) => line.text);
}

test('LF, CRLF and CR end lines; the last one needs no end', () => {
  assert.deepEqual(linesOf(['a\nb\r\nc\rd']), ['a', 'b', 'c', 'd']);
  assert.deepEqual(linesOf(['a\n\n\r\nb\n']), ['a', '', '', 'b']);
  assert.deepEqual(linesOf(['a\r']), ['a']);
  assert.deepEqual(linesOf(['']), []);
});

test('cutting the text anywhere changes nothing', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', ',', '\n', '\r', '\r\n') });
  fc.assert(
    fc.property(text, fc.array(fc.nat(50)), (whole, cuts) => {
      const pieces: string[] = [];
      let rest = whole;
      for (const cut of cuts) {
        pieces.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      assert.deepEqual(linesOf([...pieces, rest]), linesOf([whole]));
    }),
  );
});

test('a byte-order mark is dropped at the start of the file only', () => {
  assert.deepEqual(linesOf(['', '\uFEFFa\n', '\uFEFFb']), ['a', '\uFEFFb']);
});

test('a line without end is dropped, and the next line is whole again', () => {
  const long = 'x'.repeat(MAX_LINE_CHARACTERS - 1);
  assert.deepEqual(linesOf(['a\n', long, long, long, '\r', '\nb\n']), ['a', undefined, 'b']);
  assert.deepEqual(linesOf([long, long]), [undefined]);
  assert.deepEqual(linesOf([`${long}${long}\nb`]), [undefined, 'b']);
});

test('a line that never ends is an error, however it is cut', () => {
  const half = 'x'.repeat(ENDLESS_CHARACTERS / 2);
  assert.deepEqual(linesOf([half, half, '\nb']), [undefined, 'b']);
  for (const pieces of [[half, half, 'x'], [`${half}${half}x\nb`], ['\n', half, half, 'x\n']]) {
    assert.throws(() => linesOf(pieces), /^Error: line [12] has no end within 1048576 characters$/);
  }
});
