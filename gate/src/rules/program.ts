import { rules } from '../finding.ts';

/** Error codes, which clients act on. */
export const errorCode = rules('ERR', 'old-client', {
  renumbered: {
    number: 1,
    severity: 'breaking',
    title: 'error has another code',
    why: 'Clients that act on the old code take one failure for another: what should be retried is dropped, or the reverse.',
    fix: 'Append errors, or number them explicitly.',
  },
  reused: {
    number: 2,
    severity: 'breaking',
    title: 'error code given to another error',
    why: 'Clients take the new failure for the old one.',
    fix: 'Give it the next free code; a retired code stays unused.',
  },
  renamed: {
    number: 3,
    severity: 'warning',
    title: 'error renamed',
    why: 'The code is the same; source that names it does not compile any more.',
    fix: 'Tell client authors.',
  },
  deleted: {
    number: 4,
    severity: 'warning',
    title: 'error removed',
    why: 'Nobody gets it any more; its code must not be given to another.',
    fix: 'Keep it as retired.',
  },
  added: {
    number: 5,
    severity: 'safe',
    title: 'error added',
    why: 'Old clients show its number.',
    fix: 'Nothing to do.',
  },
  message: {
    number: 6,
    severity: 'safe',
    title: 'error message changed',
    why: 'Clients act on codes.',
    fix: 'Nothing to do.',
  },
  shared: {
    number: 7,
    severity: 'breaking',
    direction: 'release',
    title: 'two errors with one code',
    why: 'Clients cannot tell them apart: what should be retried is dropped, or the reverse.',
    fix: 'Give each a code of its own; the next free one to the new error.',
  },
});

/** Constants, which clients compile in. */
export const constant = rules('CON', 'old-client', {
  identity: {
    number: 1,
    severity: 'breaking',
    title: 'seed, version or offset constant changed',
    why: 'Clients derive addresses, choose layouts and find bytes by it: they look in the wrong place.',
    fix: 'Restore it; a new seed, version or offset is another constant.',
  },
  changed: {
    number: 2,
    severity: 'warning',
    title: 'constant changed',
    why: 'Clients have the old value compiled in.',
    fix: 'Check what clients do with it.',
  },
  deleted: {
    number: 3,
    severity: 'warning',
    title: 'constant removed',
    why: 'Clients have it compiled in; source that names it does not compile any more.',
    fix: 'Tell client authors.',
  },
  added: { number: 4, severity: 'safe', title: 'constant added', why: 'Nobody reads it yet.', fix: 'Nothing to do.' },
  retyped: {
    number: 5,
    severity: 'warning',
    title: 'constant has another type',
    why: 'Generated clients change.',
    fix: 'Tell client authors.',
  },
});

/** Types that no account, argument or event reaches: they stand for bytes that travel inside others. */
export const looseType = rules('TYP', 'old-bytes', {
  deleted: {
    number: 1,
    severity: 'warning',
    title: 'type removed that nothing refers to',
    why: 'It may describe bytes inside an opaque argument or account.',
    fix: 'Be sure that nobody writes or holds such bytes.',
  },
  changed: {
    number: 2,
    severity: 'silent',
    title: 'type that nothing refers to has another layout',
    why: 'It describes bytes that travel inside others (`Vec<u8>`, a slab): they are read as something else.',
    fix: 'Give the new layout a name and a version of its own.',
  },
  noted: {
    number: 3,
    severity: 'warning',
    title: 'type that nothing refers to changed harmlessly',
    why: 'Its bytes stay where they were; or its IDL is of the form that lists types nothing was ever stored in.',
    fix: 'Check who reads them.',
  },
  unknown: {
    number: 4,
    severity: 'unknown',
    title: 'type that nothing refers to cannot be judged',
    why: 'Part of it is a construct the checker does not know.',
    fix: 'Prove it, then waive this rule for the path.',
  },
  added: {
    number: 5,
    severity: 'safe',
    title: 'type added that nothing refers to',
    why: 'No bytes of it exist.',
    fix: 'Nothing to do.',
  },
});

/** The IDL as a whole. */
export const meta = rules('IDL', 'release', {
  address: {
    number: 1,
    severity: 'breaking',
    direction: 'old-client',
    title: 'program address changed',
    why: 'It is another program: old accounts belong to the one before, and clients call it.',
    fix: 'Restore the address, or plan it as a hard fork.',
  },
  spec: {
    number: 2,
    severity: 'warning',
    title: 'IDL is of another spec',
    why: 'Clients generated for one form may not read the other.',
    fix: 'Publish both, or tell client authors.',
  },
  notBumped: {
    number: 3,
    severity: 'warning',
    title: 'IDL changed, its version did not',
    why: 'Nobody can tell from the version which of the two a program is; a build of its own (`0.2.0+lite`) says so in its manifest.',
    fix: 'Raise the version of the program.',
  },
  backward: {
    number: 4,
    severity: 'warning',
    title: 'version went backward',
    why: 'Either the sides are swapped or an older build is taken for a newer one.',
    fix: 'Swap OLD and NEW, or raise the version.',
  },
  bumpTooSmall: {
    number: 5,
    severity: 'warning',
    title: 'version says compatible, the change is not',
    why: 'A patch (below 1.0: too; from 1.0 on: a minor) version promises that everything goes on working.',
    fix: 'Raise the part of the version that announces a break.',
  },
  renamed: {
    number: 6,
    severity: 'warning',
    title: 'program renamed',
    why: 'Generated clients are called differently.',
    fix: 'Tell client authors.',
  },
});
