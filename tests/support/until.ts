import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;
/** Long enough for a machine that has other things to do; reached only when a test fails. */
const DEADLINE_MS = 300_000;

/** Waits for a condition; throws when it does not come true. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${isTrue}`);
    await sleep(POLL_MS);
  }
}
