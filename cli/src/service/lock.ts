import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { serviceError } from './errors.ts';

const NAME_DIGITS = 32;

/**
 * Makes this process the one supervisor of a root on this machine, until what is answered is called or the process ends, however it does:
 * the lock is a socket's name, which no crash leaves behind.
 * @throws LockstepError SERVICE_RUNNING
 */
export async function holdRoot(root: string): Promise<() => void> {
  const name = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, NAME_DIGITS);
  const server = createServer((socket) => socket.destroy());
  await listening(server, `\0lockstep-service-${name}`, root);
  return () => void server.close();
}

function listening(server: Server, path: string, root: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') reject(cause);
      else reject(serviceError('SERVICE_RUNNING', `another supervisor runs the service in ${root}`, { cause }));
    });
    server.listen(path, resolve);
  });
}
