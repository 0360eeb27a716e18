/** proto/lockstep/trade_v*.proto from the IDL: the same fields in the same order, numbered by the lock. */
import { type FieldNumbers, type LockedMessage, lockFields, type WireField } from './field-numbers.ts';
import { type Idl, type IdlField, structFields } from './idl.ts';

/** Which IDL type becomes which message in which file. A new version is a new line here. */
const MESSAGES = [
  { file: 'trade_v1.proto', message: 'TradeEventV1', idlType: 'TradeV1' },
  { file: 'trade_v2.proto', message: 'TradeEventV2', idlType: 'TradeV2' },
] as const;

export const PROTO_FOLDER = 'proto/lockstep';
export const LOCK_PATH = `${PROTO_FOLDER}/field-numbers.json`;

const PROTO_TYPES: Readonly<Record<string, string>> = {
  u8: 'uint32',
  u16: 'uint32',
  u32: 'uint32',
  u64: 'uint64',
  bool: 'bool',
};

const LINE_WIDTH = 110;

/** Path → content of the lock and of every .proto. */
export function protoFiles(idl: Idl, lock: FieldNumbers): Map<string, string> {
  const files = new Map<string, string>();
  const next: Record<string, LockedMessage> = { ...lock };
  for (const { file, message, idlType } of MESSAGES) {
    const fields = structFields(idl, idlType);
    const locked = lockFields(
      message,
      lock[message],
      fields.map((field) => wireField(idlType, field)),
    );
    next[message] = locked;
    files.set(`${PROTO_FOLDER}/${file}`, protoFile(message, idlType, fields, locked, idl));
  }
  files.set(LOCK_PATH, `${JSON.stringify(next, null, 2)}\n`);
  return files;
}

function wireField(idlType: string, field: IdlField): WireField {
  const type = typeof field.type === 'string' ? PROTO_TYPES[field.type] : undefined;
  if (type === undefined)
    throw new TypeError(`${idlType}.${field.name}: ${JSON.stringify(field.type)} has no protobuf type`);
  return { name: field.name, type };
}

function protoFile(
  message: string,
  idlType: string,
  fields: readonly IdlField[],
  locked: LockedMessage,
  idl: Idl,
): string {
  const docs = new Map(fields.map((field) => [field.name, documented(idlType, field)]));
  const typeDocs = idl.types.find(({ name }) => name === idlType)?.docs ?? [];
  const numbered = Object.entries(locked.fields);
  return [
    '// Generated from idl/settlement.json by `npm run generate`: never edit.',
    '// Field numbers are pinned in field-numbers.json and never change.',
    'syntax = "proto3";',
    '',
    'package lockstep;',
    '',
    ...comment(typeDocs.join(' '), ''),
    `message ${message} {`,
    ...reservations(locked),
    ...numbered.flatMap(([name, { number, type }], i) => [
      ...(i === 0 ? [] : ['']),
      ...comment(docs.get(name) ?? '', '  '),
      `  ${type} ${name} = ${number};`,
    ]),
    '}',
    '',
  ].join('\n');
}

function documented(idlType: string, field: IdlField): string {
  const text = (field.docs ?? []).join(' ').trim();
  if (text === '')
    throw new Error(`${idlType}.${field.name} has no doc comment: say its unit and range in the Rust source`);
  return text;
}

function reservations({ reserved }: LockedMessage): string[] {
  const entries = Object.entries(reserved).sort(([, a], [, b]) => a - b);
  if (entries.length === 0) return [];
  return [
    `  reserved ${entries.map(([, number]) => number).join(', ')};`,
    `  reserved ${entries.map(([name]) => `"${name}"`).join(', ')};`,
    '',
  ];
}

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text
    .replaceAll('`', '')
    .split(/\s+/)
    .filter((w) => w !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > LINE_WIDTH && line !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, ...(line === '' ? [] : [line])].map((l) => `${indent}// ${l}`);
}
