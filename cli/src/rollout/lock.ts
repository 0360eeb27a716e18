import { mkdirSync } from 'node:fs';
import { LockstepError } from '#client';
import { holdLock, isLockHeld } from '../process-lock.ts';
import type { Kind } from './journal.ts';
import { changesFolder } from './journal.ts';

/**
 * Makes this process the only one that carries out operations of this kind at the site, until what is answered is called or it ends,
 * however it does.
 * @throws LockstepError OPERATION_RUNNING
 */
export async function locked(siteFolder: string, kind: Kind): Promise<() => void> {
  const unlock = await holdLock(kind, madeFolder(siteFolder));
  if (unlock !== undefined) return unlock;
  throw new LockstepError(
    'OPERATION_RUNNING',
    `another process is carrying out a ${kind} of this site`,
    `Wait for it, or end it and run the same command again: a ${kind} goes on where it was.`,
  );
}

/** Whether any process carries one out. */
export const isLocked = (siteFolder: string, kind: Kind): Promise<boolean> => isLockHeld(kind, madeFolder(siteFolder));

function madeFolder(siteFolder: string): string {
  const folder = changesFolder(siteFolder);
  mkdirSync(folder, { recursive: true });
  return folder;
}
