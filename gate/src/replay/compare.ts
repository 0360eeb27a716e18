import type { Finding, Rule } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Idl } from '../idl/model.ts';
import { replay } from '../rules/replay.ts';
import type { Place } from './fields.ts';
import { placeAt, placesIn } from './fields.ts';
import type { Change, Outcome } from './recording.ts';

/** What is needed to say of a difference what it means. */
export interface Meaning {
  /** IDL of the release, which names fields and errors. */
  readonly idl: Idl | undefined;
  /** The bytes that an account had before the step. */
  before(address: string): Uint8Array;
}

/** What a release did with one transaction, against what the candidate does with it. */
export function compareOutcomes(was: Outcome, now: Outcome, path: string, meaning: Meaning): readonly Finding[] {
  const told = (error: number | string): string => {
    const known = meaning.idl?.errors.find(({ code }) => code === error);
    return known ? `${known.name} (${error})` : String(error);
  };
  if ('refused' in was) {
    if (!('refused' in now)) return [finding(replay.taken, path, `it was refused with ${told(was.refused.error)}`)];
    const isSame = was.refused.error === now.refused.error && was.refused.instruction === now.refused.instruction;
    const detail = `was ${told(was.refused.error)}, is ${told(now.refused.error)}`;
    return isSame ? [] : [finding(replay.otherRefusal, path, detail)];
  }
  if ('refused' in now) return [finding(replay.refused, path, `it is refused with ${told(now.refused.error)}`)];
  return [
    ...compareEvents(was.events, now.events, path, meaning),
    ...compareChanges(was.changes, now.changes, path, meaning),
  ];
}

function compareEvents(
  was: readonly string[],
  now: readonly string[],
  path: string,
  { idl }: Meaning,
): readonly Finding[] {
  const left = [...now];
  const missing = was.filter((event) => {
    const at = left.indexOf(event);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const [first] = missing;
  if (first !== undefined) {
    return [finding(replay.events, path, `${nameOf(first, idl)} is not what it was: ${shortened(first)} is gone`)];
  }
  if (was.join() !== now.filter((event) => was.includes(event)).join())
    return [finding(replay.events, path, 'the events come in another order')];
  return left.map((event) => finding(replay.moreEvents, path, `${nameOf(event, idl)}: ${shortened(event)}`));
}

const nameOf = (event: string, idl: Idl | undefined): string =>
  idl?.events.find(({ discriminator }) => event.startsWith(Buffer.from(discriminator).toString('hex')))?.name ??
  'an event without a name in the IDL';

const SHOWN = 48;
const shortened = (hex: string): string => (hex.length > SHOWN ? `${hex.slice(0, SHOWN)}…` : hex);

function compareChanges(
  was: readonly Change[],
  now: readonly Change[],
  path: string,
  meaning: Meaning,
): readonly Finding[] {
  const addresses = [...new Set([...was, ...now].map(({ address }) => address))];
  return addresses.flatMap((address) => {
    const [before, after] = [was, now].map((changes) => changes.find((change) => change.address === address));
    return compareAccount(before, after, `${path}/${address}`, meaning);
  });
}

function compareAccount(
  was: Change | undefined,
  now: Change | undefined,
  path: string,
  meaning: Meaning,
): readonly Finding[] {
  const address = was?.address ?? now?.address ?? '';
  for (const part of ['owner', 'bytes', 'lamports'] as const) {
    if (was?.[part] === now?.[part]) continue;
    const [before, after] = [was, now].map((change) => change?.[part] ?? 'as before');
    return [finding(replay.state, path, `${part}: was ${before}, is ${after}`)];
  }
  const [expected, seen] = [was, now].map((change) => applied(meaning.before(address), change));
  if (!expected || !seen) return [];
  const places = meaning.idl ? placesIn(meaning.idl, expected) : [];
  const found = new Map<Rule, string[]>();
  for (const place of wrong(expected, seen, places)) {
    const rule = place.isSpare ? replay.spare : replay.state;
    found.set(rule, [...(found.get(rule) ?? []), place.detail]);
  }
  return [...found].map(([rule, details]) => finding(rule, path, summary(details)));
}

/** An account's bytes after a change. */
export function applied(before: Uint8Array, change: Change | undefined): Uint8Array {
  if (!change) return before;
  const data = change.bytes === undefined ? Buffer.from(before) : Buffer.alloc(change.bytes);
  for (const [offset, bytes] of change.pieces) data.write(bytes, offset, 'hex');
  return data;
}

const LISTED = 4;
const summary = (details: readonly string[]): string =>
  details.length <= LISTED
    ? details.join('; ')
    : `${details.slice(0, LISTED).join('; ')}; and ${details.length - LISTED} more`;

const NUMBER = 8;

/** Each field, or each eight bytes behind the fields, that differs. */
function wrong(was: Uint8Array, now: Uint8Array, places: readonly Place[]) {
  const end = places.at(-1)?.to ?? 0;
  const behind = Array.from({ length: Math.ceil((was.length - end) / NUMBER) }, (_, i) => ({
    from: end + i * NUMBER,
    to: end + (i + 1) * NUMBER,
    isSpare: false,
  }));
  return [...places, ...behind].flatMap(({ from, to, isSpare }) => {
    for (let at = from; at < to; at += 1) {
      if (was[at] === now[at]) continue;
      const [start, stop] = to - from <= NUMBER ? [from, to] : [at, at + 1];
      const shown = [was, now].map((bytes) => Buffer.from(bytes.subarray(start, stop)).toString('hex'));
      return [{ isSpare, detail: `${placeAt(places, at)}: was ${shown[0]}, is ${shown[1]}` }];
    }
    return [];
  });
}
