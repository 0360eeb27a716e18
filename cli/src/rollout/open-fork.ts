import { LockstepError } from '#client';
import type { Entry, Operation } from './journal.ts';

/** A hard fork that is to be seen through, or taken back. */
export const isOpenFork = ({ kind, state }: Operation): boolean =>
  kind === 'hardfork' && state !== 'done' && state !== 'aborted';

/** What changes releases or versions stays away from one. @throws LockstepError HARDFORK_UNFINISHED */
export function requireNoFork(newest: Entry | undefined): void {
  if (newest === undefined || !isOpenFork(newest.operation)) return;
  throw new LockstepError(
    'HARDFORK_UNFINISHED',
    `a hard fork is under way: ${newest.operation.message ?? 'it was ended'}`,
    'Finish it first with the same `lockstep hardfork --plan`, or take it back with --abort.',
  );
}
