import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { proto as rule } from '../rules/proto.ts';
import type { Message, ProtoField } from './model.ts';
import { droppedExtensions, droppedReservations, isReserved } from './reservations.ts';
import { typeRule } from './types.ts';

interface Names {
  /** What a name of the old side is called now. */
  readonly local: (name: string) => string;
  /** Messages of the new side. */
  readonly messages: ReadonlyMap<string, Message>;
}

/** A field is its number: names are for people and JSON. */
export function compareMessage(was: Message, now: Message, path: string, names: Names): readonly Finding[] {
  const byNumber = new Map(now.fields.map((field) => [field.number, field]));
  const oldNumbers = new Set(was.fields.map(({ number }) => number));
  const kept = was.fields.flatMap((field) => {
    const found = byNumber.get(field.number);
    return found ? compareField(field, found, { was, now, path, ...names }) : [removed(field, now, path)];
  });
  const added = now.fields
    .filter(({ number }) => !oldNumbers.has(number))
    .flatMap((field) => addedField(field, was, path));
  const used = new Set(byNumber.keys());
  return [
    ...kept,
    ...added,
    ...droppedReservations(was.reserved, now.reserved, used, path),
    ...droppedExtensions(was, now, used, path),
    ...(was.isMessageSet === now.isMessageSet
      ? []
      : [finding(rule.messageSet, path, now.isMessageSet ? 'it is one now' : 'it was one')]),
  ];
}

const typeText = ({ label, keyType, type }: ProtoField): string =>
  label === 'map' ? `map<${keyType}, ${type}>` : label === 'repeated' ? `repeated ${type}` : type;

function removed(field: ProtoField, now: Message, path: string): Finding {
  const place = `${path}/${field.name}`;
  const elsewhere = now.fields.find(({ name }) => name === field.name);
  if (elsewhere) return finding(rule.renumbered, place, `was ${field.number}, is ${elsewhere.number}`);
  if (field.isRequired) return finding(rule.required, place, 'it was required, and is gone');
  const which = isReserved(now.reserved, field.number) ? rule.fieldReserved : rule.fieldDeleted;
  return finding(which, place, `${field.number} was ${typeText(field)} ${field.name}`);
}

function addedField(field: ProtoField, was: Message, path: string): readonly Finding[] {
  const place = `${path}/${field.name}`;
  if (isReserved(was.reserved, field.number)) {
    return [finding(rule.numberReused, place, `${field.number} was reserved`)];
  }
  // Reported where its old number is missing.
  if (was.fields.some(({ name }) => name === field.name)) return [];
  const which = field.isRequired ? rule.required : rule.fieldAdded;
  return [finding(which, place, `${field.number} is new: ${typeText(field)}`)];
}

interface Place extends Names {
  readonly was: Message;
  readonly now: Message;
  readonly path: string;
}

function compareField(
  old: ProtoField,
  next: ProtoField,
  { was, now, path, local, messages }: Place,
): readonly Finding[] {
  const place = `${path}/${next.name}`;
  const before = { ...old, type: old.kind === 'scalar' ? old.type : local(old.type) };
  const detail = `${old.number} was ${typeText(old)} ${old.name}, is ${typeText(next)} ${next.name}`;
  const isSameType = before.type === next.type && before.label === next.label && before.keyType === next.keyType;
  if (old.name !== next.name) {
    const isMoved =
      now.fields.some(({ name }) => name === old.name) || was.fields.some(({ name }) => name === next.name);
    if (isMoved || !isSameType) return [finding(rule.numberReused, place, detail)];
  }
  const findings = old.name === next.name ? [] : [finding(rule.fieldRenamed, place, detail)];
  if (before.kind === 'unknown' && next.kind === 'unknown' && isSameType)
    findings.push(finding(rule.importUnread, `proto/imports/${next.type}`, `${next.type} is not in the files given`));
  else if (before.kind === 'unknown' || next.kind === 'unknown') findings.push(finding(rule.unknown, place, detail));
  else if (before.label !== next.label || before.keyType !== next.keyType)
    findings.push(finding(isMapAsList(before, next, messages) ? rule.mapAsList : rule.label, place, detail));
  else if (!isSameType || before.kind !== next.kind) findings.push(finding(typeRule(before, next), place, detail));
  else if (before.isTextChecked !== next.isTextChecked)
    findings.push(finding(next.isTextChecked ? rule.bytesToString : rule.stringToBytes, place, textDetail(next)));
  return [...findings, ...comparePresence(before, next, { was, now, path: place })];
}

const textDetail = ({ isTextChecked }: ProtoField): string =>
  isTextChecked
    ? 'what is no UTF-8 is refused now (utf8_validation)'
    : 'what is no UTF-8 is taken now (utf8_validation)';

/** On the wire a map is a list of messages: key under 1, value under 2. */
function isMapAsList(was: ProtoField, now: ProtoField, messages: ReadonlyMap<string, Message>): boolean {
  const fields =
    was.label === 'map' && now.label === 'repeated' && now.kind === 'message' && messages.get(now.type)?.fields;
  if (!fields) return false;
  const isPlain = fields.every(
    ({ label, isRequired, oneof }) => label === 'single' && !isRequired && oneof === undefined,
  );
  const [key, value] = [1, 2].map((number) => fields.find((field) => field.number === number));
  return (
    isPlain && fields.length === 2 && key?.type === was.keyType && value?.type === was.type && value?.kind === was.kind
  );
}

function comparePresence(
  old: ProtoField,
  next: ProtoField,
  { was, now, path }: Omit<Place, keyof Names>,
): readonly Finding[] {
  if (old.isRequired !== next.isRequired) {
    return [finding(rule.required, path, next.isRequired ? 'it is required now' : 'it was required')];
  }
  const findings: Finding[] = [];
  if (old.name === next.name && old.jsonName !== next.jsonName) {
    findings.push(finding(rule.jsonName, path, `was ${old.jsonName}, is ${next.jsonName}`));
  }
  if (isOtherOneof(old, next, was, now)) {
    findings.push(finding(rule.oneof, path, `was in ${old.oneof ?? 'none'}, is in ${next.oneof ?? 'none'}`));
  } else if (old.hasPresence !== next.hasPresence && old.label === next.label && old.kind === next.kind) {
    findings.push(finding(rule.presence, path, next.hasPresence ? 'it has presence now' : 'it had presence'));
  }
  if (old.default !== next.default) {
    findings.push(finding(rule.default, path, `was ${old.default ?? 'none'}, is ${next.default ?? 'none'}`));
  } else if (old.type === next.type && next.kind === 'enum' && old.firstNumber !== next.firstNumber) {
    const detail = `no default is written, and the first value of ${next.type} was ${old.firstNumber}, is ${next.firstNumber}`;
    findings.push(finding(rule.default, path, detail));
  }
  return findings;
}

/** A oneof is its members: one that only got another name, or more members, is the same. */
function isOtherOneof(old: ProtoField, next: ProtoField, was: Message, now: Message): boolean {
  if (old.oneof === undefined || next.oneof === undefined) return old.oneof !== next.oneof;
  const membersOf = ({ fields }: Message, oneof: string | undefined) =>
    new Set(fields.filter((field) => field.oneof === oneof).map(({ number }) => number));
  const [before, after] = [membersOf(was, old.oneof), membersOf(now, next.oneof)];
  const oldNumbers = new Set(was.fields.map(({ number }) => number));
  const stay = [...before].filter((number) => now.fields.some((field) => field.number === number));
  return (
    stay.some((number) => !after.has(number)) ||
    [...after].some((number) => oldNumbers.has(number) && !before.has(number))
  );
}
