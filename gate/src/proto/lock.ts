import { gateError } from '../errors.ts';
import { isObject } from '../idl/json.ts';

/** The numbers that a message's fields have for ever, those that are gone among them. */
export interface LockedMessage {
  readonly fields: ReadonlyMap<string, number>;
  readonly reserved: ReadonlyMap<string, number>;
}

/** The lock of field numbers: messages by their name without a package. */
export interface FieldLock {
  readonly file: string;
  readonly messages: ReadonlyMap<string, LockedMessage>;
}

/** @throws LockstepError GATE_LOCK_INVALID */
export function parseLock(text: string, file: string): FieldLock {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw gateError('GATE_LOCK_INVALID', `${file} is no JSON`, cause);
  }
  if (!isObject(json)) throw gateError('GATE_LOCK_INVALID', `${file} is no object of messages`);
  const messages = Object.entries(json).map(([name, message]) => [name, lockedMessage(message, name, file)] as const);
  return { file, messages: new Map(messages) };
}

function lockedMessage(value: unknown, name: string, file: string): LockedMessage {
  const parts = isObject(value) ? value : {};
  const numbers = (part: unknown): ReadonlyMap<string, number> => {
    if (!isObject(part)) throw gateError('GATE_LOCK_INVALID', `${file}: ${name} has no fields or no reserved`);
    return new Map(
      Object.entries(part).map(([field, entry]) => {
        const number = isObject(entry) ? entry.number : entry;
        if (typeof number === 'number' && Number.isInteger(number) && number > 0) return [field, number];
        throw gateError('GATE_LOCK_INVALID', `${file}: ${name}.${field} has no number`);
      }),
    );
  };
  return { fields: numbers(parts.fields), reserved: numbers(parts.reserved) };
}
