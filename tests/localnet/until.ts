import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
/** Long enough for a machine that has other things to do; reached only when a test fails. */
const DEADLINE_MS = 60_000;

/** Waits for a condition; throws when it does not come true. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${condition}`);
    await sleep(POLL_MS);
  }
}

/** Acts again and again until a condition holds: what was subscribed a moment ago may not be in force yet. */
export async function actUntil(act: () => Promise<unknown>, condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await act();
    for (let wait = 0; wait < 100 && !condition(); wait += 1) await sleep(POLL_MS * 2);
    if (condition()) return;
  }
  throw new Error(`Acted in vain for ${condition}`);
}
