/**
 * Proves: a stored Zstandard frame has the layout of RFC 8878 and carries the content unchanged.
 * Does not prove that a decoder accepts it where Node has none (before 22.15); there only the layout is checked.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { zstdStored } from './zstd.ts';

/** Node's own decoder, which exists from 22.15 on. */
const decompress: unknown = Reflect.get(zlib, 'zstdDecompressSync');

for (const length of [0, 1, 200, 128 * 1024, 128 * 1024 + 1, 300_000]) {
  test(`${length} bytes`, () => {
    const content = Uint8Array.from({ length }, (_, index) => index % 251);
    const frame = zstdStored(content);
    assert.deepEqual(readStored(frame), content);
    if (typeof decompress === 'function') assert.deepEqual(new Uint8Array(decompress(frame)), content);
  });
}

/** Reads exactly what RFC 8878 says about such a frame. */
function readStored(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  assert.equal(view.getUint32(0, true), 0xfd2fb528);
  assert.equal(frame[4], 0b1010_0000);
  const parts: number[] = [];
  let offset = 9;
  for (let isLast = false; !isLast; ) {
    const header = view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
    isLast = (header & 1) === 1;
    assert.equal((header >> 1) & 3, 0);
    const size = header >> 3;
    assert.ok(size <= 128 * 1024);
    for (const byte of frame.subarray(offset + 3, offset + 3 + size)) parts.push(byte);
    offset += 3 + size;
  }
  assert.equal(offset, frame.length);
  assert.equal(parts.length, view.getUint32(5, true));
  return Uint8Array.from(parts);
}
