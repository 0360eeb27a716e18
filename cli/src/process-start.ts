import { readFileSync } from 'node:fs';

/** Fields of /proc/PID/stat behind the name, which may hold anything: the state is the first of them. */
const STATE_FIELD = 0;
const START_TIME_FIELD = 19;
/** A process that has ended keeps its number until somebody asks how. */
const ENDED_STATES: ReadonlySet<string> = new Set(['Z', 'X']);

/**
 * When a process started: boot, and clock tick since then. It tells a process from a later one with its number. Undefined when no such
 * process runs, or the system has no /proc.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (ENDED_STATES.has(fields[STATE_FIELD] ?? '')) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[START_TIME_FIELD]}`;
  } catch {
    return undefined;
  }
}
