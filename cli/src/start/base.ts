import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '../output.ts';
import { startWatchdog } from '../watchdog.ts';
import type { Cleanup } from './cleanup.ts';
import type { RunBase } from './place/place.ts';
import { announce } from './progress.ts';

export interface BaseWorld {
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
  readonly fail: (error: unknown) => void;
}

/** The run's folder, and the one watchdog that ends everything in it should this process be killed. */
export async function openBase({ output, ...world }: BaseWorld): Promise<RunBase> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  const watchdog = startWatchdog(dir);
  world.cleanup.add(() => watchdog.dismiss());
  world.cleanup.add(() => rm(dir, { recursive: true, force: true }));
  return { ...world, dir, watchdog, say: (line) => announce(output, line) };
}
