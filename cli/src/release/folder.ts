import { LockstepError } from '#client/errors';

/** Every build that ever ran; releases/README.md says what is where. */
export const RELEASES = new URL('../../../releases/', import.meta.url);

export const COMPONENTS = ['settlement', 'relayer', 'feeder'] as const;
export type Component = (typeof COMPONENTS)[number];

/** Names of releases, which also name folders: nothing that leads elsewhere. */
export const SEMVER = /^\d+\.\d+\.\d+(?:\+[0-9a-z-]+)?$/;

export const releaseMissing = (what: string, cause?: unknown): LockstepError =>
  new LockstepError(
    'RELEASE_MISSING',
    cause === undefined ? what : `${what} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    'Restore releases/ from the repository; releases/README.md says what belongs there.',
    { cause },
  );

export const releaseAltered = (what: string, cause?: unknown): LockstepError =>
  new LockstepError(
    'RELEASE_ALTERED',
    what,
    'Do not run it. A released build never changes: take its folder from the repository again.',
    { cause },
  );
