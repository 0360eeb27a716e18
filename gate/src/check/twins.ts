import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Idl } from '../idl/model.ts';
import { resolver } from '../layout/resolve.ts';
import type { EnumShape, FieldShape, Shape, StructShape } from '../layout/shape.ts';
import { describe } from '../layout/shape.ts';
import type { Enum, Message, Proto, ProtoField } from '../proto/model.ts';
import { wire } from '../rules/wire.ts';

/** What engines write and what the program settles: a message and its type in the IDL say the same, field by field. */
export function checkTwins(idl: Idl, proto: Proto, routed: readonly number[] | undefined): readonly Finding[] {
  const types = resolver(idl);
  const names = new Set(idl.types.map(({ name }) => name));
  const twinOf = (full: string): Shape | undefined => {
    const twin = twinNames(full).find((name) => names.has(name));
    return twin === undefined ? undefined : types.named(twin);
  };
  const messages = [...proto.messages].flatMap(([full, message]) => {
    const twin = twinOf(full);
    return twin?.kind === 'struct' ? compareTwins(message, twin, `proto/${full}`, proto) : [];
  });
  const enums = [...proto.enums].flatMap(([full, values]) => {
    const twin = twinOf(full);
    return twin?.kind === 'enum' ? compareNumbers(values, twin, `proto/${full}`) : [];
  });
  return [...messages, ...enums, ...unrouted(proto, names, routed)];
}

const short = (full: string): string => full.slice(full.lastIndexOf('.') + 1);

/** A trade's event is its type in the program, with `Event` in its name. */
const twinNames = (full: string): readonly string[] => [short(full), short(full).replace('Event', '')];

/** Names as both languages agree on them: `takerIsBuyer` is `taker_is_buyer`. */
const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

function compareTwins(message: Message, twin: StructShape, path: string, proto: Proto): readonly Finding[] {
  const there = new Map(twin.fields.map((field) => [plain(field.name), field]));
  const here = new Set(message.fields.map(({ name }) => plain(name)));
  const fields = message.fields.flatMap((field) => {
    const found = there.get(plain(field.name));
    const place = `${path}/${field.name}`;
    return found
      ? compareWidth(field, found, place, proto)
      : [finding(wire.fieldUntwinned, place, `${twin.name} has none`)];
  });
  const missing = twin.fields
    .filter(({ name }) => !here.has(plain(name)))
    .map(({ name, shape }) =>
      finding(wire.twinMissing, `${path}/${name}`, `${twin.name} has it as ${describe(shape)}`),
    );
  return [...fields, ...missing];
}

function compareWidth(field: ProtoField, twin: FieldShape, path: string, proto: Proto): readonly Finding[] {
  const inner = oneValue(twin.shape, field);
  if (inner?.kind === 'enum' && field.kind === 'enum') {
    const values = proto.enums.get(field.type);
    // Of one name: compared as a pair already.
    return !values || twinNames(field.type).includes(inner.name) ? [] : compareNumbers(values, inner, path);
  }
  if (inner && fitsExactly(inner, field)) return [];
  const is = `${field.label === 'single' ? '' : `${field.label} `}${field.type}`;
  return [finding(wire.width, path, `protobuf has ${is}, the IDL ${describe(twin.shape)}`)];
}

/** What one value of the field is: a list's element, an option's inside; undefined when one side is a list and the other is not. */
function oneValue(shape: Shape, field: ProtoField): Shape | undefined {
  if (shape.kind === 'option') return field.label === 'single' && field.hasPresence ? shape.inner : undefined;
  const isByteList = (shape.kind === 'list' || shape.kind === 'array') && describe(shape.inner) === 'u8';
  if ((shape.kind === 'list' || shape.kind === 'array') && !isByteList) {
    return field.label === 'repeated' ? shape.inner : undefined;
  }
  return field.label === 'single' ? shape : undefined;
}

const SCALARS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(['u8', 'u16', 'u32'].map((name) => [name, ['uint32', 'fixed32']])),
  ...Object.fromEntries(['i8', 'i16', 'i32'].map((name) => [name, ['int32', 'sint32', 'sfixed32']])),
  u64: ['uint64', 'fixed64'],
  i64: ['int64', 'sint64', 'sfixed64'],
  bool: ['bool'],
  f32: ['float'],
  f64: ['double'],
  pubkey: ['bytes', 'string'],
};

/** Whether each value of the one is a value of the other, as far as both languages have types for it. */
function fitsExactly(shape: Shape, field: ProtoField): boolean {
  if (shape.kind === 'scalar') {
    // Codes may be given names in protobuf alone.
    if (field.kind === 'enum') return /^u(?:8|16|32)$/.test(shape.name);
    return (SCALARS[shape.name] ?? ['bytes', 'string']).includes(field.type);
  }
  if (shape.kind === 'list' && shape.label === 'string') return field.type === 'string';
  if (shape.kind === 'list' || shape.kind === 'array') return field.type === 'bytes';
  return shape.kind === 'struct' && field.kind === 'message';
}

/** A variant is its place, a value its number. */
function compareNumbers({ values }: Enum, twin: EnumShape, path: string): readonly Finding[] {
  const prefix = plain(short(path.replace('proto/', '')));
  const bare = (name: string): string =>
    plain(name).startsWith(prefix) ? plain(name).slice(prefix.length) : plain(name);
  const tags = new Map(twin.variants.map(({ name }, at) => [plain(name), at]));
  const named = new Map(values.map(({ name, number }) => [bare(name), number]));
  const wrong = values.flatMap(({ name, number }) => {
    const tag = tags.get(bare(name)) ?? tags.get(plain(name));
    if (tag === number) return [];
    const detail =
      tag === undefined ? `${number} is no variant of ${twin.name}` : `it is ${number}, the borsh tag ${tag}`;
    return [finding(wire.enumNumbers, `${path}/${name}`, detail)];
  });
  const missing = twin.variants
    .filter(({ name }) => !named.has(plain(name)) && !values.some((value) => plain(value.name) === plain(name)))
    .map(({ name }) => finding(wire.twinMissing, `${path}/${name}`, `it is a variant of ${twin.name}`));
  return [...wrong, ...missing];
}

/** A message of a version above all that the program settles; those below can be said in a later version. */
function unrouted(proto: Proto, types: ReadonlySet<string>, routed: readonly number[] | undefined): readonly Finding[] {
  if (!routed) return [];
  return [...proto.messages.keys()].flatMap((full) => {
    const [, base = '', version = '0'] = /^(\w+?)V(\d+)$/.exec(short(full)) ?? [];
    const isTrade = routed.some((known) => twinNames(`${base}V${known}`).some((name) => types.has(name)));
    if (!isTrade || Number(version) <= Math.max(...routed)) return [];
    return [finding(wire.unrouted, `proto/${full}`, `the program settles ${routed.join(', ')}`)];
  });
}
