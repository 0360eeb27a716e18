/**
 * The lock of protobuf field numbers. An engine that was built years ago still writes number 4, so a number belongs to one
 * name and one type for ever: new fields take the next free number, removed ones leave their number and name reserved.
 */

export interface WireField {
  readonly name: string;
  readonly type: string;
}

export interface LockedMessage {
  readonly fields: Readonly<Record<string, { readonly number: number; readonly type: string }>>;
  readonly reserved: Readonly<Record<string, number>>;
}

export type FieldNumbers = Readonly<Record<string, LockedMessage>>;

export class FieldNumberError extends Error {
  override readonly name = 'FieldNumberError';
}

const MAX_FIELD_NUMBER = 2 ** 29 - 1;
/** Numbers protobuf keeps for itself. */
const PROTOBUF_OWN = { first: 19_000, last: 19_999 } as const;

/**
 * The lock after the message has these fields.
 * @throws FieldNumberError when a locked field would change its type, a reserved name would come back, or the lock itself
 * gives a number twice.
 */
export function lockFields(
  message: string,
  locked: LockedMessage | undefined,
  fields: readonly WireField[],
): LockedMessage {
  const before: LockedMessage = locked ?? { fields: {}, reserved: {} };
  checkLock(message, before);
  checkFields(message, before, fields);

  const taken = numbersOf(before);
  const numbered = fields.map(({ name, type }) => {
    const number = before.fields[name]?.number ?? nextNumber(taken);
    taken.push(number);
    return [name, { number, type }] as const;
  });
  const present = new Set(fields.map(({ name }) => name));
  const removed = Object.entries(before.fields).filter(([name]) => !present.has(name));
  return {
    fields: Object.fromEntries(numbered.sort(([, a], [, b]) => a.number - b.number)),
    reserved: { ...before.reserved, ...Object.fromEntries(removed.map(([name, { number }]) => [name, number])) },
  };
}

function numbersOf(message: LockedMessage): number[] {
  return [...Object.values(message.fields).map(({ number }) => number), ...Object.values(message.reserved)];
}

function nextNumber(taken: readonly number[]): number {
  const next = Math.max(0, ...taken) + 1;
  return next >= PROTOBUF_OWN.first && next <= PROTOBUF_OWN.last ? PROTOBUF_OWN.last + 1 : next;
}

function checkLock(message: string, lock: LockedMessage): void {
  const seen = new Set<number>();
  for (const number of numbersOf(lock)) {
    if (!Number.isInteger(number) || number < 1 || number > MAX_FIELD_NUMBER) {
      throw new FieldNumberError(`${message}: ${number} is no protobuf field number`);
    }
    if (seen.has(number)) throw new FieldNumberError(`${message}: the lock gives number ${number} twice`);
    seen.add(number);
  }
}

function checkFields(message: string, lock: LockedMessage, fields: readonly WireField[]): void {
  const seen = new Set<string>();
  for (const { name, type } of fields) {
    if (seen.has(name)) throw new FieldNumberError(`${message}.${name} is there twice`);
    seen.add(name);
    const reserved = lock.reserved[name];
    if (reserved !== undefined) {
      throw new FieldNumberError(
        `${message}.${name} was removed and keeps number ${reserved}: give the new field another name`,
      );
    }
    const locked = lock.fields[name];
    if (locked !== undefined && locked.type !== type) {
      throw new FieldNumberError(
        `${message}.${name} is ${locked.type} for ever and can not become ${type}: add a field, or a message of the next version`,
      );
    }
  }
}
