import type { Idl } from '../idl/model.ts';
import type { Encoding, Leaf } from '../layout/encoding.ts';
import { isPod } from '../layout/pod.ts';
import { resolver } from '../layout/resolve.ts';
import type { StructShape } from '../layout/shape.ts';
import { BYTEWISE, NATURAL, withRepr, zeroCopy } from '../layout/zero-copy.ts';

/** A field of an account of fixed layout: where it stands, discriminator included. */
export interface Place {
  /** Slash-separated, from the account type down. */
  readonly path: string;
  readonly from: number;
  /** Behind its last byte. */
  readonly to: number;
  /** Whether its name keeps it free. */
  readonly isSpare: boolean;
}

/** Where the fields stand of the account that begins with these bytes; none when the IDL has no mapped layout of it. */
export function placesIn(idl: Idl, data: Uint8Array): readonly Place[] {
  const type = idl.accounts.find(({ discriminator }) => discriminator.every((byte, at) => data[at] === byte));
  const shape = type && resolver(idl).named(type.name);
  if (!type || shape?.kind !== 'struct' || !shape.serialization.startsWith('bytemuck')) return [];
  const encoding = zeroCopy(isPod(idl) ? BYTEWISE : NATURAL);
  let at = type.discriminator.length;
  return leavesOf(encoding, shape).flatMap(({ path, shape: part, spare }) => {
    const bytes = spare?.bytes ?? encoding.fixedSize(part);
    if (bytes === undefined) return [];
    const from = at;
    at += bytes;
    return [{ path: `${type.name}/${path}`, from, to: at, isSpare: spare !== undefined }];
  });
}

const leavesOf = (encoding: Encoding, shape: StructShape): readonly Leaf[] => encoding.leaves(withRepr(shape), '');

/** The field a byte is in, or how far behind the last of them it is. */
export function placeAt(places: readonly Place[], offset: number): string {
  const place = places.find(({ from, to }) => offset >= from && offset < to);
  if (place) return place.to - place.from > 8 ? `${place.path} at ${offset - place.from}` : place.path;
  const end = places.at(-1)?.to;
  return end === undefined ? `byte ${offset}` : `byte ${offset}, ${offset - end} behind the layout`;
}
