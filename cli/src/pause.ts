import { setTimeout as sleep } from 'node:timers/promises';

/** @throws the signal's reason when it is aborted first: Node itself would throw an AbortError that hides it */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
