import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessId } from './process-id.ts';
import { isRunning } from './process-id.ts';

const POLL_MS = 20;

/** Ends a process that is not our child: SIGTERM, and SIGKILL when it has not ended `stopMs` later. Returns when it is gone. */
export async function endProcess(process: ProcessId, stopMs: number): Promise<void> {
  const deadline = performance.now() + stopMs;
  for (let isKilled = !signal(process, 'SIGTERM'); isRunning(process); await sleep(POLL_MS)) {
    if (isKilled || performance.now() < deadline) continue;
    isKilled = true;
    signal(process, 'SIGKILL');
  }
}

/** Whether it was there to get it. */
function signal(target: ProcessId, name: NodeJS.Signals): boolean {
  try {
    return isRunning(target) && process.kill(target.pid, name);
  } catch {
    return false;
  }
}
