import { clientError } from './errors.ts';

/** Little-endian, as everything on the wire. */
export function u64le(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

export function u32le(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** @throws LockstepError PROOF_INVALID when `text` is not lower-case hex of whole bytes: it is only read from proofs */
export function fromProofHex(text: unknown, what: string): Uint8Array {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) {
    throw clientError('PROOF_INVALID', `${what} of the proof is not lower-case hex`);
  }
  return new Uint8Array(Buffer.from(text, 'hex'));
}
