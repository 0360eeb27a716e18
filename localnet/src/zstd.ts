/**
 * Zstandard frames without compression. `base64+zstd` is an encoding that clients may ask for and every Zstandard
 * reader accepts stored blocks; compressing would need a library, or a Node above 22.
 */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
/** Single segment, content size in four bytes. */
const FRAME_DESCRIPTOR = 0xa0;
const MAX_BLOCK_BYTES = 128 * 1024;
const BLOCK_HEADER_BYTES = 3;

export function zstdStored(content: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(content.length / MAX_BLOCK_BYTES));
  const frame = new Uint8Array(MAGIC.length + 5 + blocks * BLOCK_HEADER_BYTES + content.length);
  frame.set(MAGIC);
  frame[MAGIC.length] = FRAME_DESCRIPTOR;
  new DataView(frame.buffer).setUint32(MAGIC.length + 1, content.length, true);
  let offset = MAGIC.length + 5;
  for (let block = 0; block < blocks; block += 1) {
    const part = content.subarray(block * MAX_BLOCK_BYTES, (block + 1) * MAX_BLOCK_BYTES);
    const isLast = block === blocks - 1 ? 1 : 0;
    const header = (part.length << 3) | isLast;
    frame.set([header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff], offset);
    frame.set(part, offset + BLOCK_HEADER_BYTES);
    offset += BLOCK_HEADER_BYTES + part.length;
  }
  return frame;
}
