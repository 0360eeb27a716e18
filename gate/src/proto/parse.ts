import protobuf from 'protobufjs';
import { gateError } from '../errors.ts';
import { isObject } from '../idl/json.ts';
import type { Enum, Message, Proto, ProtoField, ProtoFile, Reservation } from './model.ts';

export interface ProtoSource {
  readonly name: string;
  readonly text: string;
}

/** Reads files that belong together. @throws LockstepError GATE_PROTO_INVALID */
export function parseProto(sources: readonly ProtoSource[]): Proto {
  const root = new protobuf.Root();
  const files = sources.map((source) => parseFile(source, root));
  const missing = resolve(root);
  const proto = { files, messages: new Map(), enums: new Map(), services: new Map() };
  collect(root, proto, missing);
  return proto;
}

/** Enough for any file: each turn finds one type that is not there. */
const MISSING_MAX = 1_000;

/**
 * Resolves every reference. What comes from a file that is not there gets a stand-in: one that stays open would leave all behind it
 * without their features.
 * @returns full names of the stand-ins
 */
function resolve(root: protobuf.Root): ReadonlySet<string> {
  const missing = new Set<string>();
  for (let turn = 0; turn < MISSING_MAX; turn += 1) {
    try {
      root.resolveAll();
      return missing;
    } catch (cause) {
      const name = /no such [\w ]+: \.?([\w.]+)/i.exec(cause instanceof Error ? cause.message : '')?.[1];
      if (name === undefined || missing.has(name)) return missing;
      missing.add(name);
      const parts = name.split('.');
      const type = parts.pop() ?? name;
      (parts.length === 0 ? root : root.define(parts)).add(new protobuf.Type(type));
    }
  }
  return missing;
}

function parseFile({ name, text }: ProtoSource, root: protobuf.Root): ProtoFile {
  try {
    const parsed = protobuf.parse(text, root, { keepCase: true });
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const syntax = /\b(?:syntax|edition)\s*=\s*["']([^"']+)["']/.exec(code)?.[1] ?? 'proto2';
    return { name, syntax, package: parsed.package ?? '' };
  } catch (cause) {
    throw gateError('GATE_PROTO_INVALID', `${name} cannot be read`, cause);
  }
}

interface Collected {
  readonly messages: Map<string, Message>;
  readonly enums: Map<string, Enum>;
  readonly services: Map<string, ReadonlyMap<string, string>>;
}

function collect(namespace: protobuf.NamespaceBase, into: Collected, missing: ReadonlySet<string>): void {
  for (const part of namespace.nestedArray) {
    const name = full(part);
    if (missing.has(name)) continue;
    if (part instanceof protobuf.Enum) into.enums.set(name, enumOf(part));
    else if (part instanceof protobuf.Service) into.services.set(name, methodsOf(part));
    else if (part instanceof protobuf.Type) into.messages.set(name, messageOf(part, missing));
    if (part instanceof protobuf.Namespace) collect(part, into, missing);
  }
}

const full = (part: protobuf.ReflectionObject): string => part.fullName.replace(/^\./, '');

const messageOf = (type: protobuf.Type, missing: ReadonlySet<string>): Message => ({
  fields: type.fieldsArray.map((field) => fieldOf(field, missing)),
  reserved: reservation(type.reserved),
  extensions: rangesOf(type.extensions),
  isMessageSet: type.options?.message_set_wire_format === true,
});

/** The library leaves them out where there are none, whatever its types say. */
const rangesOf = (ranges: readonly (readonly number[])[] | undefined): readonly (readonly [number, number])[] =>
  (ranges ?? []).map(([from = 0, to = from]) => [from, to] as const);

function fieldOf(field: protobuf.Field, missing: ReadonlySet<string>): ProtoField {
  const { kind, type } = typeOf(field, missing);
  const isMap = field instanceof protobuf.MapField;
  return {
    name: field.name,
    number: field.id,
    kind,
    type,
    label: isMap ? 'map' : field.repeated ? 'repeated' : 'single',
    keyType: isMap ? field.keyType : undefined,
    isRequired: field.required,
    // The library answers with the oneof, or the extension.
    hasPresence: kind === 'message' || kind === 'group' || Boolean(field.hasPresence),
    oneof: field.options?.proto3_optional ? undefined : field.partOf?.name,
    // Set when it was resolved.
    jsonName: field.jsonName ?? field.name,
    default: field.options?.default === undefined ? undefined : String(field.options.default),
    firstNumber: firstNumber(field),
    isTextChecked:
      [type, isMap ? field.keyType : ''].includes('string') && featuresOf(field).utf8_validation === 'VERIFY',
  };
}

/** A closed enum may start at any number: the value that is written first stands for what is left out. */
function firstNumber(field: protobuf.Field): number | undefined {
  const type = field.resolvedType;
  if (!(type instanceof protobuf.Enum) || field.repeated || field.required) return undefined;
  return field.options?.default === undefined ? Object.values(type.values)[0] : undefined;
}

function typeOf(field: protobuf.Field, missing: ReadonlySet<string>): Pick<ProtoField, 'kind' | 'type'> {
  if (field.type in protobuf.types.basic) return { kind: 'scalar', type: field.type };
  try {
    const resolved = field.resolve().resolvedType;
    if (resolved && missing.has(full(resolved))) return { kind: kindOfMissing(full(resolved)), type: full(resolved) };
    if (resolved instanceof protobuf.Enum) return { kind: 'enum', type: full(resolved) };
    if (resolved) return { kind: field.delimited ? 'group' : 'message', type: full(resolved) };
  } catch {
    // What no stand-in could be made for.
  }
  return { kind: kindOfMissing(field.type), type: field.type };
}

/** These come with every protobuf library and never change. */
const kindOfMissing = (type: string): ProtoField['kind'] =>
  type.startsWith('google.protobuf.') ? 'message' : 'unknown';

const enumOf = (part: protobuf.Enum): Enum => ({
  values: Object.entries(part.values).map(([name, number]) => ({ name, number })),
  reserved: reservation(part.reserved),
  isClosed: featuresOf(part).enum_type === 'CLOSED',
});

/** What syntax, edition and options come to; the library resolves it and does not tell it in its types. */
function featuresOf(part: protobuf.ReflectionObject): Readonly<Record<string, unknown>> {
  const features: unknown = Reflect.get(part, '_features');
  return isObject(features) ? features : {};
}

const methodsOf = (service: protobuf.Service): ReadonlyMap<string, string> =>
  new Map(
    service.methodsArray.map((method) => {
      const stream = (is: boolean | undefined): string => (is ? 'stream ' : '');
      const request = stream(method.requestStream) + method.requestType;
      return [method.name, `(${request}) returns (${stream(method.responseStream)}${method.responseType})`] as const;
    }),
  );

function reservation(reserved: readonly (number[] | string)[] | undefined): Reservation {
  const parts = reserved ?? [];
  return {
    ranges: parts.flatMap((part) => (Array.isArray(part) ? [[part[0] ?? 0, part[1] ?? part[0] ?? 0] as const] : [])),
    names: new Set(parts.filter((part) => typeof part === 'string')),
  };
}
