import { readFile } from 'node:fs/promises';

const BYTES_PER_KIB = 1_024;

/** The most memory a process of this machine has had; undefined when it is gone, or the system has no /proc. */
export async function peakMemoryBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * BYTES_PER_KIB;
}
