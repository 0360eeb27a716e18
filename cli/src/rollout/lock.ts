import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { LockstepError } from '#client';
import type { Kind } from './journal.ts';
import { changesFolder } from './journal.ts';

const NAME_DIGITS = 32;

/**
 * Makes this process the only one that carries out operations of this kind at the site, until what is answered is called or it ends,
 * however it does: the lock is a socket's name, which no crash leaves behind.
 * @throws LockstepError OPERATION_RUNNING
 */
export async function locked(siteFolder: string, kind: Kind): Promise<() => void> {
  const server = createServer((socket) => socket.destroy());
  await listening(server, socketName(siteFolder, kind), kind);
  return () => void server.close();
}

/** Whether any process carries one out. */
export function isLocked(siteFolder: string, kind: Kind): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketName(siteFolder, kind));
    const answer = (isHeld: boolean) => {
      socket.destroy();
      resolve(isHeld);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

function socketName(siteFolder: string, kind: Kind): string {
  const folder = changesFolder(siteFolder);
  mkdirSync(folder, { recursive: true });
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, NAME_DIGITS);
  return `\0lockstep-${kind}-${name}`;
}

function listening(server: Server, path: string, kind: Kind): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') return reject(cause);
      reject(
        new LockstepError(
          'OPERATION_RUNNING',
          `another process is carrying out a ${kind} of this site`,
          `Wait for it, or end it and run the same command again: a ${kind} goes on where it was.`,
        ),
      );
    });
    server.listen(path, resolve);
  });
}
