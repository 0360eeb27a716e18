import type { PublicKey } from '@solana/web3.js';
import { writeBuffer } from '../start/place/loader.ts';
import { count } from '../start/progress.ts';
import type { Sender, Step } from '../transactions.ts';
import { step } from '../transactions.ts';

/** What fits into one transaction beside everything else. */
const CHUNK_BYTES = 950;
/** Chunks between two lines of progress. */
const CHUNKS_PER_STEP = 50;

/** Writes for what a buffer does not have of an object yet. @param there the buffer's bytes; none for a new one */
export function missingChunks(
  object: Uint8Array,
  buffer: PublicKey,
  authority: PublicKey,
  there: Uint8Array = new Uint8Array(),
): Step[] {
  const offsets = Array.from({ length: Math.ceil(object.length / CHUNK_BYTES) }, (_, at) => at * CHUNK_BYTES);
  return offsets
    .map((at) => ({ at, chunk: object.subarray(at, at + CHUNK_BYTES) }))
    .filter(({ at, chunk }) => !Buffer.from(chunk).equals(there.subarray(at, at + chunk.length)))
    .map(({ at, chunk }) => step([writeBuffer(buffer, authority, at, chunk)]));
}

/** @throws what sending throws; what landed before stays */
export async function sendChunks(chunks: readonly Step[], send: Sender, say: (line: string) => void): Promise<void> {
  for (let at = 0; at < chunks.length; at += CHUNKS_PER_STEP) {
    await send.together(chunks.slice(at, at + CHUNKS_PER_STEP));
    say(`  ${count(Math.min(chunks.length, at + CHUNKS_PER_STEP))} of ${count(chunks.length)} pieces written`);
  }
}
