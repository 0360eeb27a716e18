import { rules } from '../finding.ts';

const NUMBERS =
  'A variant is stored as its place in the list: existing values become another variant, without an error.';

/** Enums, wherever they are: in accounts, arguments and events. */
export const enums = rules('ENU', 'old-bytes', {
  'variant-inserted': { number: 1, severity: 'silent', title: 'variant inserted', why: NUMBERS, fix: 'Append it.' },
  'variants-reordered': {
    number: 2,
    severity: 'silent',
    title: 'variants reordered',
    why: NUMBERS,
    fix: 'Restore the order.',
  },
  'variant-removed': {
    number: 3,
    severity: 'silent',
    title: 'variant removed from the middle',
    why: NUMBERS,
    fix: 'Keep it, marked as deprecated.',
  },
  'last-variant-removed': {
    number: 4,
    severity: 'breaking',
    title: 'last variant removed',
    why: 'Values of it exist and no longer decode.',
    fix: 'Keep it, marked as deprecated, until no value of it is left.',
  },
  'variant-appended': {
    number: 5,
    severity: 'warning',
    direction: 'new-client',
    title: 'variant appended',
    why: 'Old values decode as before; old programs, clients and indexers fail at the new one.',
    fix: 'Program first, then readers, and only then whoever writes the new variant. A rollback needs all values of it gone.',
  },
  'variant-renamed': {
    number: 6,
    severity: 'warning',
    title: 'variant renamed',
    why: 'The number is the same. If the meaning changed with the name, old values are wrong under the new one.',
    fix: 'Tell client authors; if the meaning changed, append a variant instead.',
  },
});
