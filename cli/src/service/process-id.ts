import { startTimeOf } from '../process-start.ts';
import { serviceError } from './errors.ts';

/** A process, told from every later one that gets its number. */
export interface ProcessId {
  readonly pid: number;
  /** As `startTimeOf` says it. */
  readonly started: string;
}

/** Undefined when no such process runs. */
export function processId(pid: number): ProcessId | undefined {
  const started = startTimeOf(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether this very process runs. */
export const isRunning = ({ pid, started }: ProcessId): boolean => startTimeOf(pid) === started;

/** @throws LockstepError SERVICE_UNSUPPORTED */
export function requireProcessIds(): void {
  if (startTimeOf(process.pid) === undefined) throw serviceError('SERVICE_UNSUPPORTED', 'this system has no /proc');
}
