import protobuf from 'protobufjs';
import { gateError } from '../errors.ts';
import type { Enum, Message, Proto, ProtoField, ProtoFile, Reservation } from './model.ts';

export interface ProtoSource {
  readonly name: string;
  readonly text: string;
}

/** Reads files that belong together. @throws LockstepError GATE_PROTO_INVALID */
export function parseProto(sources: readonly ProtoSource[]): Proto {
  const root = new protobuf.Root();
  const files = sources.map((source) => parseFile(source, root));
  try {
    root.resolveAll();
  } catch {
    // An import that is not there: what refers to it is found below, field by field.
  }
  const proto = { files, messages: new Map(), enums: new Map(), services: new Map() };
  collect(root, proto);
  return proto;
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

function collect(namespace: protobuf.NamespaceBase, into: Collected): void {
  for (const part of namespace.nestedArray) {
    const name = full(part);
    if (part instanceof protobuf.Enum) into.enums.set(name, enumOf(part));
    else if (part instanceof protobuf.Service) into.services.set(name, methodsOf(part));
    else if (part instanceof protobuf.Type) into.messages.set(name, messageOf(part));
    if (part instanceof protobuf.Namespace) collect(part, into);
  }
}

const full = (part: protobuf.ReflectionObject): string => part.fullName.replace(/^\./, '');

const messageOf = (type: protobuf.Type): Message => ({
  fields: type.fieldsArray.map(fieldOf),
  reserved: reservation(type.reserved),
});

function fieldOf(field: protobuf.Field): ProtoField {
  const { kind, type } = typeOf(field);
  const isMap = field instanceof protobuf.MapField;
  return {
    name: field.name,
    number: field.id,
    kind,
    type,
    label: isMap ? 'map' : field.repeated ? 'repeated' : 'single',
    keyType: isMap ? field.keyType : undefined,
    isRequired: field.required,
    hasPresence: kind === 'message' || kind === 'group' || field.hasPresence,
    oneof: field.options?.proto3_optional ? undefined : field.partOf?.name,
    default: field.options?.default === undefined ? undefined : String(field.options.default),
  };
}

function typeOf(field: protobuf.Field): Pick<ProtoField, 'kind' | 'type'> {
  if (field.type in protobuf.types.basic) return { kind: 'scalar', type: field.type };
  try {
    const resolved = field.resolve().resolvedType;
    if (resolved instanceof protobuf.Enum) return { kind: 'enum', type: full(resolved) };
    if (resolved) return { kind: field.delimited ? 'group' : 'message', type: full(resolved) };
  } catch {
    // Defined in a file that is not there.
  }
  // These come with every protobuf library and never change.
  return { kind: field.type.startsWith('google.protobuf.') ? 'message' : 'unknown', type: field.type };
}

const enumOf = (part: protobuf.Enum): Enum => ({
  values: Object.entries(part.values).map(([name, number]) => ({ name, number })),
  reserved: reservation(part.reserved),
});

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
