/** Words of a name, numbers among them, in lower case: `lastUpdateTs2` is last, update, ts, 2. */
function wordsOf(name: string): readonly string[] {
  const apart = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Za-z])(\d)/g, '$1 $2');
  return apart.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
}

const TELLING = 3;

/**
 * Whether two names of a field can hardly mean the same: both say it in several words, and share none, nor the start of one.
 * A single word says too little: an owner may be called authority.
 */
export function isUnrelated(was: string, now: string): boolean {
  const [old, next] = [wordsOf(last(was)), wordsOf(last(now))];
  const isSaid = [old, next].every((words) => words.filter(({ length }) => length >= TELLING).length >= 2);
  return isSaid && !old.some((word) => next.some((other) => isAlike(word, other)));
}

const last = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The same, or a beginning of the other: `qty` and `quantity` are not, `auth` and `authority` are. */
function isAlike(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short === long || (short.length >= TELLING && long.startsWith(short));
}
