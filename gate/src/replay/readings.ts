import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Idl } from '../idl/model.ts';
import { replay } from '../rules/replay.ts';
import { placesIn } from './fields.ts';
import type { AccountDump } from './recording.ts';

/** The accounts that a release left, read by its own IDL and by the candidate's: a field of one name holds the same bytes. */
export function compareReadings(dumps: readonly AccountDump[], was: Idl, now: Idl, path: string): readonly Finding[] {
  return dumps.flatMap(({ address, data }) => {
    const bytes = Buffer.from(data, 'base64');
    const after = new Map(placesIn(now, bytes).map((place) => [place.path, place]));
    const wrong = placesIn(was, bytes).flatMap(({ path: field, from, to, isSpare }) => {
      const place = after.get(field);
      if (!place || isSpare) return [];
      const [before, read] = [bytes.subarray(from, to), bytes.subarray(place.from, place.to)];
      return before.equals(read) ? [] : [`${field}: was ${before.toString('hex')}, reads ${read.toString('hex')}`];
    });
    const [first] = wrong;
    const more = wrong.length > 1 ? `; and ${wrong.length - 1} more` : '';
    return first === undefined ? [] : [finding(replay.read, `${path}/${address}`, first + more)];
  });
}
