import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { FieldLock, LockedMessage } from '../proto/lock.ts';
import type { Message, Proto } from '../proto/model.ts';
import { wire } from '../rules/wire.ts';

/** Whether the messages have the numbers that a lock gives them: the lock beside them, and that of any release. */
export function checkLocked(proto: Proto, lock: FieldLock, isOwn: boolean): readonly Finding[] {
  return [...proto.messages].flatMap(([full, message]) => {
    const locked = lock.messages.get(short(full));
    return locked ? compareNumbers(message, locked, `proto/${full}`, isOwn) : [];
  });
}

const short = (full: string): string => full.slice(full.lastIndexOf('.') + 1);

function compareNumbers(message: Message, locked: LockedMessage, path: string, isOwn: boolean): readonly Finding[] {
  const owners = ownersOf(locked);
  return message.fields.flatMap(({ name, number }) => {
    const place = `${path}/${name}`;
    const owner = owners.get(number);
    if (owner !== undefined && owner !== name) {
      const gone = locked.reserved.has(owner) ? ', which is gone' : '';
      return [finding(wire.lockedNumber, place, `${number} belongs to ${owner}${gone}`)];
    }
    const own = locked.fields.get(name) ?? locked.reserved.get(name);
    if (own !== undefined && own !== number)
      return [finding(wire.lockedNumber, place, `its number is ${own}, not ${number}`)];
    return own === undefined && isOwn ? [finding(wire.unlocked, place, `${number} is not in the lock`)] : [];
  });
}

const ownersOf = ({ fields, reserved }: LockedMessage): ReadonlyMap<number, string> =>
  new Map([...reserved, ...fields].map(([name, number]) => [number, name]));

/** Entries of an old lock that the new one does not have: their numbers could be given away. */
export function compareLocks(was: FieldLock, now: FieldLock): readonly Finding[] {
  return [...was.messages].flatMap(([name, before]) => {
    const after = now.messages.get(name);
    const path = `lock/${name}`;
    if (!after) return [finding(wire.lockLost, path, 'the message is gone from the lock')];
    const owners = ownersOf(after);
    return [...ownersOf(before)].flatMap(([number, owner]) => {
      const next = owners.get(number);
      if (next === owner) return [];
      const what = next === undefined ? 'is free again' : `belongs to ${next} now`;
      return [finding(next === undefined ? wire.lockLost : wire.lockedNumber, `${path}/${owner}`, `${number} ${what}`)];
    });
  });
}
