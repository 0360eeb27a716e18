import { constants, createWriteStream, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ENDLESS_CHARACTERS, neverEnds } from './lines.ts';

/** UTF-8 needs no more for a UTF-16 unit: a line of more bytes is endless in characters, too. */
const ENDLESS_BYTES = 3 * ENDLESS_CHARACTERS;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Copies what a pipe gives, until its writers close it, into the file `to`.
 * @throws what the file system says, a line that never ends, or the signal's reason; a reader that waits for a writer is no obstacle
 */
export async function spoolPipe(name: string, to: string, signal: AbortSignal): Promise<void> {
  // Opened like this it waits neither for a writer nor, like a file, in a thread that no signal reaches. The socket closes it.
  const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: true, writable: false });
  try {
    await pipeline(pipe, withLineEnds, createWriteStream(to, { mode: 0o600 }), { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** An endless line must not fill the disk. */
async function* withLineEnds(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of pieces) {
    const end = Math.max(piece.lastIndexOf(LF), piece.lastIndexOf(CR));
    bytes = end === -1 ? bytes + piece.length : piece.length - end - 1;
    if (bytes > ENDLESS_BYTES) throw neverEnds();
    yield piece;
  }
}
