import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Acts again and again until a condition holds: what was subscribed a moment ago may not be in force yet. */
export async function actUntil(act: () => Promise<unknown>, condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await act();
    for (let wait = 0; wait < 100 && !condition(); wait += 1) await sleep(POLL_MS * 2);
    if (condition()) return;
  }
  throw new Error(`Acted in vain for ${condition}`);
}
