import { holdLock } from '../process-lock.ts';
import { serviceError } from './errors.ts';

/**
 * Makes this process the one supervisor of a root on this machine, until what is answered is called or the process ends, however it does.
 * @throws LockstepError SERVICE_RUNNING
 */
export async function holdRoot(root: string): Promise<() => void> {
  const release = await holdLock('service', root);
  if (release !== undefined) return release;
  throw serviceError('SERVICE_RUNNING', `another supervisor runs the service in ${root}`);
}
