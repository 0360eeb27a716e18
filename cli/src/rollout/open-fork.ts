import { LockstepError } from '#client';
import type { Entry, Operation } from './journal.ts';

/** The step of a fork that only looks. */
export const PREFLIGHT = 'preflight';

/** One that has neither come to its end nor been taken back, whatever it has done so far. */
export const isUnfinishedFork = ({ kind, state }: Operation): boolean =>
  kind === 'hardfork' && state !== 'done' && state !== 'aborted';

/** A hard fork that is to be seen through, or taken back. One that was refused before it changed anything is as good as never begun. */
export const isOpenFork = (operation: Operation): boolean =>
  isUnfinishedFork(operation) && operation.steps.some(({ name }) => name !== PREFLIGHT);

/** What changes releases or versions stays away from one. @throws LockstepError HARDFORK_UNFINISHED */
export function requireNoFork(newest: Entry | undefined): void {
  if (newest === undefined || !isOpenFork(newest.operation)) return;
  throw new LockstepError(
    'HARDFORK_UNFINISHED',
    `a hard fork is under way: ${newest.operation.message ?? 'it was ended'}`,
    'Finish it first with the same `lockstep hardfork --plan`, or take it back with --abort.',
  );
}
