import type { Layout, Struct, Type } from './model.ts';
import type { Value } from './values.ts';

/**
 * Zero-copy memory by the rules of `repr(C)`, written from the Rust reference and from nothing of the gate: each field at the next
 * multiple of its alignment, the whole a multiple of the largest.
 */
export interface Memory {
  readonly bytes: number;
  write(value: Value): Uint8Array;
  /** @throws RangeError where the bytes end too early */
  read(bytes: Uint8Array): Value;
}

interface Extent {
  readonly bytes: number;
  readonly align: number;
}

export function memoryOf({ root, isPod }: Layout): Memory {
  const extent = (type: Type): Extent => {
    if (type.kind === 'scalar') {
      if (type.name === 'pubkey') return { bytes: 32, align: 1 };
      const bytes = Number(type.name.slice(1)) / 8;
      return { bytes, align: isPod ? 1 : bytes };
    }
    if (type.kind === 'array') {
      const { bytes, align } = extent(type.inner);
      return { bytes: bytes * type.length, align };
    }
    if (type.kind !== 'struct') throw new Error(`${type.kind} is no memory`);
    const { end, align } = places(type);
    return { bytes: up(end, align), align };
  };

  const places = (struct: Struct) => {
    let end = 0;
    let align = 1;
    const offsets = struct.fields.map(({ type }) => {
      const part = extent(type);
      const own = struct.packed ? 1 : part.align;
      const offset = up(end, own);
      end = offset + part.bytes;
      align = Math.max(align, own);
      return offset;
    });
    return { offsets, end, align };
  };

  /** Goes through every number, with its offset. */
  const map = (
    type: Type,
    at: number,
    value: Value,
    leaf: (name: string, at: number, value: Value) => Value,
  ): Value => {
    if (type.kind === 'scalar') {
      if (type.name !== 'pubkey') return leaf(type.name, at, value);
      return Array.from({ length: 32 }, (_, byte) => leaf('u8', at + byte, (value as Value[] | undefined)?.[byte]));
    }
    if (type.kind === 'array') {
      const { bytes } = extent(type.inner);
      const items = value as Value[] | undefined;
      return Array.from({ length: type.length }, (_, nth) => map(type.inner, at + nth * bytes, items?.[nth], leaf));
    }
    if (type.kind !== 'struct') throw new Error(`${type.kind} is no memory`);
    const { offsets } = places(type);
    const entries = type.fields.map(({ id, type: inner }, nth) => {
      const part = (value as Record<string, Value> | undefined)?.[`f${id}`];
      return [`f${id}`, map(inner, at + (offsets[nth] ?? 0), part, leaf)];
    });
    return Object.fromEntries(entries);
  };

  const { bytes } = extent(root);
  return {
    bytes,
    write: (value) => {
      const memory = new Uint8Array(bytes);
      const view = new DataView(memory.buffer);
      map(root, 0, value, (name, at, part) => setNumber(view, name, at, part));
      return memory;
    },
    read: (memory) => {
      if (memory.length < bytes) throw new RangeError(`${memory.length} bytes, ${bytes} needed`);
      const view = new DataView(memory.buffer, memory.byteOffset);
      return map(root, 0, undefined, (name, at) => getNumber(view, name, at));
    },
  };
}

const up = (bytes: number, align: number): number => Math.ceil(bytes / align) * align;

function setNumber(view: DataView, name: string, at: number, value: Value): void {
  const bits = Number(name.slice(1));
  const bytes = BigInt.asUintN(bits, BigInt(value as number | bigint));
  for (let byte = 0; byte < bits / 8; byte++) view.setUint8(at + byte, Number((bytes >> BigInt(8 * byte)) & 255n));
}

function getNumber(view: DataView, name: string, at: number): Value {
  switch (name) {
    case 'u8':
      return view.getUint8(at);
    case 'i8':
      return view.getInt8(at);
    case 'u16':
      return view.getUint16(at, true);
    case 'i16':
      return view.getInt16(at, true);
    case 'u32':
      return view.getUint32(at, true);
    case 'i32':
      return view.getInt32(at, true);
    case 'u64':
      return view.getBigUint64(at, true);
    default:
      return view.getBigInt64(at, true);
  }
}
