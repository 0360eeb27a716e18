import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const NAME_DIGITS = 32;

/**
 * What one process on a machine may do in a folder at a time. The lock is the name of an abstract socket, so no crash leaves it behind.
 * @param folder must exist; however it is spelt, it is the same lock
 */
function socketName(what: string, folder: string): string {
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, NAME_DIGITS);
  return `\0lockstep-${what}-${name}`;
}

/** Takes the lock until what is answered is called or the process ends, however it does; undefined while another one holds it. */
export function holdLock(what: string, folder: string): Promise<(() => void) | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(socketName(what, folder), () => resolve(() => void server.close()));
  });
}

/** Whether any process holds the lock. */
export function isLockHeld(what: string, folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketName(what, folder));
    const answer = (isHeld: boolean) => {
      socket.destroy();
      resolve(isHeld);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
